import assert from 'node:assert/strict';
import { test } from '../runner.mjs';

test('past mistake 52: pages forbid inline script, framing and foreign bases', async (t) => {
  const ada = await t.visitor();
  const response = await ada.goto('/sign-in');
  const headers = response?.headers() ?? {};
  const policy = headers['content-security-policy'] ?? '';
  for (const rule of ["frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"]) assert.ok(policy.includes(rule), rule);
  assert.ok(!policy.includes('unsafe-'), policy);
  assert.equal(headers['referrer-policy'], 'same-origin');
  assert.equal(Boolean(headers['strict-transport-security']), t.server.scheme === 'https');
  const ran = await ada.page.evaluate(() => {
    try {
      const script = document.createElement('script');
      script.textContent = 'window.ran = true';
      document.body.append(script);
    } catch {
      // Trusted types refuse the text already.
    }
    return /** @type {any} */ (window).ran === true;
  });
  assert.equal(ran, false, 'an injected script does not run');
  ada.heard.length = 0;
});

test('cookies are out of reach of scripts and bound to the host', async (t) => {
  const ada = await t.administrator();
  await ada.signIn();
  assert.equal(await ada.page.evaluate(() => document.cookie), '');
  const cookies = await ada.context.cookies();
  assert.ok(cookies.length >= 2);
  for (const cookie of cookies) {
    assert.ok(cookie.httpOnly && cookie.sameSite === 'Lax' && cookie.path === '/', cookie.name);
    assert.equal(cookie.domain, t.server.rpId);
    if (t.server.scheme === 'https') assert.ok(cookie.secure && cookie.name.startsWith('__Host-'), cookie.name);
  }
});

test('a change without the page\'s token is refused', async (t) => {
  const ada = await t.administrator();
  await ada.signIn();
  await ada.page.evaluate(() => document.querySelector('meta[name="csrf-token"]')?.setAttribute('content', 'forged'));
  const answer = await ada.post('/people/add', { userName: 'mallory', displayName: 'Mallory' });
  assert.deepEqual([answer.status, answer.body.error.code], [403, 'request.forged']);
});

test('another host name gets a page that leads home', async (t) => {
  const ada = await t.visitor();
  const response = await ada.goto(`${t.server.scheme}://127.0.0.1:${t.server.port}/sign-in`);
  assert.equal(response?.status(), 421);
  await ada.page.getByRole('link').click();
  await ada.page.waitForURL((url) => url.origin === t.server.origin);
});
