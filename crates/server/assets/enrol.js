// @ts-check
// A passkey for a code: user name and code, then the device's part. The code is never kept.

import { post } from './api.js';
import { isSupported } from './ceremony.js';
import { Challenge } from './challenge.js';
import { createPasskey } from './creation.js';
import { find, isFilled, say, sayProblem, text, valueOf, work } from './page.js';

/**
 * @param {string} at where the code is taken
 * @param {{empty: string, good: string}} words
 */
export function enrolAt(at, words) {
  const form = /** @type {HTMLFormElement} */ (find('#code-form'));
  const button = find('#create');
  /** What the server gave for the code. */
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

  async function enter() {
    say(text('script-checking'), 'busy');
    try {
      const begun = await post(`${at}/enter`, { name: valueOf(form, 'username'), code: valueOf(form, 'code') });
      token = begun.token;
      if (begun.state) remember(begun);
    } catch (error) {
      return sayProblem(error);
    }
    form.reset();
    find('#enter-code').hidden = true;
    find('#make').hidden = false;
    say(words.good, 'good');
    button.focus();
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

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (!isFilled(form)) return say(words.empty, 'quiet');
    void work(find('#enter'), enter);
  });
  button.addEventListener('click', () => work(button, register));

  if (!isSupported()) {
    // A code that works once shall not be used up for nothing.
    /** @type {HTMLButtonElement} */ (find('#enter')).disabled = true;
    say(text('script-unsupported'), 'quiet');
  }
}
