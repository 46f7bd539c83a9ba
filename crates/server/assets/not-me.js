// @ts-check
// "This wasn't me": opening the link does nothing, as mail programs open links by themselves; the button does.

import { post } from './api.js';
import { find, findAll, sayProblem, takeFragment, work } from './page.js';

const token = takeFragment();

// The token left the address bar; another language of this page needs it all the same.
for (const link of findAll('a[data-language]')) /** @type {HTMLAnchorElement} */ (link).hash = token;

async function disown() {
  try {
    await post('/not-me', { token });
  } catch (error) {
    return sayProblem(error);
  }
  find('#ask').hidden = true;
  find('#done').hidden = false;
  find('#done h1').focus();
}

const button = find('#disown');
button.addEventListener('click', () => work(button, disown));
