// An independent, certified client library signs somebody in, renews, asks whom it is for, and gives its token back.

import assert from 'node:assert/strict';
import * as openid from 'openid-client';
import { listen } from '../application.mjs';
import { test } from '../runner.mjs';

/** The library runs in Node, which knows neither the name nor the authority of the tests' https. */
/** @type {import('../runner.mjs').Scheme[]} */
const SCHEMES = ['http'];

/** @param {unknown} error */
const wordOf = (error) => error instanceof openid.ResponseBodyError ? error.error : String(error);

/** @param {import('../server.mjs').Server} server @param {string} callback @param {string[]} tokens @param {Partial<openid.ClientMetadata>} metadata */
async function discover(server, callback, tokens = [], metadata = {}) {
  const { clientId } = server.command(['app', 'create', 'Travel expenses', '--redirect', `web=${callback}`]);
  const { secret } = server.command(['app', 'add-secret', clientId]);
  if (tokens.length) server.command(['app', 'tokens', clientId, ...tokens]);
  // The tests' server speaks http on localhost; everything else is as the library has it.
  const options = { execute: [openid.allowInsecureRequests] };
  return openid.discovery(new URL(server.origin), clientId, { client_secret: secret, ...metadata }, openid.ClientSecretBasic(secret), options);
}

/** Signs in and consents; gives the tokens. @param {import('../visitor.mjs').Visitor} ada @param {openid.Configuration} client @param {string} callback */
async function signIn(ada, client, callback) {
  const [verifier, state, nonce] = [openid.randomPKCECodeVerifier(), openid.randomState(), openid.randomNonce()];
  const address = openid.buildAuthorizationUrl(client, {
    redirect_uri: callback, scope: 'openid profile email offline_access', state, nonce,
    code_challenge: await openid.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
  });
  await ada.page.goto(address.href);
  const allow = ada.button('Allow');
  await Promise.race([allow.waitFor(), ada.page.waitForURL(`${callback}?**`)]);
  if (!ada.page.url().startsWith(callback)) {
    await ada.page.getByText('Keep this access while you’re away').waitFor();
    await ada.shoot('consent-offline');
    await allow.click();
    await ada.page.waitForURL(`${callback}?**`);
  }
  const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true, maxAge: 300 };
  return openid.authorizationCodeGrant(client, new URL(ada.page.url()), checks);
}

test('openid-client signs somebody in, renews, and gives back what it has', async (t) => {
  const ada = await t.administrator();
  const { callback, close } = await listen();
  const client = await discover(t.server, callback);
  await ada.signIn();
  const tokens = await signIn(ada, client, callback);
  const claims = tokens.claims();
  assert.ok(claims && tokens.refresh_token);
  assert.equal(claims.acr, 'phr');
  assert.ok(Array.isArray(claims.amr) && claims.amr.includes('pop') && claims.amr.includes('mfa'));
  const told = await openid.fetchUserInfo(client, tokens.access_token, claims.sub);
  assert.equal(told.preferred_username, claims.preferred_username);
  // The library compares issuer, subject and audience of the new id token with what it must be.
  const renewed = await openid.refreshTokenGrant(client, tokens.refresh_token);
  assert.equal(renewed.claims()?.sub, claims.sub);
  assert.equal(renewed.claims()?.auth_time, claims.auth_time);
  assert.ok(renewed.refresh_token && renewed.refresh_token !== tokens.refresh_token);
  await openid.tokenRevocation(client, renewed.refresh_token, { token_type_hint: 'refresh_token' });
  await assert.rejects(openid.refreshTokenGrant(client, renewed.refresh_token), (error) => wordOf(error) === 'invalid_grant');
  await assert.rejects(openid.fetchUserInfo(client, renewed.access_token, claims.sub));
  close();
}, SCHEMES);

test('signing out ends what openid-client holds', async (t) => {
  const ada = await t.administrator();
  const { callback, close } = await listen();
  const client = await discover(t.server, callback);
  await ada.signIn();
  const tokens = await signIn(ada, client, callback);
  await ada.goto('/security-info');
  await ada.signOut();
  await assert.rejects(openid.refreshTokenGrant(client, tokens.refresh_token ?? ''), (error) => wordOf(error) === 'invalid_grant');
  close();
}, SCHEMES);

test('an application signs somebody out, or has them asked', async (t) => {
  const ada = await t.administrator();
  const { callback, close } = await listen();
  const client = await discover(t.server, callback);
  await ada.signIn();
  const tokens = await signIn(ada, client, callback);
  // Without a token of theirs they are asked, and may stay.
  const asked = openid.buildEndSessionUrl(client, { post_logout_redirect_uri: callback, state: 'x y' });
  const heading = ada.page.getByRole('heading', { name: 'Sign out here?' });
  await ada.page.goto(asked.href);
  await heading.waitFor();
  await ada.page.getByText('Travel expenses asks to sign you out in this browser.').waitFor();
  await ada.shoot('sign-out');
  await ada.button('Stay signed in').click();
  await ada.page.getByRole('heading', { name: 'Security info' }).waitFor();
  await ada.page.goto(asked.href);
  await heading.waitFor();
  await ada.page.getByRole('main').getByRole('button', { name: 'Sign out' }).click();
  await ada.page.waitForURL(`${callback}?**`);
  assert.equal(new URL(ada.page.url()).searchParams.get('state'), 'x y');
  await ada.goto('/security-info');
  await ada.page.waitForURL('**/sign-in**');
  // Signed out in another tab while the question stood there: it is as the application wished.
  await ada.signIn();
  await ada.page.goto(asked.href);
  await heading.waitFor();
  const other = await ada.context.newPage();
  await other.goto(`${t.server.origin}/security-info`);
  await other.getByRole('banner').getByRole('button', { name: 'Sign out' }).click();
  await other.waitForURL('**/sign-in**');
  await other.close();
  await ada.page.getByRole('main').getByRole('button', { name: 'Sign out' }).click();
  await ada.page.waitForURL(`${callback}?**`);
  // Elsewhere than where it registered, too long, twice: a page says what to do, and nobody is signed out.
  await ada.signIn();
  for (const wrong of [
    openid.buildEndSessionUrl(client, { post_logout_redirect_uri: 'https://elsewhere.example/' }).href,
    `${asked.href}&state=again`,
  ]) {
    const answer = await ada.page.goto(wrong);
    assert.equal(answer?.status(), 400);
    await ada.page.getByText(/tell whoever runs/i).waitFor();
    await ada.shoot('sign-out-wrong');
    await ada.goto('/security-info');
    await ada.page.getByRole('heading', { name: 'Security info' }).waitFor();
  }
  // An address that no server reads: a page of the browser's own.
  const answer = await ada.context.request.get(`${asked.href}&logout_hint=${'x'.repeat(70_000)}`);
  assert.ok([414, 431].includes(answer.status()), `${answer.status()}`);
  await ada.goto('/security-info');
  await ada.page.getByRole('heading', { name: 'Security info' }).waitFor();
  await ada.signOut();
  // With it they are not.
  await ada.signIn();
  await signIn(ada, client, callback);
  const told = openid.buildEndSessionUrl(client, { post_logout_redirect_uri: callback, id_token_hint: tokens.id_token ?? '' });
  await ada.page.goto(told.href);
  await ada.page.waitForURL(callback);
  await ada.goto('/security-info');
  await ada.page.waitForURL('**/sign-in**');
  close();
}, SCHEMES);

test('openid-client binds its tokens to a key, from the pushed request on', async (t) => {
  const ada = await t.administrator();
  const { callback, close } = await listen();
  const said = ['--algorithm', 'ES256', '--claim', 'plan=fixed:gold'];
  const client = await discover(t.server, callback, said, { id_token_signed_response_alg: 'ES256' });
  await ada.signIn();
  const DPoP = openid.getDPoPHandle(client, await openid.randomDPoPKeyPair('ES256'));
  const [verifier, state, nonce] = [openid.randomPKCECodeVerifier(), openid.randomState(), openid.randomNonce()];
  const address = await openid.buildAuthorizationUrlWithPAR(client, {
    redirect_uri: callback, scope: 'openid profile offline_access', state, nonce,
    code_challenge: await openid.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
  }, { DPoP });
  await ada.page.goto(address.href);
  await ada.button('Allow').click();
  await ada.page.waitForURL(`${callback}?**`);
  const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true };
  const tokens = await openid.authorizationCodeGrant(client, new URL(ada.page.url()), checks, undefined, { DPoP });
  const claims = tokens.claims();
  assert.ok(claims && tokens.refresh_token);
  assert.equal(tokens.token_type, 'dpop');
  assert.equal(claims.plan, 'gold');
  const told = await openid.fetchUserInfo(client, tokens.access_token, claims.sub, { DPoP });
  assert.equal(told.preferred_username, claims.preferred_username);
  await assert.rejects(openid.fetchUserInfo(client, tokens.access_token, claims.sub));
  const thief = openid.getDPoPHandle(client, await openid.randomDPoPKeyPair('ES256'));
  await assert.rejects(openid.fetchUserInfo(client, tokens.access_token, claims.sub, { DPoP: thief }));
  const renewed = await openid.refreshTokenGrant(client, tokens.refresh_token, undefined, { DPoP });
  assert.equal(renewed.token_type, 'dpop');
  close();
}, SCHEMES);
