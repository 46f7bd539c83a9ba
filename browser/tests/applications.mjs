import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { listen } from '../application.mjs';
import { test } from '../runner.mjs';

const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';

/** `claviger app ...` @param {import('../server.mjs').Server} server @param {string[]} words */
const app = (server, ...words) => server.command(['app', ...words]);

/** @param {string} clientId @param {string} callback @param {Record<string, string>} [more] */
function authorize(clientId, callback, more = {}) {
  const challenge = createHash('sha256').update(VERIFIER).digest('base64url');
  const query = new URLSearchParams({
    client_id: clientId, redirect_uri: callback, response_type: 'code', scope: 'openid profile User.Read', state: 'x y',
    code_challenge: challenge, code_challenge_method: 'S256', ...more,
  });
  return `/oauth2/v2.0/authorize?${query}`;
}

test('somebody signs in to an application, consents, and is not asked again', async (t) => {
  const ada = await t.administrator();
  const { callback, close } = await listen();
  const { clientId } = app(t.server, 'create', 'Travel <b>expenses</b>', '--redirect', `web=${callback}`);
  // Nobody is signed in: the way leads over the sign-in page, and on from there.
  await ada.goto(authorize(clientId, callback));
  assert.match(ada.page.url(), /\/sign-in\?return=/);
  await ada.button('Sign in with a passkey').click();
  await ada.page.getByRole('heading', { name: 'Allow Travel <b>expenses</b>?' }).waitFor();
  await ada.page.getByText('The answer goes to').waitFor();
  await ada.shoot('consent');
  await ada.button('Don’t allow').click();
  await ada.page.waitForURL(`${callback}?**`);
  assert.equal(new URL(ada.page.url()).searchParams.get('error'), 'access_denied');
  await ada.goto(authorize(clientId, callback));
  await ada.button('Allow').click();
  await ada.page.waitForURL(`${callback}?**`);
  let answer = new URL(ada.page.url()).searchParams;
  assert.ok(answer.get('code'));
  assert.deepEqual([answer.get('state'), answer.get('iss')], ['x y', t.server.origin]);
  // Asked once; and a proof that is asked for is a real one.
  await ada.goto(authorize(clientId, callback, { prompt: 'login' }));
  await ada.page.getByRole('heading', { name: 'Confirm it’s you' }).waitFor();
  await ada.button('Confirm with your passkey').click();
  await ada.page.waitForURL(`${callback}?**`);
  answer = new URL(ada.page.url()).searchParams;
  assert.ok(answer.get('code'));
  close();
});

test('a consent page whose session is over asks anew, of whoever is there then', async (t) => {
  const ada = await t.administrator();
  const { callback, close } = await listen();
  const { clientId } = app(t.server, 'create', 'Travel expenses', '--redirect', `web=${callback}`);
  const heading = ada.page.getByRole('heading', { name: 'Allow Travel expenses?' });
  for (const button of ['Allow', 'Don’t allow']) {
    await ada.signIn();
    await ada.goto(authorize(clientId, callback));
    await heading.waitFor();
    const other = await ada.context.newPage();
    await other.goto(`${t.server.origin}/security-info`);
    await other.getByRole('banner').getByRole('button', { name: 'Sign out' }).click();
    await other.waitForURL('**/sign-in**');
    // Nothing was decided; the way leads over the sign-in page back to the question.
    await ada.button(button).click();
    await ada.page.waitForURL('**/sign-in?return=**');
    await ada.button('Sign in with a passkey').click();
    await heading.waitFor();
    await other.close();
    // Signed out in the same way again, for the other answer.
    await ada.goto('/security-info');
    await ada.signOut();
  }
  close();
});

test('the back button shows the question again, and a second answer is an answer', async (t) => {
  const ada = await t.administrator();
  const { callback, close } = await listen();
  const { clientId } = app(t.server, 'create', 'Travel expenses', '--redirect', `web=${callback}`);
  await ada.signIn();
  for (const [button, parameter] of [['Allow', 'code'], ['Don’t allow', 'error']]) {
    await ada.goto(authorize(clientId, callback, { prompt: 'consent' }));
    await ada.page.getByRole('heading', { name: 'Allow Travel expenses?' }).waitFor();
    for (let times = 0; times < 2; times++) {
      await ada.button(button).click();
      await ada.page.waitForURL(`${callback}?**`);
      assert.ok(new URL(ada.page.url()).searchParams.get(parameter), ada.page.url());
      await ada.page.goBack();
      await ada.button(button).waitFor();
    }
  }
  close();
});

test('people open their applications, and take back what they allowed', async (t) => {
  const ada = await t.administrator();
  const { callback, close } = await listen();
  await ada.signIn();
  await ada.page.getByRole('link', { name: 'Applications' }).click();
  await ada.page.getByText('There are none here yet').waitFor();
  await ada.shoot('applications-none');
  const home = callback.replace('callback', 'start');
  const { clientId } = app(t.server, 'create', 'Travel <b>expenses</b>', '--redirect', `web=${callback}`, '--home', home, '--description', 'What a journey cost');
  app(t.server, 'create', 'المكتبة', '--home', 'https://library.example.org');
  t.server.run(['app', 'logo', clientId, 'browser/logo.png']);
  await ada.goto('/applications');
  await ada.page.getByText('What a journey cost').waitFor();
  const logo = ada.page.locator('.logo img');
  assert.equal(await logo.count(), 1);
  assert.ok(await logo.evaluate((/** @type {HTMLImageElement} */ it) => it.complete && it.naturalWidth > 0));
  await ada.shoot('applications');
  await ada.page.getByRole('link', { name: 'Travel <b>expenses</b>' }).click();
  await ada.page.waitForURL(home);
  await ada.goto(authorize(clientId, callback));
  assert.equal(await logo.count(), 1);
  await ada.shoot('consent-logo');
  await ada.button('Allow').click();
  await ada.page.waitForURL(`${callback}?**`);
  await ada.goto('/security-info');
  await ada.page.getByRole('heading', { name: 'What applications may do' }).waitFor();
  await ada.shoot('security-info-consents');
  await ada.button('Take back').click();
  await ada.page.getByText('Taken back.').waitFor();
  assert.equal(await ada.page.getByRole('heading', { name: 'What applications may do' }).count(), 0);
  await ada.goto(authorize(clientId, callback));
  await ada.page.getByRole('heading', { name: 'Allow Travel <b>expenses</b>?' }).waitFor();
  ada.assertQuiet();
  close();
});

test('an answer travels in a form', async (t) => {
  const ada = await t.administrator();
  const { callback, forms, close } = await listen();
  const { clientId } = app(t.server, 'create', 'Travel expenses', '--redirect', `web=${callback}`);
  await ada.signIn();
  await ada.goto(authorize(clientId, callback, { response_mode: 'form_post' }));
  await ada.button('Don’t allow').click();
  await ada.page.waitForURL(callback);
  await ada.goto(authorize(clientId, callback, { response_mode: 'form_post' }));
  await ada.button('Allow').click();
  await ada.page.waitForURL(callback);
  await ada.page.getByRole('heading', { name: 'Back' }).waitFor();
  assert.deepEqual(forms.map((form) => form.get('error')), ['access_denied', null]);
  assert.ok(forms[1]?.get('code'));
  assert.deepEqual([forms[1]?.get('state'), forms[1]?.get('iss')], ['x y', t.server.origin]);
  ada.assertQuiet();
  close();
});

test('an application leads people on to another place of its own', async (t) => {
  const ada = await t.administrator();
  // Three origins: ours, the one that is registered, and where that one leads.
  const third = await listen();
  const onward = third.callback.replace('callback', 'welcome');
  const { callback, forms, close } = await listen(onward);
  const { clientId } = app(t.server, 'create', 'Travel expenses', '--redirect', `web=${callback}`);
  for (const mode of ['query', 'form_post']) {
    const address = authorize(clientId, callback, { response_mode: mode, prompt: 'consent' });
    // By the sign-in and the consent, by refusing, and by what was allowed already.
    for (const button of ['Allow', 'Don’t allow']) {
      await ada.context.clearCookies();
      await ada.goto(address);
      await ada.button('Sign in with a passkey').click();
      await ada.button(button).click();
      await ada.page.waitForURL(onward);
    }
    await ada.goto(authorize(clientId, callback, { response_mode: mode }));
    await ada.page.waitForURL(onward);
  }
  assert.deepEqual(forms.map((form) => form.has('code')), [true, false, true]);
  ada.assertQuiet();
  close();
  third.close();
});

test('who is not assigned reads why, and who is comes in', async (t) => {
  const ada = await t.administrator();
  const { callback, close } = await listen();
  const { clientId } = app(t.server, 'create', 'Travel expenses', '--redirect', `web=${callback}`);
  app(t.server, 'grant', clientId, 'User.Read');
  t.server.run(['app', 'require-assignment', clientId]);
  await ada.signIn();
  await ada.goto(authorize(clientId, callback));
  await ada.page.getByText('You aren’t assigned to this application.').waitFor();
  await ada.shoot('not-assigned');
  t.server.run(['app', 'assign', clientId, 'ada@example.org']);
  await ada.goto(authorize(clientId, callback));
  await ada.page.waitForURL(`${callback}?**`);
  close();
});

test('somebody types the code of a device', async (t) => {
  await t.administrator();
  const { clientId } = app(t.server, 'create', 'Departures board');
  t.server.run(['app', 'devices', clientId]);
  const link = t.server.command(['user', 'add', 'bea@example.org', '--link']).link.url;
  const bea = await t.visitor();
  await bea.addAuthenticator('synced');
  await bea.goto(link);
  await bea.button('Create a passkey').click();
  await bea.page.getByRole('heading', { name: 'Your passkey is ready' }).waitFor();
  await bea.signIn();
  /** @param {string} path @param {Record<string, string>} fields */
  const ask = async (path, fields) => {
    const answer = await bea.context.request.post(`${t.server.origin}/oauth2/v2.0/${path}`, { form: fields });
    return answer.json();
  };
  const begun = await ask('devicecode', { client_id: clientId, scope: 'openid profile' });
  const poll = () => ask('token', { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', client_id: clientId, device_code: begun.device_code });
  assert.equal((await poll()).error, 'authorization_pending');
  await bea.goto('/device');
  const field = bea.page.getByLabel('Code');
  await field.fill('bcdf ghjk');
  await bea.button('Next').click();
  await bea.page.getByText('There is no such code').waitFor();
  await bea.shoot('device-unknown');
  await field.fill(begun.user_code.toLowerCase());
  await bea.button('Next').click();
  await bea.button('Confirm with your passkey').click();
  await bea.page.getByRole('heading', { name: 'Let Departures board sign in on a device?' }).waitFor();
  await bea.page.getByText(begun.user_code).waitFor();
  await bea.shoot('device');
  await bea.button('Allow').click();
  await bea.page.getByText('Allowed. The device goes on by itself').waitFor();
  assert.ok((await poll()).id_token);
  bea.assertQuiet();
}, /* the device is Node here, which knows no name of https */ ['http']);

test('a script in an application’s own page asks for tokens', async (t) => {
  const ada = await t.administrator();
  const { callback, close } = await listen();
  const { clientId } = app(t.server, 'create', 'Notebook', '--redirect', `spa=${callback}`);
  app(t.server, 'grant', clientId, 'User.Read');
  await ada.signIn();
  await ada.goto(authorize(clientId, callback));
  await ada.page.waitForURL(`${callback}?**`);
  const code = new URL(ada.page.url()).searchParams.get('code') ?? '';
  const told = await ada.page.evaluate(async ({ origin, fields }) => {
    const found = await (await fetch(`${origin}/.well-known/openid-configuration`)).json();
    const tokens = await (await fetch(found.token_endpoint, { method: 'POST', body: new URLSearchParams(fields) })).json();
    const authorization = `Bearer ${tokens.access_token}`;
    return (await fetch(found.userinfo_endpoint, { headers: { authorization } })).json();
  }, { origin: t.server.origin, fields: { grant_type: 'authorization_code', client_id: clientId, code, redirect_uri: callback, code_verifier: VERIFIER } });
  assert.equal(told.preferred_username, 'ada@example.org');
  close();
}, /* a page of http may not ask https of an authority that the browser was told to pass over */ ['http']);
