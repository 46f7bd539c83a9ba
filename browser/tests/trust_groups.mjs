// Trust groups of synced passkeys (cmtgKey) and the other extensions, with Chromium's own implementation on the other side.
import assert from 'node:assert/strict';
import { test } from '../runner.mjs';

/** @typedef {import('../visitor.mjs').Visitor} Visitor */

/** @param {Visitor} ada @param {Record<string, unknown>} properties */
async function change(ada, properties) {
  const [credential] = await ada.credentials();
  await ada.cdp.send('WebAuthn.setCredentialProperties', {
    authenticatorId: ada.authenticatorId, credentialId: credential.credentialId, ...properties,
  });
}

/** Signs in and gives which words the records say about trust groups. @param {Visitor} ada */
async function signInAndRead(ada) {
  await ada.signIn();
  await ada.signOut();
  return facts(ada);
}

/** @param {Visitor} ada */
function facts(ada) {
  const words = ['first', 'same', 'new', 'absent', 'forged'];
  return Object.fromEntries(words.map((word) => [word, ada.server.countInDatabase(`"trustGroup":"${word}"`) > 0]));
}

test('a trust group is known again, and a new one is told', async (t) => {
  const ada = await t.visitor();
  await ada.addAuthenticator('synced', { hasCmtgKey: true });
  await ada.setUp(await t.server.setUpLink());
  const none = { first: false, same: false, new: false, absent: false, forged: false };
  assert.deepEqual(facts(ada), { ...none, first: true });
  assert.deepEqual(await signInAndRead(ada), { ...none, first: true, same: true });
  await change(ada, { generateCmtgKeyOnNextOperation: true });
  assert.deepEqual(await signInAndRead(ada), { ...none, first: true, same: true, new: true });
  const [credential] = await ada.credentials();
  assert.equal(/** @type {any} */ (credential).cmtgKeys.length, 2);
});

test('a trust group that comes back is known, and one that is gone is told', async (t) => {
  const ada = await t.visitor();
  await ada.addAuthenticator('synced', { hasCmtgKey: true });
  await ada.setUp(await t.server.setUpLink());
  const none = { first: false, same: false, new: false, absent: false, forged: false };
  await change(ada, { generateCmtgKeyOnNextOperation: true });
  const rotated = { ...none, first: true, new: true };
  assert.deepEqual(await signInAndRead(ada), rotated);
  // Chromium switches back to the key of the registration, which no sign-in has shown yet.
  await change(ada, { activeCmtgKeyIndex: 0 });
  assert.deepEqual(await signInAndRead(ada), { ...rotated, same: true });
  // The same passkey in a provider that knows nothing of groups.
  const [held] = /** @type {any[]} */ (await ada.removeAuthenticator());
  assert.equal(held.cmtgKeys.length, 2);
  for (const member of ['cmtgKeys', 'activeCmtgKeyIndex', 'generateCmtgKeyOnNextOperation']) delete held[member];
  const authenticatorId = await ada.addAuthenticator('synced');
  await ada.cdp.send('WebAuthn.addCredential', { authenticatorId, credential: held });
  assert.deepEqual(await signInAndRead(ada), { ...rotated, same: true, absent: true });
});

test('a device-bound passkey has no trust group, whatever its authenticator sends', async (t) => {
  const ada = await t.visitor();
  await ada.addAuthenticator('device-bound', { hasCmtgKey: true });
  await ada.setUp(await t.server.setUpLink());
  await ada.signIn();
  assert.equal(ada.server.countInDatabase('"trustGroup"'), 0);
});

test('options are what the browser reads, and its answers what we read', async (t) => {
  const ada = await t.administrator();
  await ada.goto('/sign-in');
  const { body } = await ada.post('/sign-in/challenge', {});
  // Each known member of both dictionaries passes through the browser's own parser and comes out as it went in.
  const read = await ada.page.evaluate((publicKey) => {
    const parsed = /** @type {any} */ (PublicKeyCredential.parseRequestOptionsFromJSON(publicKey));
    return { rpId: parsed.rpId, userVerification: parsed.userVerification, timeout: parsed.timeout, cmtgKey: parsed.extensions?.cmtgKey, challenge: parsed.challenge.byteLength };
  }, body.publicKey);
  assert.deepEqual(read, { rpId: ada.server.rpId, userVerification: 'required', timeout: 300_000, cmtgKey: true, challenge: 32 });
  const sent = ada.page.waitForRequest((request) => request.url().endsWith('/sign-in/passkey'));
  await ada.button('Sign in with a passkey').click();
  const answer = (await sent).postDataJSON().response;
  assert.deepEqual(Object.keys(answer.response).sort(), ['authenticatorData', 'clientDataJSON', 'signature', 'userHandle']);
  assert.deepEqual(answer.clientExtensionResults, {});
  await ada.atSecurityInfo();
});
