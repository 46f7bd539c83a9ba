// @ts-check
// Signing out at an application's wish, then on to where the server says.

import { post } from './api.js';
import { data, find, sayProblem, work } from './page.js';

async function leave() {
  try {
    const { location: next } = await post('/sign-out', {});
    location.assign(data.location ?? next);
  } catch (error) {
    sayProblem(error);
  }
}

const button = find('#leave');
button.addEventListener('click', () => work(button, leave));
find('#stay').addEventListener('click', () => location.assign('/'));
