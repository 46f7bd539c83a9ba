import assert from 'node:assert/strict';
import { test } from '../runner.mjs';

/** @typedef {import('../visitor.mjs').Visitor} Visitor */

/** From the Security info page, or the dialog that it opened after confirming, to a second card. @param {Visitor} ada @param {import('../visitor.mjs').Kind} kind @param {string} name */
export async function addPasskey(ada, kind, name) {
  const held = await ada.removeAuthenticator();
  await ada.addAuthenticator(kind);
  const create = ada.page.getByRole('dialog').getByRole('button', { name: 'Create a passkey' });
  if (!(await create.isVisible())) await ada.button('Add a passkey').click();
  await create.click();
  const field = ada.page.getByLabel('Name of the passkey').last();
  await field.waitFor();
  assert.ok((await field.inputValue()).length > 0, 'a name is proposed');
  await field.fill(name);
  await ada.button('Done').click();
  await card(ada, name).waitFor();
  return held;
}

/** @param {Visitor} ada @param {string} name */
function card(ada, name) {
  return ada.page.locator('.passkey').filter({ hasText: name });
}

test('a synced and a device-bound passkey are added and told apart', async (t) => {
  const ada = await t.administrator();
  await ada.signIn();
  await ada.page.getByText('Add a second passkey').waitFor();
  await addPasskey(ada, 'synced', 'Second in the cloud');
  await ada.page.reload();
  assert.equal(await ada.page.getByText('Add a second passkey').count(), 0);
  await addPasskey(ada, 'device-bound', 'Key on my ring');
  await ada.page.reload();
  assert.equal(await ada.page.locator('.passkey').count(), 3);
  await card(ada, 'Second in the cloud').getByText('Synced', { exact: true }).waitFor();
  await card(ada, 'Key on my ring').getByText('This device only').waitFor();
  await ada.signOut();
  // The device-bound one alone is plugged in now.
  await ada.signIn();
  await card(ada, 'Key on my ring').getByText('Used for this sign-in').waitFor();
});

test('the same authenticator is not registered twice', async (t) => {
  const ada = await t.administrator();
  await ada.signIn();
  await ada.button('Add a passkey').click();
  await ada.page.getByRole('dialog').getByRole('button', { name: 'Create a passkey' }).click();
  await ada.page.getByText('already holds a passkey for you').waitFor();
  assert.equal((await ada.credentials()).length, 1);
});

test('a passkey is renamed, now and later', async (t) => {
  const ada = await t.administrator();
  await ada.signIn();
  await ada.page.locator('[data-rename]').click();
  const field = ada.page.getByLabel('Name of the passkey').first();
  await field.fill('Läptop <b>1</b>');
  await ada.button('Save').click();
  await ada.page.getByText('Renamed.').waitFor();
  await ada.page.reload();
  await ada.page.getByRole('heading', { name: 'Läptop <b>1</b>' }).waitFor();
});

test('a name of nothing but blanks is refused', async (t) => {
  const ada = await t.administrator();
  await ada.signIn();
  const before = await ada.page.locator('.passkey h3').textContent();
  await ada.page.locator('[data-rename]').click();
  await ada.page.getByLabel('Name of the passkey').first().fill('   ');
  await ada.button('Save').click();
  await ada.page.locator('[aria-invalid="true"], .status:not(:empty)').first().waitFor();
  await ada.page.reload();
  assert.equal(await ada.page.locator('.passkey h3').textContent(), before);
});

test('a removed passkey is gone from the page, the authenticator and the sign-in', async (t) => {
  const ada = await t.administrator();
  await ada.signIn();
  const [first] = await addPasskey(ada, 'device-bound', 'Key on my ring');
  const authenticatorId = await ada.addAuthenticator('synced');
  await ada.cdp.send('WebAuthn.addCredential', { authenticatorId, credential: { ...first, backupEligibility: true, backupState: true } });
  await ada.page.reload();
  const others = ada.page.locator('.passkey').filter({ hasNotText: 'Key on my ring' });
  await others.locator('[data-remove]').click();
  const dialog = ada.page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Keep it' }).click();
  assert.equal(await ada.page.locator('.passkey').count(), 2, 'the person may think again');
  await others.locator('[data-remove]').click();
  await dialog.getByRole('button', { name: 'Remove the passkey' }).click();
  // The session was opened by the removed passkey, so it ends with it.
  await ada.page.waitForFunction(() => document.querySelectorAll('.passkey').length < 2);
  await assertEventually(() => ada.signals.some((signal) => signal.event === 'deleted' && signal.credentialId === first.credentialId));
  await ada.assertSignedOut();
});

test('the last passkey can not be removed, by the API neither', async (t) => {
  const ada = await t.administrator();
  await ada.signIn();
  assert.equal(await ada.page.locator('[data-remove]').count(), 0);
  const passkeyId = await ada.page.locator('.passkey').getAttribute('data-passkey');
  const answer = await ada.post('/security-info/passkeys/remove', { passkeyId });
  assert.deepEqual([answer.status, answer.body.error.code], [409, 'passkey.last'], 'past mistake 30');
});

test('after five minutes the person confirms and goes on where they were', async (t) => {
  const ada = await t.administrator();
  await ada.signIn();
  t.server.advance(6 * 60);
  await ada.button('Add a passkey').click();
  const create = ada.page.getByRole('dialog').getByRole('button', { name: 'Create a passkey' });
  await Promise.race([create.waitFor(), ada.page.waitForURL('**/reauthenticate**')]);
  if (!ada.page.url().includes('/reauthenticate')) await create.click();
  await ada.page.waitForURL('**/reauthenticate**');
  await ada.page.getByText('ada@example.org').last().waitFor();
  await ada.button('Confirm with your passkey').click();
  await ada.page.getByRole('dialog').getByText('Confirmed. Now continue here.').waitFor();
  assert.match(ada.page.url(), /\/security-info/);
  await addPasskey(ada, 'device-bound', 'After confirming');
});

test('other sessions are listed and can be ended', async (t) => {
  const ada = await t.administrator();
  const held = await ada.credentials();
  await ada.signIn();
  const laptop = await t.visitor();
  const authenticatorId = await laptop.addAuthenticator('synced');
  for (const credential of held) await laptop.cdp.send('WebAuthn.addCredential', { authenticatorId, credential });
  await laptop.signIn();
  await ada.page.reload();
  assert.equal(await ada.page.locator('[data-session]').count(), 2);
  await ada.page.locator('[data-end-session]').click();
  await ada.page.getByText('The device was signed out.').waitFor();
  await laptop.assertSignedOut();
  await ada.goto('/security-info');
  await ada.atSecurityInfo();
});

test('what happened stands in plain words', async (t) => {
  const ada = await t.administrator();
  await ada.override({ isBogusSignature: true });
  await ada.refusedSignIn();
  await ada.override({ isBogusSignature: false });
  await ada.signIn();
  const activity = ada.page.locator('.activity');
  await activity.getByText(/^Signed in with/).first().waitFor();
});

/** @param {() => boolean} holds */
async function assertEventually(holds) {
  for (let tries = 0; tries < 100 && !holds(); tries++) await new Promise((resolve) => setTimeout(resolve, 50));
  assert.ok(holds());
}
