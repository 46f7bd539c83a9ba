import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { test } from '../runner.mjs';

/**
 * The refusal is shown with its reference, opens no session, and the next honest try works.
 * @param {import('../visitor.mjs').Visitor} ada
 */
async function assertRefusedThenFine(ada, mend = async () => {}) {
  await ada.status.getByText(/Reference/).waitFor();
  await ada.assertSignedOut();
  await mend();
  await ada.signIn();
}

test('past mistake 15: an assertion without user verification is refused', async (t) => {
  const ada = await t.administrator();
  await ada.override({ isBadUV: true });
  const refusal = await ada.refusedSignIn();
  assert.deepEqual([refusal.status, refusal.code], [401, 'sign_in.user_not_verified']);
  assert.equal(refusal.signalUnknownCredential, null);
  await assertRefusedThenFine(ada, () => ada.override({ isBadUV: false }));
});

test('an assertion without user presence is refused', async (t) => {
  const ada = await t.administrator();
  await ada.override({ isBadUP: true });
  const refusal = await ada.refusedSignIn();
  assert.deepEqual([refusal.status, refusal.detail], [401, 'assertion.user_presence_missing']);
  await assertRefusedThenFine(ada, () => ada.override({ isBadUP: false }));
});

test('past mistake 14: a forged signature is refused and the passkey is kept', async (t) => {
  const ada = await t.administrator();
  await ada.override({ isBogusSignature: true });
  const refusal = await ada.refusedSignIn();
  assert.deepEqual([refusal.status, refusal.code], [401, 'sign_in.passkey_refused']);
  assert.equal(refusal.signalUnknownCredential, null, 'past mistake 26');
  assert.equal((await ada.credentials()).length, 1);
  await assertRefusedThenFine(ada, () => ada.override({ isBogusSignature: false }));
});

test('past mistake 23: a passkey that changes its backup eligibility is refused', async (t) => {
  const ada = await t.administrator();
  const [{ credentialId }] = await ada.credentials();
  const { authenticatorId } = ada;
  await ada.cdp.send('WebAuthn.setCredentialProperties', { authenticatorId, credentialId, backupEligibility: false, backupState: false });
  const refusal = await ada.refusedSignIn();
  assert.deepEqual([refusal.status, refusal.code], [401, 'sign_in.backup_eligibility_changed']);
  await assertRefusedThenFine(ada, async () => {
    await ada.cdp.send('WebAuthn.setCredentialProperties', { authenticatorId, credentialId, backupEligibility: true, backupState: true });
  });
});

test('the backup state may change', async (t) => {
  const ada = await t.administrator();
  const [{ credentialId }] = await ada.credentials();
  await ada.cdp.send('WebAuthn.setCredentialProperties', { authenticatorId: ada.authenticatorId, credentialId, backupState: false });
  await ada.signIn();
});

test('a copy of a device-bound passkey is noticed by its counter', async (t) => {
  const ada = await t.visitor();
  await ada.addAuthenticator('device-bound');
  await ada.setUp(await t.server.setUpLink());
  const [copy] = await ada.credentials();
  await ada.signIn();
  await ada.signOut();
  await ada.signIn();
  await ada.signOut();
  await ada.removeAuthenticator();
  const authenticatorId = await ada.addAuthenticator('device-bound');
  await ada.cdp.send('WebAuthn.addCredential', { authenticatorId, credential: { ...copy, backupEligibility: false, backupState: false } });
  const refusal = await ada.refusedSignIn();
  assert.deepEqual([refusal.status, refusal.code], [401, 'sign_in.counter_regressed']);
  await ada.assertSignedOut();
});

test('past mistake 16: a response made for another origin is refused', async (t) => {
  const ada = await t.administrator();
  await ada.goto('/sign-in');
  const offer = (await ada.post('/sign-in/challenge', {})).body;
  const elsewhere = await openElsewhere(t.server);
  try {
    await ada.goto(elsewhere.origin);
    const response = await ada.assertion(offer.publicKey);
    await ada.goto('/sign-in');
    const answer = await ada.post('/sign-in/passkey', { state: offer.state, response, return: '/security-info' });
    assert.deepEqual([answer.status, answer.body.error.detail], [401, 'assertion.origin_mismatch']);
    await ada.assertSignedOut();
  } finally {
    elsewhere.close();
  }
});

test('a passkey that nobody knows is refused and the password manager told', async (t) => {
  const ada = await t.administrator();
  const [stranger] = await ada.credentials();
  await ada.removeAuthenticator();
  const authenticatorId = await ada.addAuthenticator('synced');
  const credentialId = Buffer.from('a passkey of somewhere else').toString('base64');
  await ada.cdp.send('WebAuthn.addCredential', { authenticatorId, credential: { ...stranger, credentialId } });
  const refusal = await ada.refusedSignIn();
  assert.deepEqual([refusal.status, refusal.code], [401, 'sign_in.passkey_unknown']);
  assert.equal(refusal.signalUnknownCredential.rpId, t.server.rpId);
  await ada.page.getByText('Your password manager was told to stop offering this passkey.').waitFor();
  assert.equal((await ada.credentials()).length, 0, 'the authenticator forgot it');
  assert.deepEqual(ada.signals.map((signal) => signal.event), ['deleted']);
});

/**
 * Another site on the same host, so that the browser grants it the RP ID and only the server can tell.
 * @param {import('../server.mjs').Server} server
 */
async function openElsewhere(server) {
  const answer = (/** @type {any} */ _, /** @type {import('node:http').ServerResponse} */ response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>elsewhere</title><link rel="icon" href="data:,">');
  };
  const { certificate, key } = server.tools;
  const site = server.scheme === 'http' ? createHttp(answer) : createHttps({ cert: readFileSync(certificate), key: readFileSync(key) }, answer);
  await new Promise((resolve) => site.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = site.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return { origin: `${server.scheme}://${server.rpId}:${port}/`, close: () => { site.closeAllConnections(); site.close(); } };
}
