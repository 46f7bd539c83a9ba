import assert from 'node:assert/strict';
import { test } from '../runner.mjs';

test('autofill signs in without a click', async (t) => {
  const ada = await t.administrator();
  const credentials = await ada.credentials();
  // Without the waiting that other tests put in front: the authenticator answers the conditional request itself.
  const page = await ada.context.newPage();
  await page.addInitScript(() => { delete (/** @type {any} */ (navigator.credentials).get); });
  const cdp = await ada.context.newCDPSession(page);
  await cdp.send('WebAuthn.enable', { enableUI: false });
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2', ctap2Version: 'ctap2_1', transport: 'internal', hasResidentKey: true, hasUserVerification: true,
      isUserVerified: true, automaticPresenceSimulation: true, defaultBackupEligibility: true, defaultBackupState: true,
    },
  });
  for (const credential of credentials) await cdp.send('WebAuthn.addCredential', { authenticatorId, credential });
  await page.goto(`${t.server.origin}/sign-in`);
  await page.waitForURL('**/security-info');
  await page.getByRole('heading', { name: 'Security info' }).waitFor();
});

test('the button signs in', async (t) => {
  const ada = await t.administrator();
  await ada.signIn();
  await ada.signOut();
  await ada.page.getByText('You are signed out.').waitFor();
  await ada.assertSignedOut();
  await ada.signIn();
});

test('the typed name signs in', async (t) => {
  const ada = await t.administrator();
  await ada.goto('/sign-in');
  const name = ada.page.getByLabel('User name');
  assert.ok(await name.evaluate((field) => field === document.activeElement), 'the field has the focus');
  assert.equal(await name.getAttribute('autocomplete'), 'username webauthn');
  await name.fill('ADA@example.org');
  await ada.button('Next').click();
  await ada.atSecurityInfo();
});

test('past mistake 24: a name that nobody has looks like one that somebody has', async (t) => {
  const ada = await t.administrator();
  await ada.goto('/sign-in');
  const known = (await ada.post('/sign-in/name', { name: 'ada@example.org' })).body;
  const unknown = (await ada.post('/sign-in/name', { name: 'nobody@example.org' })).body;
  const again = (await ada.post('/sign-in/name', { name: 'nobody@example.org' })).body;
  assert.deepEqual(Object.keys(unknown.publicKey).sort(), Object.keys(known.publicKey).sort());
  assert.ok(unknown.publicKey.allowCredentials.length > 0);
  assert.deepEqual(unknown.publicKey.allowCredentials, again.publicKey.allowCredentials, 'look-alikes are stable');
  // In the page: no passkey fits, so the device is asked in vain and nothing is given away. A look-alike may
  // name security keys only, then the browser waits for one to be plugged in: here one that this device could hold.
  await ada.page.getByLabel('User name').fill(await nameWithoutPasskey(ada));
  await ada.button('Next').click();
  await ada.page.getByText('Nothing was sent. Try again whenever you like.').waitFor();
});

/**
 * A name that nobody has, whose look-alikes could be on this device: which they are follows from the server's key.
 * @param {import('../visitor.mjs').Visitor} visitor
 */
async function nameWithoutPasskey(visitor) {
  for (let n = 0; n < 20; n += 1) {
    const name = `nobody${n}@example.org`;
    const { publicKey } = (await visitor.post('/sign-in/name', { name })).body;
    const isHere = (/** @type {{ transports?: string[] }} */ { transports }) => !transports?.length || transports.includes('internal');
    if (publicKey.allowCredentials.some(isHere)) return name;
  }
  throw new Error('twenty names, and every look-alike is a security key');
}

test('the return address leads back to where one was going', async (t) => {
  const ada = await t.administrator();
  await ada.goto('/people');
  assert.match(ada.page.url(), /\/sign-in\?return=%2Fpeople/);
  await ada.button('Sign in with a passkey').click();
  await ada.page.waitForURL('**/people');
});

test('a foreign return address is not followed', async (t) => {
  const ada = await t.administrator();
  for (const foreign of ['https://evil.example/', '//evil.example', '/\\evil.example']) {
    await ada.goto(`/sign-in?return=${encodeURIComponent(foreign)}`);
    await ada.button('Sign in with a passkey').click();
    await ada.atSecurityInfo();
    await ada.signOut();
  }
});

test('a cancelled request is answered quietly and can be repeated', async (t) => {
  const ada = await t.administrator();
  await ada.cdp.send('WebAuthn.setUserVerified', { authenticatorId: ada.authenticatorId, isUserVerified: false });
  await ada.goto('/sign-in');
  await ada.button('Sign in with a passkey').click();
  await ada.page.getByText('Nothing was sent. Try again whenever you like.').waitFor();
  await ada.cdp.send('WebAuthn.setUserVerified', { authenticatorId: ada.authenticatorId, isUserVerified: true });
  await ada.button('Sign in with a passkey').click();
  await ada.atSecurityInfo();
});

test('a page that was open for six minutes still signs in', async (t) => {
  const ada = await t.administrator();
  await ada.goto('/sign-in');
  t.server.advance(6 * 60);
  const button = ada.button('Sign in with a passkey');
  await button.click();
  const retry = ada.page.getByText('Please try once more.');
  await Promise.race([ada.page.waitForURL('**/security-info'), retry.waitFor()]);
  if (!ada.page.url().endsWith('/security-info')) await button.click();
  await ada.atSecurityInfo();
});

test('an expired challenge is refused by the server', async (t) => {
  const ada = await t.administrator();
  await ada.goto('/sign-in');
  const offer = (await ada.post('/sign-in/challenge', {})).body;
  const response = await ada.assertion(offer.publicKey);
  t.server.advance(6 * 60);
  const answer = await ada.post('/sign-in/passkey', { state: offer.state, response, return: '/security-info' });
  assert.deepEqual([answer.status, answer.body.error.code], [410, 'state.expired']);
  await ada.assertSignedOut();
});

test('past mistake 13: a sign-in that was sent can not be sent again', async (t) => {
  const ada = await t.administrator();
  await ada.goto('/sign-in');
  const sent = ada.page.waitForRequest((request) => request.url().endsWith('/sign-in/passkey'));
  await ada.button('Sign in with a passkey').click();
  const body = (await sent).postDataJSON();
  await ada.atSecurityInfo();
  await ada.signOut();
  const answer = await ada.post('/sign-in/passkey', body);
  assert.deepEqual([answer.status, answer.body.error.code], [410, 'state.spent']);
  await ada.assertSignedOut();
});

test('past mistake 29: another browser can not finish a sign-in that this one began', async (t) => {
  const ada = await t.administrator();
  await ada.goto('/sign-in');
  const offer = (await ada.post('/sign-in/challenge', {})).body;
  const response = await ada.assertion(offer.publicKey);
  const thief = await t.visitor();
  await thief.goto('/sign-in');
  const answer = await thief.post('/sign-in/passkey', { state: offer.state, response, return: '/security-info' });
  assert.deepEqual([answer.status, answer.body.error.code], [400, 'state.unreadable']);
  await thief.assertSignedOut();
});
