// The bad day: a device is lost, a recovery code leads back in.
import assert from 'node:assert/strict';
import { PostOffice } from '../post_office.mjs';
import { test } from '../runner.mjs';

/** @typedef {import('../visitor.mjs').Visitor} Visitor */

/** Somebody without a role, signed in on Security info. @param {any} t */
async function bea(t) {
  const ada = await t.administrator();
  t.server.run(['user', 'add', 'bea', '--display-name', 'Bea Example']);
  const link = t.server.command(['user', 'link', 'bea']).url;
  const visitor = await t.visitor();
  await visitor.addAuthenticator('synced');
  await visitor.goto(link);
  await visitor.button('Create a passkey').click();
  await visitor.page.getByRole('heading', { name: 'Your passkey is ready' }).waitFor();
  await visitor.goto('/sign-in');
  await visitor.signIn();
  return { ada, visitor };
}

test('recovery codes are made, kept, and lead back in; the lost device is reported', async (t) => {
  const { visitor: bea1 } = await bea(t);
  await bea1.button('Make recovery codes').click();
  const dialog = bea1.page.locator('dialog#codes');
  await bea1.shoot('codes-ask');
  await dialog.getByRole('button', { name: 'Make recovery codes' }).click();
  await bea1.page.getByRole('heading', { name: 'Your recovery codes' }).waitFor();
  const codes = await dialog.locator('li').allInnerTexts();
  assert.equal(codes.length, 10);
  for (const code of codes) assert.match(code, /^[0-9A-Z]{4}(-[0-9A-Z]{4}){3}$/);
  await bea1.shoot('codes-made');
  await bea1.page.emulateMedia({ media: 'print' });
  await bea1.shoot('codes-printed');
  await bea1.page.emulateMedia({ media: 'screen' });
  await bea1.button('I have kept them').click();
  await bea1.page.getByText('10 of 10 left').waitFor();
  assert.ok(!(await bea1.page.content()).includes(codes[0]), 'they are shown once');

  // Another device, with nothing on it.
  const bea2 = await t.visitor();
  await bea2.addAuthenticator('synced');
  await bea2.goto('/sign-in?return=%2Fsecurity-info');
  await bea2.page.getByText('Trouble signing in?').click();
  await bea2.page.getByRole('link', { name: 'I can’t use any of my passkeys' }).click();
  await bea2.page.getByRole('heading', { name: 'Get back in' }).waitFor();
  await bea2.shoot('recover');
  await bea2.button('Next').click();
  await bea2.page.locator('[aria-invalid="true"]').first().waitFor();
  await bea2.page.getByLabel('User name').fill('bea');
  await bea2.page.getByLabel('Recovery code').fill('0000-0000-0000-0000');
  await bea2.button('Next').click();
  await bea2.page.getByText('is not right').waitFor();
  await bea2.page.getByLabel('Recovery code').fill(codes[4].toLowerCase());
  await bea2.button('Next').click();
  await bea2.page.getByText('Bea Example').waitFor();
  await bea2.shoot('recover-entered');
  await bea2.button('Create a passkey').click();
  await bea2.page.getByRole('heading', { name: 'Your passkey is ready' }).waitFor();
  await bea2.shoot('recover-done');
  await bea2.page.locator('#go-on').click();
  await bea2.button('Sign in with a passkey').click();
  await bea2.atSecurityInfo();
  await bea2.page.getByText('You came back with a passkey from a recovery').waitFor();
  await bea2.page.getByText('9 of 10 left').waitFor();
  await bea2.shoot('security-info-recovered');
  // The old one can't be removed; it can be reported.
  const old = bea2.page.locator('.passkey').filter({ hasNotText: 'Used for this sign-in' });
  await old.locator('[data-remove]').click();
  await bea2.page.locator('[data-confirm-remove]').click();
  await bea2.page.getByText('less than a day ago').waitFor();
  await bea2.page.locator('dialog#remove [data-close]').click();
  await old.locator('[data-lost]').click();
  await bea2.page.getByText('stop working at once').waitFor();
  await bea2.shoot('security-info-lost');
  await bea2.button('Report lost and sign out').click();
  await bea2.page.getByText('every device is signed out').waitFor();
  await bea2.shoot('reported-lost');
  await bea1.assertSignedOut();
  await bea2.signIn();
  assert.equal(await bea2.page.locator('.passkey').count(), 1);
});

test('the last passkey is reported lost and the ways back in are shown', async (t) => {
  const { visitor } = await bea(t);
  await visitor.page.locator('[data-lost]').click();
  await visitor.button('Report lost and sign out').click();
  await visitor.page.getByRole('heading', { name: 'Get back in' }).waitFor();
  await visitor.page.getByText('What you reported no longer works').waitFor();
});

test('the help desk reports what is lost, and says why it makes a pass', async (t) => {
  const { ada, visitor } = await bea(t);
  await ada.signIn();
  await ada.goto('/people');
  const row = ada.page.locator('[data-user-name="bea"]');
  await row.getByRole('button', { name: 'Report lost' }).click();
  const dialog = ada.page.locator('dialog#lost');
  await dialog.locator('label').first().waitFor();
  await ada.shoot('people-lost');
  await dialog.getByRole('button', { name: 'Revoke and sign out' }).click();
  await ada.page.getByText('has no passkey any more').waitFor();
  await visitor.assertSignedOut();
  await row.getByRole('button', { name: 'Temporary Access Pass' }).click();
  const reason = ada.page.getByLabel('How did you make sure that it is them?');
  await reason.waitFor();
  await ada.shoot('people-reason');
  await ada.page.locator('#reason-form [type=submit]').click();
  await ada.page.locator('#reason-form [aria-invalid="true"]').waitFor();
  await reason.fill('Called back on the number in the staff list');
  await ada.page.locator('#reason-form [type=submit]').click();
  const field = ada.page.locator('dialog#pass input');
  await field.waitFor();
  assert.match(await field.inputValue(), /^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
});

test('another device where somebody is signed in lets a new one create a passkey', async (t) => {
  const { visitor: bea1 } = await bea(t);
  t.server.run(['policy', 'recovery', '--rung', 'device', '--state', 'on']);
  const bea2 = await t.visitor();
  await bea2.addAuthenticator('synced');
  await bea2.goto('/recover');
  await bea2.button('Show a code').click();
  await bea2.page.locator('#request-code').waitFor();
  const code = await bea2.page.locator('#request-code').innerText();
  assert.match(code, /^[A-Z]{4}-[A-Z]{4}$/);
  await bea2.shoot('recover-device-code');
  await bea1.goto('/security-info');
  await bea1.page.locator('#approve').click();
  await bea1.shoot('approve-enter');
  await bea1.page.getByLabel('Code').fill('BBBB-BBBB');
  await bea1.button('Next').click();
  await bea1.page.getByText('There is no such code').waitFor();
  await bea1.page.getByLabel('Code').fill(code.toLowerCase());
  await bea1.button('Next').click();
  await bea1.page.waitForURL(/reauthenticate/);
  await bea1.page.getByRole('button', { name: /passkey/i }).first().click();
  await bea1.button('Yes, let them in').waitFor();
  await bea1.page.getByText(code).waitFor();
  await bea1.shoot('approve-device');
  await bea1.button('Yes, let them in').click();
  await bea1.page.getByText('Approved.').waitFor();
  // The other one goes on by itself.
  await bea2.page.getByText('You can create a passkey now').waitFor();
  await bea2.shoot('recover-ready');
  await bea2.page.locator('#use-request').click();
  await bea2.page.getByText('Bea Example').waitFor();
  await bea2.button('Create a passkey').click();
  await bea2.page.getByRole('heading', { name: 'Your passkey is ready' }).waitFor();
  await bea2.page.locator('#go-on').click();
  await bea2.button('Sign in with a passkey').click();
  await bea2.atSecurityInfo();
});

const DAY = 86_400;

/** Mail that goes somewhere, and an address that has stood long enough. @param {any} t @param {PostOffice} office */
function withMail(t, office) {
  t.server.run(['mail', 'set', 'localhost', '--security', 'none', '--port', String(office.port), '--from', 'no-reply@example.org']);
  t.server.run(['user', 'set', 'bea', '--mail', 'bea@example.org']);
}

/** @param {string} letter */
function linkIn(letter) {
  const link = /https?:\/\/[^\s"<]+\/recover\/letter#[\w-]+/.exec(letter)?.[0];
  assert.ok(link, letter);
  return link;
}

/** Asks for the letter at `/recover`, and opens its link there. @param {Visitor} visitor @param {PostOffice} office */
async function openLetter(visitor, office) {
  await visitor.goto('/recover');
  const form = visitor.page.locator('#mail-form');
  await form.getByLabel('User name').fill('bea');
  await form.getByRole('button', { name: 'Send the letter' }).click();
  await visitor.page.getByText('a letter is under way').waitFor();
  const link = linkIn(await office.take('asked for a letter'));
  await visitor.goto(link);
  await visitor.shoot('recover-letter');
  assert.ok(!visitor.page.url().includes('#'), 'the token left the address bar');
  await visitor.button('It was me: go on').click();
  await visitor.page.getByText('The waiting time runs').waitFor();
  return link;
}

test('a letter and a waiting time lead back in; who is signed in cancels it', async (t) => {
  const { visitor: bea1 } = await bea(t);
  const office = await PostOffice.open();
  try {
    withMail(t, office);
    t.server.run(['policy', 'recovery', '--rung', 'mail', '--state', 'on', '--wait', '24']);
    const bea2 = await t.visitor();
    await bea2.addAuthenticator('synced');
    // An address that came only now gets no letter, and nobody is told so.
    await bea2.goto('/recover');
    await bea2.page.locator('#mail-form').getByLabel('User name').fill('bea');
    await bea2.shoot('recover-mail');
    await bea2.button('Send the letter').click();
    await bea2.page.getByText('a letter is under way').waitFor();
    await t.server.sleep(8 * DAY);

    await openLetter(bea2, office);
    await bea2.shoot('recover-waits');
    await office.take('Until then you can say no');
    await bea1.goto('/sign-in?return=%2Fsecurity-info');
    await bea1.signIn();
    await bea1.page.getByText('Somebody is getting back into this account by mail').waitFor();
    await bea1.shoot('security-info-under-way');
    await bea1.button('Cancel the recovery').click();
    await bea1.page.getByText('The recovery was cancelled').waitFor();
    await t.server.sleep(2 * DAY);
    await bea2.page.reload();
    await bea2.page.getByRole('heading', { name: 'Get back in' }).waitFor();
    assert.equal(await bea2.page.locator('#under-way').count(), 0, 'cancelled is over');

    const link = await openLetter(bea2, office);
    await t.server.sleep(DAY - 60);
    await bea2.page.reload();
    await bea2.page.getByText('The waiting time runs').waitFor();
    assert.equal(await bea2.page.locator('#use-request').count(), 0, 'a minute too early');
    t.server.advance(120);
    await bea2.page.reload();
    await bea2.page.locator('#use-request').waitFor();
    await bea2.shoot('recover-letter-ready');
    await bea2.page.locator('#use-request').click();
    await bea2.button('Create a passkey').click();
    await bea2.page.getByRole('heading', { name: 'Your passkey is ready' }).waitFor();
    await bea2.page.locator('#go-on').click();
    await bea2.button('Sign in with a passkey').click();
    await bea2.atSecurityInfo();
    await office.take('Your account was recovered');

    // The letter is used up.
    const finder = await t.visitor();
    await finder.goto(link);
    await finder.button('It was me: go on').click();
    await finder.status.filter({ hasText: /\S/ }).waitFor();
    assert.match(finder.page.url(), /recover\/letter/);
    await finder.shoot('recover-letter-used');
  } finally {
    office.close();
  }
});

test('the manager hears the code and lets a new device create a passkey', async (t) => {
  const { ada, visitor: bea1 } = await bea(t);
  const office = await PostOffice.open();
  try {
    withMail(t, office);
    t.server.run(['user', 'set', 'ada@example.org', '--mail', 'ada@example.org']);
    t.server.run(['user', 'set', 'bea', '--manager', 'ada@example.org']);
    t.server.run(['policy', 'recovery', '--rung', 'manager', '--state', 'on']);
    await t.server.sleep(8 * DAY);
    const bea2 = await t.visitor();
    await bea2.addAuthenticator('synced');
    await bea2.goto('/recover');
    await bea2.page.locator('#manager-form').getByLabel('User name').fill('bea');
    await bea2.button('Ask my manager').click();
    const code = await bea2.page.locator('#request-code').innerText();
    await bea2.shoot('recover-manager-code');
    const letter = await office.take('Somebody asks you to let them back in');
    assert.ok(!letter.includes(code), 'the code is heard, not read');

    await ada.goto('/sign-in?return=%2Fsecurity-info');
    await ada.signIn();
    await ada.page.getByText('Bea Example asks you to let them back in').waitFor();
    assert.ok(!(await ada.page.content()).includes(code));
    await ada.shoot('security-info-asked');
    await ada.page.locator('#approve').click();
    await ada.page.getByLabel('Code').fill(code);
    await ada.button('Next').click();
    await ada.page.waitForURL(/reauthenticate/);
    await ada.page.getByRole('button', { name: /passkey/i }).first().click();
    await ada.page.getByRole('heading', { name: 'Let Bea Example back in?' }).waitFor();
    await ada.shoot('approve-person');
    await ada.button('Yes, let them in').click();
    await ada.page.getByText('Approved.').waitFor();

    await bea2.page.locator('#use-request').click();
    await bea2.button('Create a passkey').click();
    await bea2.page.getByRole('heading', { name: 'Your passkey is ready' }).waitFor();
    await bea2.page.locator('#go-on').click();
    await bea2.button('Sign in with a passkey').click();
    await bea2.atSecurityInfo();
    await office.take('Your account was recovered');
    await bea1.goto('/sign-in?return=%2Fsecurity-info');
    await bea1.signIn();
    await bea1.page.getByText('From a recovery').first().waitFor();
  } finally {
    office.close();
  }
});
