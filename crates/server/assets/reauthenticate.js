// @ts-check
// "Confirm it's you", then back to where it was needed.

import { Refusal, post } from './api.js';
import { askFor, isSupported } from './ceremony.js';
import { Challenge } from './challenge.js';
import { data, find, say, sayProblem, text, work } from './page.js';
import * as signals from './signals.js';

const challenge = new Challenge({ state: data.state, publicKey: data.publicKey }, data.renewal);
const button = find('#confirm');

async function confirm() {
  try {
    say(text('script-waiting'), 'busy');
    const { state, publicKey } = await challenge.fresh();
    const response = await askFor(publicKey);
    say(text('script-checking'), 'busy');
    const done = await post('/reauthenticate/passkey', { state, response, return: data.return });
    say(text('script-confirmed'), 'good');
    await signals.send(done.signals);
    location.assign(done.location);
  } catch (error) {
    await recover(error);
  }
}

/** @param {unknown} error */
async function recover(error) {
  if (error instanceof Refusal) {
    if (error.location) return location.assign(error.location);
    await signals.sendUnknown(error.signalUnknownCredential);
    await challenge.renew().catch(() => {});
    if (error.isStale) return say(text('script-retry-fresh'), 'quiet');
  }
  sayProblem(error, { cancelled: 'script-cancelled' });
}

button.addEventListener('click', () => work(button, confirm));
window.addEventListener('pageshow', (event) => event.persisted && location.reload());
if (!isSupported()) say(text('script-unsupported'), 'quiet');
