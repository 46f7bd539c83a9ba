// @ts-check
// A letter to somebody who can't sign in: opening the link does nothing, as mail programs open links by themselves.

import { post } from './api.js';
import { find, findAll, say, sayProblem, takeFragment, text, work } from './page.js';

const token = takeFragment();

// The token left the address bar; another language of this page needs it all the same.
for (const link of findAll('a[data-language]')) /** @type {HTMLAnchorElement} */ (link).hash = token;

async function open() {
  try {
    await post('/recover/letter/open', { token });
    location.assign('/recover');
  } catch (error) {
    sayProblem(error);
  }
}

const button = find('#open-letter');
button.addEventListener('click', () => work(button, open));
if (!token) say(text('script-link-missing'), 'bad');
