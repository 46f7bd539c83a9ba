// @ts-check
// What every page's script needs: its texts and data, the status line, the way out.

import { Refusal, post } from './api.js';
import { explain } from './ceremony.js';

/** @param {string} name */
const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.getAttribute('content') ?? '{}';

/** @type {Record<string, string>} */
const texts = JSON.parse(meta('page-texts'));

/** What the server gave this page. @type {any} */
export const data = JSON.parse(meta('page-data'));

/**
 * A text of the page, in its language.
 * @param {string} key
 * @param {Record<string, string>} [values]
 */
export function text(key, values = {}) {
  return (texts[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/**
 * @template {Element} [E=HTMLElement]
 * @param {string} selector
 * @param {ParentNode} [scope]
 * @returns {E}
 */
export function find(selector, scope = document) {
  const element = /** @type {E | null} */ (scope.querySelector(selector));
  if (!element) throw new Error(`the page lacks ${selector}`);
  return element;
}

/**
 * @param {string} selector
 * @param {ParentNode} [scope]
 * @returns {HTMLElement[]}
 */
export const findAll = (selector, scope = document) => [...scope.querySelectorAll(selector)].map((element) => /** @type {HTMLElement} */ (element));

/** @typedef {'quiet' | 'busy' | 'good' | 'bad'} Tone */

/**
 * Says something in the status line: of the scope, else of the page.
 * @param {string} message
 * @param {Tone} tone
 * @param {{remedy?: string, reference?: string, scope?: ParentNode}} [more]
 */
export function say(message, tone, { remedy = '', reference = '', scope = document } = {}) {
  const line = find('[role=status]', scope);
  line.dataset.tone = tone;
  const parts = [['message', message], ['remedy', remedy], ['reference', reference && text('script-reference', { reference })]];
  line.replaceChildren(...parts.filter(([, words]) => words).map(([kind, words]) => {
    const part = document.createElement('p');
    part.className = kind;
    part.textContent = words;
    return part;
  }));
}

/** @param {ParentNode} [scope] */
export const hush = (scope = document) => find('[role=status]', scope).replaceChildren();

/**
 * Says what went wrong, in words for the person.
 * @param {unknown} error
 * @param {{cancelled?: string, scope?: ParentNode}} [more]
 */
export function sayProblem(error, { cancelled = 'script-device-failed', scope = document } = {}) {
  if (error instanceof Refusal) {
    say(error.message || text(error.fallback), 'bad', { remedy: error.remedy, reference: error.reference, scope });
    return;
  }
  const kind = explain(error);
  if (kind === 'aborted') return;
  const keys = { cancelled, exists: 'script-exists', unsupported: 'script-unsupported', domain: 'script-domain', failed: 'script-device-failed' };
  say(text(keys[kind]), kind === 'cancelled' ? 'quiet' : 'bad', { scope });
  if (kind === 'failed') console.error(error);
}

/**
 * Runs one action at a time for a control, which says that it is busy.
 * @param {HTMLElement} control
 * @param {() => Promise<void>} action
 */
export async function work(control, action) {
  if (control.getAttribute('aria-busy') === 'true') return;
  control.setAttribute('aria-busy', 'true');
  try {
    await action();
  } finally {
    control.removeAttribute('aria-busy');
  }
}

/**
 * Checks that the fields of a form are filled; marks and focuses the first that isn't.
 * @param {HTMLFormElement} form
 */
export function isFilled(form) {
  const fields = [...form.elements].filter((element) => element instanceof HTMLInputElement);
  for (const field of fields) field.removeAttribute('aria-invalid');
  const empty = fields.find((field) => field.required && !field.value.trim());
  if (!empty) return true;
  empty.setAttribute('aria-invalid', 'true');
  empty.focus();
  return false;
}

/**
 * The value of a form's field.
 * @param {HTMLFormElement} form
 * @param {string} name
 */
export const valueOf = (form, name) => /** @type {HTMLInputElement} */ (form.elements.namedItem(name)).value.trim();

/**
 * Goes to the page that a refusal names and comes back to `place` (a fragment) of this one.
 * @param {unknown} error
 * @param {string} place
 */
export function confirmFirst(error, place) {
  if (!(error instanceof Refusal) || error.code !== 'session.not_fresh') return false;
  const here = location.pathname + location.search;
  location.assign(`/reauthenticate?return=${encodeURIComponent(`${here}#${place}`)}`);
  return true;
}

/**
 * The fragment, read once and taken out of the address bar.
 */
export function takeFragment() {
  const fragment = location.hash.slice(1);
  if (fragment) history.replaceState(history.state, '', location.pathname + location.search);
  return fragment;
}

/**
 * Loads the page anew and says something there.
 * @param {string} message
 */
export function reloadSaying(message) {
  try {
    sessionStorage.setItem('claviger-said', message);
  } catch { /* storage may be forbidden; then nothing is said */ }
  location.reload();
}

function sayAgain() {
  try {
    const message = sessionStorage.getItem('claviger-said');
    sessionStorage.removeItem('claviger-said');
    if (message) say(message, 'good');
  } catch { /* as above */ }
}

/**
 * The session that a page with a question speaks of is over, or another one is here: what was asked is asked anew, of whoever
 * it is now.
 */
export const OUTLIVED = ['session.none', 'request.forged'];

async function signOut() {
  try {
    const { location: next } = await post('/sign-out', {});
    location.assign(next);
  } catch (error) {
    if (error instanceof Refusal && error.location) location.assign(error.location);
    else sayProblem(error);
  }
}

for (const button of findAll('[data-sign-out]')) button.addEventListener('click', () => work(button, signOut));
for (const dialog of document.querySelectorAll('dialog')) {
  for (const button of findAll('[data-close]', dialog)) button.addEventListener('click', () => dialog.close());
}
if (document.querySelector('#status')) setTimeout(sayAgain, 50);
