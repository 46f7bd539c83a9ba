// The time before a passkey: password and code, and what takes their place.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { PostOffice } from '../post_office.mjs';
import { test } from '../runner.mjs';

const GOOD = 'correct horse battery';

/** RFC 6238, as an app computes it. @param {string} secret base32 */
function codeOf(secret, now = Date.now()) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...secret.replace(/\s/g, '')].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const seed = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(now / 30_000)));
  const tag = createHmac('sha1', seed).update(step).digest();
  const at = tag[19] & 15;
  return String((tag.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}


/** Somebody with a passkey, signed in on Security info. @param {any} t */
async function bea(t) {
  await t.administrator();
  t.server.run(['user', 'add', 'bea', '--display-name', 'Bea Example']);
  const link = t.server.command(['user', 'link', 'bea']).url;
  t.server.run(['policy', 'password', '--state', 'on', '--beside-passkeys', 'on']);
  const visitor = await t.visitor();
  await visitor.addAuthenticator('synced');
  await visitor.goto(link);
  await visitor.button('Create a passkey').click();
  await visitor.page.getByRole('heading', { name: 'Your passkey is ready' }).waitFor();
  await visitor.goto('/sign-in');
  await visitor.signIn();
  return visitor;
}

test('password and authenticator app are set up, sign in, and five wrong codes hold up no passkey', async (t) => {
  const at = await bea(t);
  await at.shoot('security-info-passwords');
  await at.button('Set a password').click();
  const setting = at.page.locator('dialog#password');
  await setting.getByLabel('New password').fill('short');
  await setting.getByLabel('Once more').fill('shorter');
  await setting.getByRole('button', { name: 'Save' }).click();
  await at.page.getByText('The two are not the same').waitFor();
  await setting.getByLabel('Once more').fill('short');
  await setting.getByRole('button', { name: 'Save' }).click();
  await at.page.getByText('can’t be used').waitFor();
  await at.shoot('password-unfit');
  await setting.getByLabel('New password').fill(GOOD);
  await setting.getByLabel('Once more').fill(GOOD);
  await setting.getByRole('button', { name: 'Save' }).click();
  await at.page.getByText('The password is set').waitFor();
  await at.button('Set up an authenticator app').click();
  const adding = at.page.locator('dialog#app');
  await adding.locator('svg.qr').waitFor();
  await at.shoot('app-set-up');
  await adding.getByText('Can’t scan it').click();
  const secret = await adding.locator('#app-secret').innerText();
  assert.match(secret.replace(/ /g, ''), /^[A-Z2-7]{32}$/);
  await adding.getByLabel('Code', { exact: true }).fill('000000');
  await adding.getByRole('button', { name: 'Set it up' }).click();
  await at.page.getByText('The code is not right').waitFor();
  await adding.getByLabel('Code', { exact: true }).fill(codeOf(secret));
  await adding.getByRole('button', { name: 'Set it up' }).click();
  await at.page.getByText('The authenticator app is set up').waitFor();

  const other = await t.visitor();
  await other.goto('/sign-in?return=%2Fsecurity-info');
  await other.shoot('sign-in-with-password');
  await other.page.getByRole('link', { name: 'Sign in with a password' }).click();
  await other.shoot('password');
  await other.button('Next').click();
  await other.page.getByText('Enter your user name and password').waitFor();
  await other.page.getByLabel('User name').fill('bea');
  await other.page.getByLabel('Password').fill('wrong and wrong');
  await other.button('Next').click();
  await other.page.getByText('is not right').waitFor();
  await other.page.getByLabel('Password').fill(GOOD);
  await other.button('Next').click();
  await other.page.getByRole('heading', { name: 'Enter the code' }).waitFor();
  await other.shoot('password-code');
  for (let number = 0; number < 5; number += 1) {
    await other.page.getByLabel('Code').fill(String(number).padStart(6, '0'));
    await other.page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await other.page.getByText('The code is not right').waitFor();
  }
  await other.shoot('password-code-wrong');
  // The passkey works all the while.
  await at.button('Sign out').first().click();
  await at.page.waitForURL('**/sign-in*');
  await at.signIn();
  // A code is taken once: the next one.
  t.server.advance(30);
  await other.page.getByLabel('Code').fill(codeOf(secret, Date.now() + 30_000));
  await other.page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await other.page.getByRole('heading', { name: 'Security info' }).waitFor();
  assert.equal(await other.page.locator('[data-remove-password]').count(), 0, 'it takes nothing away');
  await other.shoot('security-info-by-password');
});

test('the policy is off: there is nothing to type, and a way back', async (t) => {
  await t.administrator();
  const visitor = await t.visitor();
  await visitor.goto('/password');
  await visitor.page.getByText('doesn’t use passwords').waitFor();
  assert.equal(await visitor.page.locator('form').count(), 0);
  await visitor.shoot('password-off');
  await visitor.page.getByRole('link', { name: 'Sign in with a passkey' }).click();
  await visitor.page.waitForURL('**/sign-in*');
});

test('a first password, a code by mail, and a passkey in its place', async (t) => {
  await t.administrator();
  const office = await PostOffice.open();
  try {
    t.server.run(['mail', 'set', 'localhost', '--security', 'none', '--port', String(office.port), '--from', 'no-reply@example.org']);
    t.server.run(['user', 'add', 'cem', '--display-name', 'Cem Example']);
    t.server.run(['user', 'set', 'cem', '--mail', 'cem@example.org']);
    t.server.run(['policy', 'password', '--state', 'on']);
    t.server.run(['user', 'password', 'cem', '--file', '-'], GOOD);
    const cem = await t.visitor();
    await cem.addAuthenticator('synced');
    await cem.goto('/password?return=%2Fapplications');
    // A second at most until the server knows of the policy.
    for (let tries = 0; tries < 50 && (await cem.page.locator('form').count()) === 0; tries += 1) await cem.page.reload();
    await cem.page.getByLabel('User name').fill('cem');
    await cem.page.getByLabel('Password').fill(GOOD);
    await cem.button('Next').click();
    await cem.page.getByText('is on its way').waitFor();
    await cem.shoot('password-mail');
    const letter = await office.take('Your code to sign in');
    const code = /\b\d{6}\b/.exec(letter)?.[0] ?? '';
    assert.match(code, /^\d{6}$/);
    await cem.page.getByLabel('Code').fill(code);
    await cem.page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await cem.page.getByRole('heading', { name: 'Next time without a password' }).waitFor();
    await cem.shoot('upgrade');
    await cem.button('Create a passkey').click();
    await cem.page.getByRole('heading', { name: 'You have a passkey now' }).waitFor();
    await cem.shoot('upgrade-done');
    await cem.page.locator('#go-on').click();
    await cem.page.waitForURL('**/applications');
    // From now on the passkey, and only that.
    const again = await t.visitor();
    await again.goto('/password');
    await again.page.getByLabel('User name').fill('cem');
    await again.page.getByLabel('Password').fill(GOOD);
    await again.button('Next').click();
    await again.page.getByText('You have a passkey').waitFor();
    await again.shoot('password-passkey-first');
  } finally {
    office.close();
  }
});
