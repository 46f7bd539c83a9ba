// @ts-check
// Password first, then the code of the app. Neither is kept.

import { Refusal, post } from './api.js';
import { data, find, findAll, hush, isFilled, say, sayProblem, text, valueOf, work } from './page.js';

/**
 * @param {HTMLFormElement} asking
 * @param {HTMLFormElement} proving
 */
function start(asking, proving) {
  const code = /** @type {HTMLInputElement} */ (find('#code'));
  /** What the server gave for the password. */
  let state = '';
  /** What the person has, and what is asked for now. @type {string[]} */
  let factors = [];
  let factor = '';

  async function enter() {
    say(text('script-checking'), 'busy');
    try {
      ({ state, factors } = await post('/password/enter', { name: valueOf(asking, 'username'), password: read('#password') }));
    } catch (error) {
      return sayProblem(error);
    }
    /** @type {HTMLInputElement} */ (find('#password')).value = '';
    asking.hidden = true;
    proving.hidden = false;
    say(text('script-password-good'), 'good');
    await ask(factors[0] ?? '');
  }

  /** @param {string} which */
  async function ask(which) {
    factor = which;
    for (const part of findAll('[data-factor]', proving)) part.hidden = part.dataset.factor !== which;
    find('#other').hidden = factors.length < 2;
    find('#send').hidden = which !== 'email';
    code.value = '';
    code.focus();
    if (which === 'email') await send();
  }

  async function send() {
    say(text('script-mail-sending'), 'busy');
    try {
      await post('/password/mail', { state });
      say(text('script-mail-sent'), 'good');
    } catch (error) {
      sayProblem(error);
    }
  }

  /** As it was typed: a password may begin or end with a space. @param {string} field */
  const read = (field) => /** @type {HTMLInputElement} */ (find(field)).value;

  function startAgain() {
    state = '';
    proving.reset();
    proving.hidden = true;
    asking.hidden = false;
    find('#password').focus();
  }

  async function prove() {
    say(text('script-checking'), 'busy');
    try {
      const done = await post('/password/code', { state, factor, code: valueOf(proving, 'code'), return: data.return });
      say(text('script-signed-in'), 'good');
      location.assign(done.location);
    } catch (error) {
      const isWrong = error instanceof Refusal && error.code === 'factor.wrong';
      if (!isWrong && error instanceof Refusal && error.code !== 'limit.reached') startAgain();
      sayProblem(error);
      if (isWrong) code.select();
    }
  }

  asking.addEventListener('submit', (event) => {
    event.preventDefault();
    if (!isFilled(asking)) return say(text('script-password-empty'), 'quiet');
    void work(find('#enter'), enter);
  });
  proving.addEventListener('submit', (event) => {
    event.preventDefault();
    if (!isFilled(proving)) return say(text('script-field-empty'), 'quiet');
    void work(find('#prove'), prove);
  });
  find('#send').addEventListener('click', () => work(find('#send'), send));
  find('#other').addEventListener('click', () => work(find('#other'), () => ask(factors.find((one) => one !== factor) ?? factor)));
  find('#again').addEventListener('click', () => { hush(); startAgain(); });
}

start(/** @type {HTMLFormElement} */ (find('#password-form')), /** @type {HTMLFormElement} */ (find('#factor-form')));
