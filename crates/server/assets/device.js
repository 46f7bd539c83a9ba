// @ts-check
// A device that waits for its code: allow or deny, then say that it goes on there.

import { Refusal, post } from './api.js';
import { OUTLIVED, confirmFirst, data, find, say, sayProblem, text, work } from './page.js';

/** @param {'allow' | 'deny'} decision */
async function decide(decision) {
  try {
    await post('/device/decide', { userCode: data.userCode, since: data.since, decision });
    find('[data-decision]').remove();
    say(text(decision === 'allow' ? 'script-device-allowed' : 'script-device-denied'), 'good');
  } catch (error) {
    if (error instanceof Refusal && OUTLIVED.includes(error.code)) return location.reload();
    if (!confirmFirst(error, '')) sayProblem(error);
  }
}

const allow = find('#allow');
const deny = find('#deny');
allow.addEventListener('click', () => work(allow, () => decide('allow')));
deny.addEventListener('click', () => work(deny, () => decide('deny')));
