// @ts-check
// The ways back in: a passkey by a recovery code, or because time or somebody else confirms it.

import { post } from './api.js';
import { enrolAt, offer } from './enrol.js';
import { data, find, isFilled, say, sayProblem, text, valueOf, work } from './page.js';
import './time.js';

/** Milliseconds between two looks at whether somebody answered. */
const PAUSE = 3000;

// Where the organisation has no recovery codes there is nothing to type.
if (document.querySelector('#code-form')) {
  enrolAt('/recover', { empty: text('script-code-empty'), good: text('script-code-good') });
}

/**
 * A form with a user name, for one of the ways.
 * @param {string} way
 * @param {() => void} after
 */
function askBy(way, after) {
  const form = /** @type {HTMLFormElement | null} */ (document.querySelector(`#${way}-form`));
  form?.addEventListener('submit', (event) => {
    event.preventDefault();
    if (!isFilled(form)) return say(text('script-recover-name-empty'), 'quiet');
    void work(find('[type=submit]', form), async () => {
      try {
        await post(`/recover/${way}`, { name: valueOf(form, 'username') });
        after();
      } catch (error) {
        sayProblem(error);
      }
    });
  });
}

askBy('mail', () => say(text('script-letter-sent'), 'good'));
askBy('manager', () => location.reload());

const device = /** @type {HTMLElement | null} */ (document.querySelector('#ask-device'));
device?.addEventListener('click', () => work(device, async () => {
  try {
    await post('/recover/device', {});
    location.reload();
  } catch (error) {
    sayProblem(error);
  }
}));

async function goOn() {
  try {
    const begun = await post('/recover/request/begin', { token: data.request });
    offer('/recover/request', data.request, begun, text('script-request-good'));
  } catch (error) {
    sayProblem(error);
  }
}

const go = /** @type {HTMLElement | null} */ (document.querySelector('#use-request'));
go?.addEventListener('click', () => work(go, goOn));

/** While somebody else has to answer: the page is loaded anew when they did. */
async function watch() {
  try {
    const { kind } = await post('/recover/request/state', {});
    if (kind !== data.kind) return location.reload();
  } catch { /* asked again later */ }
  setTimeout(watch, PAUSE);
}
if (data.kind === 'asked') setTimeout(watch, PAUSE);
