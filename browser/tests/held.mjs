// A passkey that somebody else registered: its owner sees it, confirms it, or refuses it.
import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from '../runner.mjs';

/** @typedef {import('../visitor.mjs').Visitor} Visitor */
/** @typedef {import('../server.mjs').Server} Server */

/** An application that may create passkeys for anybody: with a key, and a directory role of its own. @param {Server} server */
function makeProvisioner(server) {
  const app = server.command(['app', 'create', 'Key room']);
  server.command(['app', 'role', app.clientId, 'UserAuthMethod-Passkey.ReadWrite.All']);
  server.run(['role', 'assign', 'Privileged Authentication Administrator', app.principalId]);
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const file = join(server.folder, 'key-room.pem');
  writeFileSync(file, publicKey.export({ type: 'spki', format: 'pem' }));
  server.command(['app', 'add-key', app.clientId, '--file', file]);
  return { clientId: app.clientId, key: privateKey.export({ type: 'pkcs8', format: 'pem' }) };
}

/**
 * Asks the server as a tool does. Through the visitor's page, as only the browser knows where names of https lie.
 * @param {Visitor} visitor @param {string} path @param {{ method?: string, headers?: Record<string, string>, body?: string }} [request]
 */
function ask(visitor, path, request = {}) {
  const asked = /** @type {const} */ ([path, request]);
  return visitor.page.evaluate(async ([path, request]) => {
    const answer = await fetch(path, { ...request, credentials: 'omit' });
    return { status: answer.status, body: await answer.json() };
  }, asked);
}

/** @param {Visitor} visitor @param {{ clientId: string, key: string | Buffer }} tool */
async function takeToken(visitor, tool) {
  const now = Math.floor(Date.now() / 1000) + visitor.server.seconds;
  const part = (/** @type {unknown} */ value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const { origin } = visitor.server;
  const claims = { iss: tool.clientId, sub: tool.clientId, aud: `${origin}/oauth2/v2.0/token`, iat: now, exp: now + 300, jti: randomUUID() };
  const input = `${part({ alg: 'ES256', typ: 'JWT' })}.${part(claims)}`;
  const signature = sign('sha256', Buffer.from(input), { key: createPrivateKey(tool.key), dsaEncoding: 'ieee-p1363' });
  const form = new URLSearchParams({
    grant_type: 'client_credentials', scope: `${origin}/.default`,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: `${input}.${signature.toString('base64url')}`,
  });
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const { body } = await ask(visitor, '/oauth2/v2.0/token', { method: 'POST', headers, body: form.toString() });
  assert.ok(body.access_token, JSON.stringify(body));
  return body.access_token;
}

/**
 * Registers a security key for Ada, as the key room does it; gives what the key holds.
 * @param {Visitor} visitor whose browser runs the ceremony @param {{ clientId: string, key: string | Buffer }} tool @param {string} name
 */
async function provision(visitor, tool, name) {
  const methods = '/v1.0/users/ada%40example.org/authentication/fido2Methods';
  await visitor.goto('/sign-in');
  const headers = { authorization: `Bearer ${await takeToken(visitor, tool)}` };
  const given = await ask(visitor, `${methods}/creationOptions`, { headers });
  const authenticatorId = await visitor.addAuthenticator('device-bound');
  const made = await visitor.page.evaluate(async (json) => {
    // Graph asks to enforce the weakest policy there is, which browsers refuse; tools on an operating system's own interface don't.
    delete json.extensions.enforceCredentialProtectionPolicy;
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(json);
    const credential = /** @type {PublicKeyCredential} */ (await navigator.credentials.create({ publicKey }));
    return /** @type {any} */ (credential.toJSON());
  }, given.body.publicKey);
  const { clientDataJSON, attestationObject } = made.response;
  const data = { displayName: name, publicKeyCredential: { id: made.id, response: { clientDataJSON, attestationObject }, clientExtensionResults: {} } };
  const stored = await ask(visitor, methods, { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(data) });
  assert.equal(stored.status, 201, JSON.stringify(stored.body));
  assert.equal(stored.body['@claviger.held'], true);
  return authenticatorId;
}

/** @param {Visitor} ada @param {string} name */
const card = (ada, name) => ada.page.locator('.passkey').filter({ hasText: name });

test('a passkey that somebody else registered waits until its owner confirms it', async (t) => {
  const ada = await t.administrator();
  const tool = makeProvisioner(t.server);
  const keyRoom = await t.visitor();
  await provision(keyRoom, tool, 'Red key');
  // Whoever holds it is told why it opens nothing, and what to do.
  const told = await keyRoom.refusedSignIn();
  assert.equal(told.code, 'sign_in.passkey_held');
  await keyRoom.page.getByText('waits until you confirm it').waitFor();
  await keyRoom.shoot('held-refused');

  await ada.signIn();
  await card(ada, 'Red key').getByText('Key room registered this passkey for you').waitFor();
  await ada.shoot('held');
  // Not by a session of long ago.
  t.server.advance(6 * 60);
  await card(ada, 'Red key').getByRole('button', { name: 'Confirm that passkey' }).click();
  await ada.page.getByRole('heading', { name: 'Confirm it’s you' }).waitFor();
  await ada.button('Confirm with your passkey').click();
  await ada.atSecurityInfo();
  await ada.page.getByText('Now continue here').waitFor();
  await card(ada, 'Red key').getByRole('button', { name: 'Confirm that passkey' }).click();
  await ada.page.getByText('You can sign in with it from now on').waitFor();
  assert.equal(await card(ada, 'Red key').getByText('Waits for you').count(), 0);
  await ada.page.getByText('“Red key” confirmed').waitFor();
  await keyRoom.signIn();
});

test('a passkey that its owner did not expect is removed', async (t) => {
  const ada = await t.administrator();
  const tool = makeProvisioner(t.server);
  const keyRoom = await t.visitor();
  await provision(keyRoom, tool, 'Grey key');
  await ada.signIn();
  await card(ada, 'Grey key').getByRole('button', { name: 'is not mine' }).click();
  await ada.page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: false }).first().click();
  await ada.page.getByText('The passkey was removed.').waitFor();
  assert.equal(await card(ada, 'Grey key').count(), 0);
  const told = await keyRoom.refusedSignIn();
  assert.equal(told.code, 'sign_in.passkey_removed');
});

for (const [locale, title, by] of /** @type {const} */ ([
  ['ar', 'بانتظارك', 'سجّل'],
  ['de-DE', 'Wartet auf Sie', 'hat diesen Passkey für Sie registriert'],
])) {
  test(`the waiting passkey in ${locale}`, async (t) => {
    const ada = await t.administrator();
    const keyRoom = await t.visitor();
    await provision(keyRoom, makeProvisioner(t.server), 'Red key');
    const held = await ada.removeAuthenticator();
    const there = await t.visitor({ locale });
    const authenticatorId = await there.addAuthenticator('synced');
    for (const credential of held) await there.cdp.send('WebAuthn.addCredential', { authenticatorId, credential });
    await there.goto('/sign-in');
    await there.page.locator('#passkey-button').first().click();
    await there.page.waitForURL('**/security-info');
    await there.page.getByText(title).waitFor();
    await there.page.locator('.held').getByText(by).waitFor();
    await there.shoot(`held-${locale}`);
  }, ['http']);
}
