// @ts-check
// People, for administrators. After each change the page is loaded anew: it shows what is stored.

import { Refusal, post } from './api.js';
import { confirmFirst, find, findAll, hush, isFilled, reloadSaying, say, sayProblem, takeFragment, text, valueOf, work } from './page.js';
import { enhance } from './time.js';

const linkDialog = /** @type {HTMLDialogElement} */ (find('dialog#link'));
const passDialog = /** @type {HTMLDialogElement} */ (find('dialog#pass'));
const reasonDialog = /** @type {HTMLDialogElement} */ (find('dialog#reason'));
const lostDialog = /** @type {HTMLDialogElement} */ (find('dialog#lost'));
const renameDialog = /** @type {HTMLDialogElement} */ (find('dialog#rename'));
const disableDialog = /** @type {HTMLDialogElement} */ (find('dialog#disable'));
const addForm = /** @type {HTMLFormElement} */ (find('#add-form'));
const reasonForm = /** @type {HTMLFormElement} */ (find('#reason-form'));
const renameForm = /** @type {HTMLFormElement} */ (find('#rename-form'));

/** @type {HTMLElement | null} */
let chosen = null;

/** @param {HTMLDialogElement} dialog */
const fieldOf = (dialog) => /** @type {HTMLInputElement} */ (find('input', dialog));

/** @param {string | undefined} name */
const named = (name) => ({ name: `\u2068${name ?? ''}\u2069` });

/**
 * Asks; where it needs a fresh sign-in, goes there and comes back to `place`.
 * @param {string} path
 * @param {object} body
 * @param {string} place
 * @param {ParentNode} [scope]
 */
async function ask(path, body, place, scope) {
  try {
    return await post(path, body);
  } catch (error) {
    if (confirmFirst(error, place)) return null;
    // They had a passkey that this page did not show.
    if (error instanceof Refusal && error.code === 'pass.reason_missing' && !reasonDialog.open && chosen) return askForReason(chosen);
    if (error instanceof Refusal && error.location) location.assign(error.location);
    else sayProblem(error, { scope });
    return null;
  }
}

async function add() {
  const person = { userName: valueOf(addForm, 'userName'), displayName: valueOf(addForm, 'displayName') };
  keep(person);
  if (!(await ask('/people/add', person, 'add'))) return;
  keep(null);
  reloadSaying(text('script-added-person', named(person.displayName)));
}

/** What was typed survives the way over "confirm it's you". @param {object | null} person */
function keep(person) {
  try {
    if (person) sessionStorage.setItem('claviger-person', JSON.stringify(person));
    else sessionStorage.removeItem('claviger-person');
  } catch { /* storage may be forbidden; then it is typed again */ }
}

function restore() {
  try {
    const person = JSON.parse(sessionStorage.getItem('claviger-person') ?? '{}');
    for (const field of addForm.querySelectorAll('input')) field.value = person[field.name] ?? '';
  } catch { /* as above */ }
  keep(null);
}

/**
 * Shows something once, ready to be copied.
 * @param {HTMLDialogElement} dialog
 * @param {string} title
 * @param {string} words
 * @param {string} expiresAt
 */
function showOnce(dialog, title, words, expiresAt) {
  find('h2', dialog).textContent = title;
  const field = fieldOf(dialog);
  field.value = words;
  const until = /** @type {HTMLTimeElement} */ (find('time', dialog));
  until.dateTime = expiresAt;
  enhance(until);
  hush(dialog);
  dialog.showModal();
  field.select();
}

/** @param {HTMLElement} row */
async function makeLink(row) {
  const link = await ask('/people/link', { personId: row.dataset.person }, `link=${row.dataset.person}`);
  if (link) showOnce(linkDialog, text('script-link-for', named(row.dataset.displayName)), link.url, link.expiresAt);
}

/** Who had a passkey is somebody to be made sure of. @param {HTMLElement} row */
async function openPass(row) {
  chosen = row;
  if (Number(row.dataset.passkeys)) askForReason(row);
  else await makePass(null);
}

/** @param {HTMLElement} row */
function askForReason(row) {
  hush(reasonDialog);
  find('#reason-title').textContent = text('script-pass-reason-for', named(row.dataset.displayName));
  reasonDialog.showModal();
  return null;
}

/** @param {string | null} reason */
async function makePass(reason) {
  const row = chosen?.dataset ?? {};
  const body = reason ? { personId: row.person, reason } : { personId: row.person };
  const made = await ask('/people/pass', body, `pass=${row.person}`, reason ? reasonDialog : undefined);
  if (!made) return;
  reasonForm.reset();
  reasonDialog.close();
  // In groups, as it is read out.
  const code = made.code.match(/.{1,4}/g).join('-');
  showOnce(passDialog, text('script-pass-for', named(row.displayName)), code, made.expiresAt);
}

/** @param {HTMLElement} row */
async function openLost(row) {
  chosen = row;
  const found = await ask('/people/passkeys', { personId: row.dataset.person }, `lost=${row.dataset.person}`);
  if (!found) return;
  find('#lost-list').replaceChildren(...found.passkeys.map((/** @type {{id: string, name: string}} */ passkey) => {
    const [label, box, name] = ['label', 'input', 'bdi'].map((kind) => document.createElement(kind));
    Object.assign(box, { type: 'checkbox', value: passkey.id, checked: found.passkeys.length === 1 });
    name.textContent = passkey.name;
    label.append(box, name);
    return label;
  }));
  hush(lostDialog);
  find('#lost-title').textContent = text('script-lost-for', named(row.dataset.displayName));
  lostDialog.showModal();
}

async function reportLost() {
  const id = chosen?.dataset.person;
  const boxes = /** @type {HTMLInputElement[]} */ ([...lostDialog.querySelectorAll('input:checked')]);
  if (!boxes.length) return say(text('script-lost-none'), 'quiet', { scope: lostDialog });
  const done = await ask('/people/lost', { personId: id, passkeyIds: boxes.map((box) => box.value) }, `lost=${id}`, lostDialog);
  const key = done?.hasAnother ? 'script-reported-lost' : 'script-reported-last';
  if (done) reloadSaying(text(key, named(chosen?.dataset.displayName)));
}

/** @param {HTMLDialogElement} dialog */
async function copy(dialog) {
  const field = fieldOf(dialog);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    say(text('script-copied'), 'good', { scope: dialog });
  } catch { /* it stays selected, ready to be copied by hand */ }
}

/** @param {HTMLElement} row */
function openRenaming(row) {
  chosen = row;
  hush(renameDialog);
  /** @type {HTMLInputElement} */ (find('[name=displayName]', renameForm)).value = row.dataset.displayName ?? '';
  /** @type {HTMLInputElement} */ (find('[name=userName]', renameForm)).value = row.dataset.userName ?? '';
  renameDialog.showModal();
}

async function rename() {
  const id = chosen?.dataset.person;
  const names = { userName: valueOf(renameForm, 'userName'), displayName: valueOf(renameForm, 'displayName') };
  if (await ask('/people/rename', { personId: id, ...names }, `rename=${id}`, renameDialog)) reloadSaying(text('script-renamed'));
}

/** @param {HTMLElement} row */
function askToDisable(row) {
  chosen = row;
  hush(disableDialog);
  find('#disable-title').textContent = text('script-disable-for', named(row.dataset.displayName));
  disableDialog.showModal();
}

async function disable() {
  const id = chosen?.dataset.person;
  const done = await ask('/people/disable', { personId: id }, `disable=${id}`, disableDialog);
  if (done) reloadSaying(text('script-disabled', named(chosen?.dataset.displayName)));
}

/** @param {HTMLElement} row */
async function enable(row) {
  const id = row.dataset.person;
  if (await ask('/people/enable', { personId: id }, `enable=${id}`)) reloadSaying(text('script-enabled', named(row.dataset.displayName)));
}

/** @type {[string, (row: HTMLElement) => unknown][]} */
const ACTIONS = [['link', makeLink], ['pass', openPass], ['lost', openLost], ['rename', openRenaming], ['disable', askToDisable], ['enable', enable]];

for (const row of findAll('[data-person]')) {
  for (const [name, act] of ACTIONS) {
    const button = /** @type {HTMLElement | null} */ (row.querySelector(`[data-${name}]`));
    button?.addEventListener('click', () => work(button, async () => { await act(row); }));
  }
}

/** @param {HTMLFormElement} form @param {() => Promise<void>} action @param {ParentNode} [scope] */
function onSubmit(form, action, scope) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (!isFilled(form)) return say(text('script-field-empty'), 'quiet', { scope });
    void work(find('[type=submit]', form), action);
  });
}

onSubmit(addForm, add);
onSubmit(renameForm, rename, renameDialog);
onSubmit(reasonForm, () => makePass(valueOf(reasonForm, 'reason')), reasonDialog);
const lostButton = find('[data-confirm-lost]', lostDialog);
lostButton.addEventListener('click', () => work(lostButton, reportLost));
for (const dialog of [linkDialog, passDialog]) {
  const copyButton = find('[data-copy]', dialog);
  copyButton.addEventListener('click', () => work(copyButton, () => copy(dialog)));
  // It is shown once; after a link the list says that one is open.
  dialog.addEventListener('close', () => { fieldOf(dialog).value = ''; location.reload(); });
}
const disableButton = find('[data-confirm-disable]', disableDialog);
disableButton.addEventListener('click', () => work(disableButton, disable));

/** Back from confirming: the same control, ready. @param {string} place */
function goOn(place) {
  const [what, id] = place.split('=');
  const row = findAll('[data-person]').find((one) => one.dataset.person === id);
  const control = what === 'add' ? addForm.querySelector('button') : row?.querySelector(`[data-${what}]`);
  if (!(control instanceof HTMLElement)) return;
  if (what === 'add') restore();
  control.focus();
  control.scrollIntoView({ block: 'center' });
  say(text('script-continue'), 'good');
}

goOn(takeFragment());
