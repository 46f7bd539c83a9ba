// @ts-check
// A first passkey by a registration link. Reading the link needs no click; creating does.

import { post } from './api.js';
import { isSupported } from './ceremony.js';
import { Challenge } from './challenge.js';
import { createPasskey } from './creation.js';
import { find, findAll, hush, say, sayProblem, takeFragment, text, work } from './page.js';

const token = takeFragment();
const button = /** @type {HTMLButtonElement} */ (find('#create'));

// The token left the address bar; another language of this page needs it all the same.
for (const link of findAll('a[data-language]')) /** @type {HTMLAnchorElement} */ (link).hash = token;

/** @type {Challenge | null} */
let challenge = null;

async function readLink() {
  const begun = await post('/register/begin', { token });
  find('#who-display').textContent = begun.displayName;
  find('#who-user').textContent = begun.userName;
  find('#who').hidden = false;
  challenge = new Challenge(begun, '/register/begin');
}

async function open() {
  say(text('script-reading-link'), 'busy');
  try {
    await readLink();
    button.disabled = false;
    hush();
    button.focus();
  } catch (error) {
    sayProblem(error);
  }
}

async function register() {
  try {
    if (!challenge || challenge.isOld) await readLink();
  } catch (error) {
    return sayProblem(error);
  }
  if (!challenge) return;
  const begun = challenge.current;
  // A finished try spends its state, whatever comes of it.
  challenge = null;
  const done = await createPasskey(begun, '/register/finish');
  if (!done) return;
  find('#ask').hidden = true;
  find('#done').hidden = false;
  find('#done-name').textContent = done.userName;
  /** @type {HTMLAnchorElement} */ (find('#go-on')).href = done.location;
  find('#done h1').focus();
}

button.addEventListener('click', () => work(button, register));

if (!isSupported()) say(text('script-unsupported'), 'quiet');
else if (!token) say(text('script-link-missing'), 'bad');
else void open();
