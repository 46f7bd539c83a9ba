// @ts-check
// Three ways in, one at a time: autofill waits in the background; the button and the typed name
// interrupt it, and it waits again when they came to nothing.

import { Refusal, post } from './api.js';
import { askFor, isSupported, offersAutofill } from './ceremony.js';
import { Challenge } from './challenge.js';
import { data, find, hush, isFilled, say, sayProblem, text, valueOf, work } from './page.js';
import * as signals from './signals.js';

const challenge = new Challenge({ state: data.state, publicKey: data.publicKey }, '/sign-in/challenge');
/** @type {AbortController | null} */
let waiting = null;
/** @type {Promise<void>} */
let settled = Promise.resolve();
let busy = false;
let renewal = 0;

/** Offers passkeys under the field until one is chosen, another way is taken, or the browser won't. */
async function wait() {
  if (busy || waiting || !(await offersAutofill()) || busy || waiting) return;
  const controller = new AbortController();
  waiting = controller;
  clearTimeout(renewal);
  renewal = window.setTimeout(renewWaiting, challenge.remaining);
  settled = offer(controller);
}

/** @param {AbortController} controller */
async function offer(controller) {
  try {
    const { state, publicKey } = await challenge.fresh();
    const response = await askFor(publicKey, { mediation: 'conditional', signal: controller.signal });
    if (waiting === controller) waiting = null;
    if (!controller.signal.aborted) void exclusively(() => finish(state, response));
  } catch {
    // Nothing to offer, or interrupted: the button and the field still work.
    if (waiting === controller) waiting = null;
  }
}

async function stopWaiting() {
  waiting?.abort();
  waiting = null;
  await settled;
}

/** The page was open long: the same offer under a fresh challenge. */
async function renewWaiting() {
  if (busy || !waiting) return;
  await stopWaiting();
  await wait();
}

/** @param {() => Promise<void>} action */
async function exclusively(action) {
  if (busy) return;
  busy = true;
  try {
    await action();
  } catch (error) {
    await recover(error);
  } finally {
    busy = false;
  }
  void wait();
}

/** @param {unknown} error */
async function recover(error) {
  if (error instanceof Refusal) {
    if (error.location) {
      location.assign(error.location);
      return;
    }
    const told = await signals.sendUnknown(error.signalUnknownCredential);
    // Whatever was refused, its challenge is spent.
    await challenge.renew().catch(() => {});
    if (error.isStale) return say(text('script-retry-fresh'), 'quiet');
    if (told) return say(error.message, 'bad', { remedy: `${error.remedy} ${text('script-passkey-gone')}`, reference: error.reference });
  }
  sayProblem(error, { cancelled: 'script-cancelled' });
}

/**
 * @param {string} state
 * @param {object} response
 */
async function finish(state, response) {
  say(text('script-checking'), 'busy');
  const done = await post('/sign-in/passkey', { state, response, return: data.return });
  say(text('script-signed-in'), 'good');
  await signals.send(done.signals);
  location.assign(done.location);
}

/** @param {() => Promise<{state: string, publicKey: object}>} begin */
async function signIn(begin) {
  await stopWaiting();
  say(text('script-waiting'), 'busy');
  const { state, publicKey } = await begin();
  await finish(state, await askFor(publicKey));
}

const form = /** @type {HTMLFormElement} */ (find('#name-form'));
const button = find('#passkey-button');

button.addEventListener('click', () => work(button, () => exclusively(() => signIn(() => challenge.fresh()))));
form.addEventListener('submit', (event) => {
  event.preventDefault();
  if (!isFilled(form)) return say(text('script-name-empty'), 'quiet');
  const name = valueOf(form, 'username');
  void work(find('#next'), () => exclusively(() => signIn(() => post('/sign-in/name', { name }))));
});
form.addEventListener('input', () => !busy && hush());
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible' && challenge.isOld) void renewWaiting();
});
// Back from another page with everything as it was: the request under way is not.
window.addEventListener('pageshow', (event) => event.persisted && location.reload());

if (isSupported()) void wait();
else say(text('script-unsupported'), 'quiet');
