// The first day by a Temporary Access Pass.
import assert from 'node:assert/strict';
import { test } from '../runner.mjs';

test('somebody new enters a pass, makes a passkey and signs in', async (t) => {
  const ada = await t.administrator();
  await ada.signIn();
  await ada.goto('/people');
  await ada.page.getByLabel('Name', { exact: true }).first().fill('Bea Example');
  await ada.page.getByLabel('User name').first().fill('bea');
  await ada.button('Add').click();
  const row = ada.page.locator('[data-user-name="bea"]');
  await row.getByRole('button', { name: 'Temporary Access Pass' }).click();
  const field = ada.page.getByRole('dialog').getByLabel('Temporary Access Pass');
  await field.waitFor();
  await ada.shoot('people-pass');
  const shown = await field.inputValue();
  assert.match(shown, /^[0-9A-Z]{4}-[0-9A-Z]{4}$/);

  const bea = await t.visitor();
  await bea.addAuthenticator('synced');
  await bea.goto('/sign-in');
  await bea.page.getByText('Trouble signing in?').click();
  await bea.page.getByRole('link', { name: 'I have a Temporary Access Pass' }).click();
  await bea.shoot('pass');
  await bea.button('Next').click();
  await bea.page.locator('[aria-invalid="true"]').first().waitFor();
  await bea.page.getByLabel('User name').fill('bea');
  await bea.page.getByLabel('Temporary Access Pass').fill('0000-0000');
  await bea.button('Next').click();
  await bea.page.getByText('is not right').waitFor();
  assert.equal((await bea.credentials()).length, 0);
  // As it is written down: in small letters, in groups.
  await bea.page.getByLabel('Temporary Access Pass').fill(shown.toLowerCase());
  await bea.button('Next').click();
  await bea.page.getByText('Bea Example').waitFor();
  await bea.page.getByRole('heading', { name: 'Create your passkey' }).waitFor();
  await bea.shoot('pass-entered');
  await bea.button('Create a passkey').click();
  await bea.page.getByRole('heading', { name: 'Your passkey is ready' }).waitFor();
  await bea.page.locator('#go-on').click();
  await bea.button('Sign in with a passkey').click();
  await bea.atSecurityInfo();
  await bea.page.getByText('Your Temporary Access Pass was used').waitFor();
  // It worked once.
  const late = await t.visitor();
  await late.goto('/pass');
  const answer = await late.post('/pass/enter', { name: 'bea', code: shown });
  assert.deepEqual([answer.status, answer.body.error.code], [410, 'pass.used']);
});
