// @ts-check
// A passkey without signing in: a code with a user name, or what somebody else confirmed; then the device's part. Codes are
// never kept.

import { post } from './api.js';
import { isSupported } from './ceremony.js';
import { Challenge } from './challenge.js';
import { createPasskey } from './creation.js';
import { find, isFilled, say, sayProblem, text, valueOf, work } from './page.js';

/** Where the passkey is asked for and given, what entitles to it, and the challenge. */
let at = '';
let token = '';
/** @type {Challenge | null} */
let challenge = null;

/** @param {any} begun */
function remember(begun) {
  challenge = new Challenge(begun, `${at}/begin`);
  find('#who-display').textContent = begun.displayName;
  find('#who-user').textContent = begun.userName;
  find('#who').hidden = false;
}

/**
 * Shows the button that creates.
 * @param {string} place
 * @param {string} entitled what `begin` takes
 * @param {any} begun
 * @param {string} good
 */
export function offer(place, entitled, begun, good) {
  at = place;
  token = entitled;
  if (begun.state) remember(begun);
  find('#enter-code').hidden = true;
  find('#make').hidden = false;
  say(good, 'good');
  find('#create').focus();
}

async function register() {
  try {
    if (!challenge || challenge.isOld) remember(await post(`${at}/begin`, { token }));
  } catch (error) {
    return sayProblem(error);
  }
  if (!challenge) return;
  const begun = challenge.current;
  // A finished try spends its state, whatever comes of it.
  challenge = null;
  const done = await createPasskey(begun, `${at}/finish`);
  if (!done) return;
  find('#ask').hidden = true;
  find('#done').hidden = false;
  find('#done-name').textContent = done.userName;
  find('#done h1').focus();
}

const button = find('#create');
button.addEventListener('click', () => work(button, register));

/**
 * @param {string} place where the code is taken
 * @param {{empty: string, good: string}} words
 */
export function enrolAt(place, words) {
  const form = /** @type {HTMLFormElement} */ (find('#code-form'));

  async function enter() {
    say(text('script-checking'), 'busy');
    try {
      const begun = await post(`${place}/enter`, { name: valueOf(form, 'username'), code: valueOf(form, 'code') });
      form.reset();
      offer(place, begun.token, begun, words.good);
    } catch (error) {
      sayProblem(error);
    }
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (!isFilled(form)) return say(words.empty, 'quiet');
    void work(find('#enter'), enter);
  });

  if (!isSupported()) {
    // A code that works once shall not be used up for nothing.
    /** @type {HTMLButtonElement} */ (find('#enter')).disabled = true;
    say(text('script-unsupported'), 'quiet');
  }
}
