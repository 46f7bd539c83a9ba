// @ts-check
// Somebody asks to come back: yes or no, then say what happens next.

import { Refusal, post } from './api.js';
import { OUTLIVED, confirmFirst, data, find, say, sayProblem, text, work } from './page.js';

/** @param {'allow' | 'deny'} decision */
async function decide(decision) {
  try {
    await post('/approve/decide', { code: data.code, since: data.since, decision });
    find('[data-decision]').remove();
    say(text(decision === 'allow' ? 'script-approved' : 'script-denied'), 'good');
  } catch (error) {
    if (error instanceof Refusal && OUTLIVED.includes(error.code)) return location.reload();
    if (!confirmFirst(error, '')) sayProblem(error);
  }
}

const allow = find('#allow');
const deny = find('#deny');
allow.addEventListener('click', () => work(allow, () => decide('allow')));
deny.addEventListener('click', () => work(deny, () => decide('deny')));
