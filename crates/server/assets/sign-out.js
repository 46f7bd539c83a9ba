// @ts-check
// Signing out at an application's wish, then on to where the server says.

import { Refusal, post } from './api.js';
import { OUTLIVED, data, find, sayProblem, work } from './page.js';

async function leave() {
  try {
    const { location: next } = await post('/sign-out', {});
    location.assign(data.location ?? next);
  } catch (error) {
    if (error instanceof Refusal && OUTLIVED.includes(error.code)) return location.reload();
    sayProblem(error);
  }
}

const button = find('#leave');
button.addEventListener('click', () => work(button, leave));
find('#stay').addEventListener('click', () => location.assign('/'));
