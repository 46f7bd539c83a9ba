import assert from 'node:assert/strict';
import { test } from '../runner.mjs';

/** @param {import('../visitor.mjs').Visitor} ada @param {string} displayName @param {string} userName */
async function invite(ada, displayName, userName) {
  await ada.goto('/people');
  await ada.page.getByLabel('Name', { exact: true }).first().fill(displayName);
  await ada.page.getByLabel('User name').first().fill(userName);
  await ada.button('Add').click();
  const row = ada.page.locator(`[data-user-name="${userName}"]`);
  await row.waitFor();
  await row.getByRole('button', { name: 'Registration link' }).click();
  const field = ada.page.getByRole('dialog').getByLabel('Registration link');
  await field.waitFor();
  return field.inputValue();
}

test('somebody is added, gets a link, makes a passkey and signs in', async (t) => {
  const ada = await t.administrator();
  await ada.signIn();
  const link = await invite(ada, 'Bea Example', 'bea');
  assert.ok(link.startsWith(`${t.server.origin}/register#`), 'past mistake 10: the link has the public origin');
  const bea = await t.visitor();
  await bea.addAuthenticator('synced');
  await bea.goto(link);
  await bea.page.getByText('Bea Example').waitFor();
  await bea.button('Create a passkey').click();
  await bea.page.getByRole('heading', { name: 'Your passkey is ready' }).waitFor();
  await bea.signIn();
  assert.equal(await bea.page.getByRole('link', { name: 'People' }).count(), 0, 'not for her');
  const forbidden = await bea.goto('/people');
  assert.equal(forbidden?.status(), 403);
  await bea.goto('/security-info');
  const answer = await bea.post('/people/add', { userName: 'mallory', displayName: 'Mallory' });
  assert.deepEqual([answer.status, answer.body.error.code], [403, 'role.insufficient']);
  // Used up.
  const late = await t.visitor();
  await late.addAuthenticator('synced');
  await late.goto(link);
  await late.page.getByText(/one-time|used|expired|new one|new link|not valid|no longer/i).first().waitFor();
  assert.equal((await late.credentials()).length, 0);
});

test('a new link voids the old one', async (t) => {
  const ada = await t.administrator();
  await ada.signIn();
  const old = await invite(ada, 'Bea Example', 'bea');
  await ada.button('Close').click();
  await ada.page.reload();
  await ada.page.locator('[data-user-name="bea"]').getByRole('button', { name: 'Registration link' }).click();
  const field = ada.page.getByRole('dialog').getByLabel('Registration link');
  await field.waitFor();
  assert.notEqual(await field.inputValue(), old);
  const bea = await t.visitor();
  await bea.goto(old);
  const answer = await bea.post('/register/begin', { token: old.split('#')[1] });
  assert.deepEqual([answer.status, answer.body.error.code], [410, 'link.unusable']);
});

test('a disabled person is signed out and can not sign in', async (t) => {
  const ada = await t.administrator();
  await ada.signIn();
  const link = await invite(ada, 'Bea Example', 'bea');
  const bea = await t.visitor();
  await bea.addAuthenticator('synced');
  await bea.goto(link);
  await bea.button('Create a passkey').click();
  await bea.page.getByRole('heading', { name: 'Your passkey is ready' }).waitFor();
  await bea.signIn();
  await ada.goto('/people');
  await ada.page.locator('[data-user-name="bea"]').getByRole('button', { name: 'Disable' }).click();
  await ada.page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click();
  await ada.page.locator('[data-user-name="bea"].is-off').waitFor();
  await bea.assertSignedOut();
  const refusal = await bea.refusedSignIn();
  assert.deepEqual([refusal.status, refusal.code], [403, 'sign_in.account_disabled'], 'past mistake 22');
  await ada.page.locator('[data-user-name="bea"]').getByRole('button', { name: 'Enable' }).click();
  await ada.page.locator('[data-user-name="bea"]:not(.is-off)').waitFor();
  await bea.signIn();
});

test('a renamed person keeps the passkey and the password manager learns the name', async (t) => {
  const ada = await t.administrator();
  await ada.signIn();
  await ada.goto('/people');
  await ada.page.locator('[data-user-name="ada@example.org"]').getByRole('button', { name: 'Rename' }).click();
  const dialog = ada.page.getByRole('dialog');
  await dialog.getByLabel('User name').fill('countess');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await ada.page.locator('[data-user-name="countess"]').waitFor();
  await ada.context.clearCookies();
  await ada.signIn();
  for (let tries = 0; tries < 100 && (await ada.credentials())[0].userName !== 'countess'; tries++) {
    await ada.page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
  }
  assert.equal((await ada.credentials())[0].userName, 'countess');
});

test('a taken name is refused and nobody is added', async (t) => {
  const ada = await t.administrator();
  await ada.signIn();
  await ada.goto('/people');
  await ada.page.getByLabel('Name', { exact: true }).first().fill('Another Ada');
  await ada.page.getByLabel('User name').first().fill('ADA@example.org');
  const answered = ada.page.waitForResponse((response) => response.url().endsWith('/people/add'));
  await ada.button('Add').click();
  assert.equal((await (await answered).json()).error.code, 'user.name_taken');
  await ada.page.reload();
  assert.equal(await ada.page.locator('[data-person]').count(), 1);
});

test('the last administrator stays enabled', async (t) => {
  const ada = await t.administrator();
  await ada.signIn();
  await ada.goto('/people');
  const personId = await ada.page.locator('[data-person]').getAttribute('data-person');
  const answer = await ada.post('/people/disable', { personId });
  assert.deepEqual([answer.status, answer.body.error.code], [409, 'user.last_administrator']);
});
