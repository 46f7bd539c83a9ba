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
