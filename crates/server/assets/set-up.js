// @ts-check
// The first administrator: three answers, one passkey.

import { Refusal, post } from './api.js';
import { isSupported } from './ceremony.js';
import { createPasskey } from './creation.js';
import { find, findAll, isFilled, say, sayProblem, takeFragment, text, valueOf, work } from './page.js';

const token = takeFragment();
const form = /** @type {HTMLFormElement} */ (find('#set-up-form'));
const button = find('button[type=submit]', form);

// The token left the address bar; another language of this page needs it all the same.
for (const link of findAll('a[data-language]')) /** @type {HTMLAnchorElement} */ (link).hash = token;

async function setUp() {
  const claim = { organisation: valueOf(form, 'organisation'), userName: valueOf(form, 'userName'), displayName: valueOf(form, 'displayName') };
  /** @type {any} */
  let begun;
  try {
    begun = await post('/set-up/begin', { token, ...claim });
  } catch (error) {
    markField(error);
    return sayProblem(error);
  }
  const done = await createPasskey(begun, '/set-up/finish');
  if (!done) return;
  find('#ask').hidden = true;
  find('#done').hidden = false;
  find('#done-name').textContent = done.userName;
  /** @type {HTMLAnchorElement} */ (find('#go-on')).href = done.location;
  find('#done h1').focus();
}

/** @param {unknown} error */
function markField(error) {
  /** @type {Record<string, string>} */
  const fields = { 'setup.organisation_unfit': '#organisation', 'user.name_unfit': '#user-name', 'user.display_name_unfit': '#display-name' };
  const field = error instanceof Refusal && fields[error.code];
  if (!field) return;
  find(field).setAttribute('aria-invalid', 'true');
  find(field).focus();
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  if (!isFilled(form)) return say(text('script-field-empty'), 'quiet');
  void work(button, setUp);
});

if (!isSupported()) say(text('script-unsupported'), 'quiet');
else if (!token) say(text('script-link-missing'), 'bad');
