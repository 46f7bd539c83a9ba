// @ts-check
// Creating a passkey: begin, the device's part, finish; and what to say when the last step fails.

import { Refusal, post } from './api.js';
import { create } from './ceremony.js';
import { say, sayProblem, text } from './page.js';
import * as signals from './signals.js';

/**
 * @param {{state: string, publicKey: object}} begun
 * @param {string} finishAddress
 * @param {ParentNode} [scope]
 * @returns {Promise<any>} what the server says; `null` when it came to nothing, which was said
 */
export async function createPasskey(begun, finishAddress, scope = document) {
  /** @type {object | null} */
  let response = null;
  try {
    say(text('script-creating'), 'busy', { scope });
    response = await create(begun.publicKey);
    say(text('script-saving'), 'busy', { scope });
    return await post(finishAddress, { state: begun.state, response });
  } catch (error) {
    await sayFailure(error, response !== null, scope);
    return null;
  }
}

/**
 * @param {unknown} error
 * @param {boolean} made whether the device holds a passkey now
 * @param {ParentNode} scope
 */
async function sayFailure(error, made, scope) {
  if (made && error instanceof Refusal) {
    await signals.sendUnknown(error.signalUnknownCredential);
    const message = error.message || text(error.fallback);
    say(message, 'bad', { remedy: [error.remedy, text('script-stranded')].filter(Boolean).join(' '), reference: error.reference, scope });
  } else {
    sayProblem(error, { cancelled: 'script-cancelled-creation', scope });
  }
}
