import assert from 'node:assert/strict';
import { test } from '../runner.mjs';

test('set-up makes the first administrator and leads to the sign-in', async (t) => {
  const ada = await t.visitor();
  await ada.addAuthenticator('synced');
  const link = await t.server.setUpLink();
  await ada.goto(link);
  assert.ok(!ada.page.url().includes(link.split('#')[1]), 'the token leaves the address bar');
  await ada.setUp(link);
  assert.equal(await ada.page.locator('#done-name').textContent(), 'ada@example.org');
  await ada.page.locator('#go-on').click();
  await ada.button('Sign in with a passkey').click();
  await ada.atSecurityInfo();
  assert.equal(await ada.page.locator('.passkey').count(), 1);
  await ada.page.getByText('Synced', { exact: true }).waitFor();
  const [credential] = await ada.credentials();
  assert.equal(credential.rpId, t.server.rpId);
  assert.equal(credential.userName, 'ada@example.org');
  assert.equal(Buffer.from(credential.userHandle ?? '', 'base64').length, 64, 'the user handle is 64 random bytes');
});

test('past mistake 11: the set-up link works once', async (t) => {
  const ada = await t.administrator();
  const late = await t.visitor();
  await late.addAuthenticator('synced');
  const closed = await late.goto(await t.server.setUpLink());
  assert.equal(closed?.status(), 410);
  await late.page.getByText('setup.closed').waitFor();
  await late.goto('/sign-in');
  const answer = await late.post('/set-up/begin', {
    token: (await t.server.setUpLink()).split('#')[1], organisation: 'Other', userName: 'eve', displayName: 'Eve',
  });
  assert.equal(answer.body.error.code, 'setup.closed');
  await ada.signIn();
});

test('empty fields are named before a passkey is made', async (t) => {
  const ada = await t.visitor();
  await ada.addAuthenticator('synced');
  await ada.goto(await t.server.setUpLink());
  await ada.button('Create a passkey').click();
  await ada.page.locator('[aria-invalid="true"]').first().waitFor();
  assert.equal((await ada.credentials()).length, 0);
});

test('a refused user name keeps what was typed', async (t) => {
  const ada = await t.visitor();
  await ada.addAuthenticator('synced');
  await ada.goto(await t.server.setUpLink());
  await ada.page.getByLabel('Organisation').fill('Example');
  await ada.page.getByLabel('Your name').fill('Ada');
  await ada.page.getByLabel('User name').fill('a b c');
  const answered = ada.page.waitForResponse((response) => response.url().endsWith('/set-up/begin'));
  await ada.button('Create a passkey').click();
  assert.equal((await (await answered).json()).error.code, 'user.name_unfit');
  assert.equal(await ada.page.getByLabel('Organisation').inputValue(), 'Example');
  assert.equal((await ada.credentials()).length, 0);
  await ada.page.getByLabel('User name').fill('ada');
  await ada.button('Create a passkey').click();
  await ada.page.getByRole('heading', { name: 'Everything is ready' }).waitFor();
});

test('past mistake 12: markup in names stays text', async (t) => {
  const ada = await t.visitor();
  await ada.addAuthenticator('synced');
  const markup = '<img src=x onerror="document.title=1">';
  await ada.setUp(await t.server.setUpLink(), { organisation: markup, displayName: markup, userName: 'ada' });
  await ada.signIn();
  assert.ok((await ada.page.locator('h1 + .lead').textContent())?.includes(markup));
  assert.equal(await ada.page.locator('img[onerror]').count(), 0);
});
