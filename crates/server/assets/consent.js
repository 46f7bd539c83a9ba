// @ts-check
// What an application asks for: allow or deny, then on to where the server says.

import { Refusal, post } from './api.js';
import { OUTLIVED, data, find, sayProblem, work } from './page.js';

/** @param {'allow' | 'deny'} decision */
async function decide(decision) {
  try {
    const done = await post('/consent', { query: data.query, tenant: data.tenant, decision });
    location.assign(done.location);
  } catch (error) {
    if (error instanceof Refusal && OUTLIVED.includes(error.code)) return location.reload();
    sayProblem(error);
  }
}

const allow = find('#allow');
const deny = find('#deny');
allow.addEventListener('click', () => work(allow, () => decide('allow')));
deny.addEventListener('click', () => work(deny, () => decide('deny')));
