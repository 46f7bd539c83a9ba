// @ts-check
// One's own password and authenticator app, on Security info.

import { Refusal, post } from './api.js';
import { confirmFirst, find, hush, isFilled, reloadSaying, say, sayProblem, text, work } from './page.js';

/** @param {string} name */
const dialog = (name) => /** @type {HTMLDialogElement} */ (find(`dialog#${name}`));
/** As it was typed: a password may begin or end with a space. @param {string} field */
const read = (field) => /** @type {HTMLInputElement} */ (find(field)).value;

/** Another page helps (sign in): go there. Otherwise say it. @param {unknown} error @param {ParentNode} [scope] */
function giveUp(error, scope) {
  if (error instanceof Refusal && error.location) location.assign(error.location);
  else sayProblem(error, { scope });
}

function preparePassword() {
  const setting = dialog('password');
  const form = /** @type {HTMLFormElement} */ (find('[data-password-form]', setting));
  find('[data-password]').addEventListener('click', () => openAt('password'));
  async function save() {
    if (read('#new-password') !== read('#same-password')) return say(text('script-passwords-differ'), 'bad', { scope: setting });
    try {
      await post('/security-info/password/set', { password: read('#new-password') });
      reloadSaying(text('script-password-set'));
    } catch (error) {
      if (!confirmFirst(error, 'password')) giveUp(error, setting);
    }
  }
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (!isFilled(form)) return say(text('script-field-empty'), 'quiet', { scope: setting });
    void work(find('[type=submit]', form), save);
  });
  setting.addEventListener('close', () => form.reset());
}

/** What the server gave for the first code. */
let state = '';

function prepareApp() {
  const adding = dialog('app');
  const form = /** @type {HTMLFormElement} */ (find('[data-app-form]', adding));
  const open = /** @type {HTMLElement | null} */ (document.querySelector('[data-app]'));
  open?.addEventListener('click', () => work(open, async () => {
    try {
      show(await post('/security-info/app/begin', {}));
    } catch (error) {
      if (!confirmFirst(error, 'app')) giveUp(error);
    }
  }));
  /** @param {{state: string, secret: string, code: {path: string, width: number} | null}} begun */
  function show(begun) {
    state = begun.state;
    const code = find('#app-code', adding);
    if (begun.code) {
      code.setAttribute('viewBox', `0 0 ${begun.code.width} ${begun.code.width}`);
      find('path', code).setAttribute('d', begun.code.path);
      code.removeAttribute('hidden');
    }
    find('#app-secret', adding).textContent = (begun.secret.match(/.{1,4}/g) ?? []).join(' ');
    hush(adding);
    adding.showModal();
    find('#first-code', adding).focus();
  }
  async function finish() {
    try {
      await post('/security-info/app/finish', { state, code: read('#first-code') });
      state = '';
      reloadSaying(text('script-app-added'));
    } catch (error) {
      if (!confirmFirst(error, 'app')) sayProblem(error, { scope: adding });
      /** @type {HTMLInputElement} */ (find('#first-code')).select();
    }
  }
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (!isFilled(form)) return say(text('script-field-empty'), 'quiet', { scope: adding });
    void work(find('[type=submit]', form), finish);
  });
  adding.addEventListener('close', () => { form.reset(); state = ''; });
}

function prepareTaking() {
  const taking = dialog('take-away');
  const ways = { 'remove-password': ['/security-info/password/remove', 'script-password-removed'], 'remove-app': ['/security-info/app/remove', 'script-app-removed'] };
  let at = '';
  let done = '';
  for (const [what, [path, word]] of Object.entries(ways)) {
    const open = /** @type {HTMLElement | null} */ (document.querySelector(`[data-${what}]`));
    open?.addEventListener('click', () => {
      [at, done] = [path ?? '', word ?? ''];
      find('#take-away-title').textContent = open.closest('.row')?.querySelector('p')?.textContent ?? '';
      hush(taking);
      taking.showModal();
    });
  }
  const confirm = find('[data-confirm-taking]', taking);
  confirm.addEventListener('click', () => work(confirm, async () => {
    try {
      await post(at, {});
      reloadSaying(text(done));
    } catch (error) {
      if (!confirmFirst(error, '')) giveUp(error, taking);
    }
  }));
}

/** @param {string} name */
function openAt(name) {
  hush(dialog(name));
  dialog(name).showModal();
}

preparePassword();
prepareApp();
prepareTaking();

// After confirming who it is. The fragment is taken out of the address bar by the page's other script.
if (location.hash === '#password') {
  openAt('password');
  say(text('script-continue'), 'good', { scope: dialog('password') });
} else if (location.hash === '#app') {
  say(text('script-continue'), 'good');
  /** @type {HTMLElement | null} */ (document.querySelector('[data-app]'))?.focus();
}
