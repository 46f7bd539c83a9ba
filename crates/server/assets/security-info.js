// @ts-check
// A person's passkeys and sessions. After each change the page is loaded anew: it shows what is stored.

import { Refusal, post } from './api.js';
import { createPasskey } from './creation.js';
import { confirmFirst, data, find, findAll, hush, isFilled, reloadSaying, say, sayProblem, takeFragment, text, valueOf, work } from './page.js';
import * as signals from './signals.js';
import './time.js';

const adding = /** @type {HTMLDialogElement} */ (find('dialog#add'));
const removing = /** @type {HTMLDialogElement} */ (find('dialog#remove'));
const hero = find('[data-step=hero]', adding);
const naming = /** @type {HTMLFormElement} */ (find('[data-step=name]', adding));

/** Another page helps (sign in): go there. Otherwise say it. @param {unknown} error @param {ParentNode} [scope] */
function giveUp(error, scope) {
  if (error instanceof Refusal && error.location) location.assign(error.location);
  else sayProblem(error, { scope });
}

// Adding: a hero, the device's part, a name, the result.

/** @type {{passkeyId: string, name: string} | null} */
let added = null;

function openAdding() {
  hush(hero);
  adding.showModal();
}

async function add() {
  /** @type {any} */
  let begun;
  try {
    begun = await post('/security-info/passkeys/begin', {});
  } catch (error) {
    return confirmFirst(error, 'add') ? undefined : giveUp(error, hero);
  }
  const done = await createPasskey(begun, '/security-info/passkeys/finish', hero);
  if (!done) return;
  added = done;
  void signals.send(done.signals);
  const field = /** @type {HTMLInputElement} */ (find('input', naming));
  field.value = done.name;
  hero.hidden = true;
  naming.hidden = false;
  field.focus();
  field.select();
}

async function finishAdding() {
  if (!added) return;
  const name = valueOf(naming, 'name');
  try {
    if (name !== added.name) await post('/security-info/passkeys/rename', { passkeyId: added.passkeyId, name });
  } catch (error) {
    return giveUp(error, naming);
  }
  const result = text('script-added', { name });
  added = null;
  reloadSaying(result);
}

for (const button of findAll('[data-add]')) button.addEventListener('click', openAdding);
const createButton = find('[data-create]', adding);
createButton.addEventListener('click', () => work(createButton, add));
naming.addEventListener('submit', (event) => {
  event.preventDefault();
  if (!isFilled(naming)) return say(text('script-field-empty'), 'quiet', { scope: naming });
  void work(find('button', naming), finishAdding);
});
// Closed at the naming step: the passkey is stored under its proposed name.
adding.addEventListener('close', () => added && reloadSaying(text('script-added', { name: added.name })));

// Renaming, in the card.

/** @param {HTMLElement} card */
function prepareRenaming(card) {
  if (!card.querySelector('[data-rename]')) return;
  const form = /** @type {HTMLFormElement} */ (find('[data-rename-form]', card));
  const open = find('[data-rename]', card);
  const field = find('input', form);
  /** @param {boolean} editing */
  const show = (editing) => {
    form.hidden = !editing;
    card.classList.toggle('editing', editing);
    (editing ? field : open).focus();
  };
  open.addEventListener('click', () => show(Boolean(form.hidden)));
  find('[data-cancel]', form).addEventListener('click', () => { form.reset(); show(false); });
  form.addEventListener('keydown', (event) => { if (event.key === 'Escape') { form.reset(); show(false); } });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (isFilled(form)) void work(find('[type=submit]', form), () => rename(card, valueOf(form, 'name')));
  });
}

/** @param {HTMLElement} card @param {string} name */
async function rename(card, name) {
  try {
    await post('/security-info/passkeys/rename', { passkeyId: card.dataset.passkey, name });
    reloadSaying(text('script-renamed'));
  } catch (error) {
    giveUp(error);
  }
}

// Removing, after a question.

/** @type {string | undefined} */
let candidate;

/** @param {HTMLElement} card */
function askToRemove(card) {
  candidate = card.dataset.passkey;
  find('#remove-title').textContent = text('script-remove-title', { name: `\u2068${card.dataset.name ?? ''}\u2069` });
  hush(removing);
  removing.showModal();
}

async function remove() {
  try {
    const done = await post('/security-info/passkeys/remove', { passkeyId: candidate });
    await signals.send(done.signals);
    reloadSaying(text('script-removed'));
  } catch (error) {
    if (!confirmFirst(error, `remove=${candidate}`)) giveUp(error, removing);
  }
}

// Confirming what somebody else registered.

/** @param {HTMLElement} card */
async function confirmHeld(card) {
  try {
    await post('/security-info/passkeys/confirm', { passkeyId: card.dataset.passkey });
    reloadSaying(text('script-held-confirmed'));
  } catch (error) {
    if (!confirmFirst(error, `confirm=${card.dataset.passkey}`)) giveUp(error);
  }
}

// A lost device: one passkey, or all of the same maker, after showing which.

const losing = /** @type {HTMLDialogElement} */ (find('dialog#lost'));
const together = /** @type {HTMLInputElement} */ (find('#lost-all'));
/** @type {HTMLElement | null} */
let lost = null;

/** @param {HTMLElement} card */
const isolate = (card) => `\u2068${card.dataset.name ?? ''}\u2069`;

/** The one and, where they are wanted, those of its maker. */
function listLost() {
  const maker = lost?.dataset.maker;
  const same = findAll('[data-passkey]').filter((card) => card === lost || (maker && card.dataset.maker === maker));
  return { same, going: together.checked ? same : same.filter((card) => card === lost) };
}

function showLost() {
  find('#lost-list').replaceChildren(...listLost().going.map((card) => {
    const line = document.createElement('li');
    line.textContent = isolate(card);
    return line;
  }));
}

/** @param {HTMLElement} card */
function askAboutLost(card) {
  lost = card;
  together.checked = false;
  const { same } = listLost();
  find('#lost-more').hidden = same.length < 2;
  find('#lost-all-text').textContent = text('script-lost-all', { count: String(same.length) });
  find('#lost-title').textContent = text('script-lost-title', { name: isolate(card) });
  showLost();
  hush(losing);
  losing.showModal();
}

async function reportLost() {
  try {
    const passkeyIds = listLost().going.map((card) => card.dataset.passkey);
    const done = await post('/security-info/passkeys/lost', { passkeyIds });
    await signals.send(done.signals);
    location.assign(done.location);
  } catch (error) {
    giveUp(error, losing);
  }
}

together.addEventListener('change', showLost);
const confirmLoss = find('[data-confirm-lost]', losing);
confirmLoss.addEventListener('click', () => work(confirmLoss, reportLost));

// Recovery codes: shown once.

const codesDialog = /** @type {HTMLDialogElement | null} */ (document.querySelector('dialog#codes'));

/** @param {HTMLDialogElement} dialog */
function prepareCodes(dialog) {
  const [asking, made] = ['ask', 'made'].map((step) => find(`[data-step=${step}]`, dialog));
  const make = find('[data-make-codes]', dialog);
  const copy = find('[data-copy-codes]', dialog);
  /** @type {string[]} */
  let codes = [];
  find('[data-codes]').addEventListener('click', () => { hush(asking); dialog.showModal(); });
  make.addEventListener('click', () => work(make, async () => {
    try {
      codes = (await post('/security-info/codes/make', {})).codes;
    } catch (error) {
      return confirmFirst(error, 'codes') ? undefined : giveUp(error, asking);
    }
    find('ol', made).replaceChildren(...codes.map((code) => {
      const line = document.createElement('li');
      line.textContent = code;
      return line;
    }));
    asking.hidden = true;
    made.hidden = false;
    copy.focus();
  }));
  copy.addEventListener('click', () => work(copy, async () => {
    try {
      await navigator.clipboard.writeText(codes.join('\n'));
      say(text('script-copied'), 'good', { scope: made });
    } catch { /* they can be selected and copied by hand */ }
  }));
  find('[data-print]', dialog).addEventListener('click', () => print());
  dialog.addEventListener('close', () => codes.length && location.reload());
}

if (codesDialog) prepareCodes(codesDialog);

for (const card of findAll('[data-passkey]')) {
  prepareRenaming(card);
  card.querySelector('[data-lost]')?.addEventListener('click', () => askAboutLost(card));
  const held = /** @type {HTMLElement | null} */ (card.querySelector('[data-confirm-held]'));
  held?.addEventListener('click', () => work(held, () => confirmHeld(card)));
  card.querySelector('[data-remove]')?.addEventListener('click', () => askToRemove(card));
}
const confirmRemoval = find('[data-confirm-remove]', removing);
confirmRemoval.addEventListener('click', () => work(confirmRemoval, remove));

// Sessions.

/** @param {HTMLElement} row */
async function endSession(row) {
  try {
    await post('/security-info/sessions/end', { sessionId: row.dataset.session });
    reloadSaying(text('script-session-ended'));
  } catch (error) {
    giveUp(error);
  }
}

for (const row of findAll('[data-session]')) {
  const button = /** @type {HTMLElement | null} */ (row.querySelector('[data-end-session]'));
  button?.addEventListener('click', () => work(button, () => endSession(row)));
}

// What applications may do.

/** @param {HTMLElement} row */
async function withdraw(row) {
  try {
    await post('/security-info/consents/withdraw', { grantId: row.dataset.consent });
    reloadSaying(text('script-consent-withdrawn'));
  } catch (error) {
    // Done elsewhere meanwhile: what was wanted is so.
    const gone = error instanceof Refusal && error.code === 'permission.grant_missing';
    if (gone) reloadSaying(text('script-consent-withdrawn'));
    else giveUp(error);
  }
}

for (const row of findAll('[data-consent]')) {
  const button = find('[data-withdraw]', row);
  button.addEventListener('click', () => work(button, () => withdraw(row)));
}

// On arrival: tell the provider what is true, and go on where confirming interrupted.

/** @param {string} place */
function goOn(place) {
  const [what, id] = place.split('=');
  const card = findAll('[data-passkey]').find((one) => one.dataset.passkey === id);
  if (what === 'add' && document.querySelector('[data-add]')) {
    openAdding();
    say(text('script-continue'), 'good', { scope: hero });
    createButton.focus();
  } else if (what === 'remove' && card?.querySelector('[data-remove]')) {
    askToRemove(card);
    say(text('script-continue'), 'good', { scope: removing });
  } else if (what === 'codes' && codesDialog) {
    codesDialog.showModal();
    say(text('script-continue'), 'good', { scope: codesDialog });
  } else if (what === 'confirm') {
    const button = /** @type {HTMLElement | null | undefined} */ (card?.querySelector('[data-confirm-held]'));
    if (!button) return;
    say(text('script-continue'), 'good');
    button.focus();
  }
}

void signals.send(data.signals);
goOn(takeFragment());

// Saying no to a recovery under way.

for (const button of findAll('[data-cancel-recovery]')) {
  button.addEventListener('click', () => work(button, async () => {
    try {
      await post('/security-info/recovery/cancel', {});
      reloadSaying(text('script-recovery-cancelled'));
    } catch (error) {
      sayProblem(error);
    }
  }));
}
