import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from '../runner.mjs';
import { addPasskey } from './security_info.mjs';

/** @typedef {import('../visitor.mjs').Visitor} Visitor */

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * Every page once, in the states that people see, with a look at each.
 * @param {import('../runner.mjs').Trial} t
 * @param {(visitor: Visitor, name: string) => Promise<void>} look
 */
async function tour(t, look) {
  const ada = await t.visitor();
  await ada.addAuthenticator('synced');
  const link = await t.server.setUpLink();
  await ada.goto(link);
  await look(ada, 'set-up');
  await ada.setUp(link);
  await look(ada, 'set-up-done');
  await ada.goto('/sign-in');
  await look(ada, 'sign-in');
  await ada.override({ isBogusSignature: true });
  await ada.refusedSignIn();
  await ada.status.getByText(/Reference/).waitFor();
  await look(ada, 'sign-in-refused');
  await ada.override({ isBogusSignature: false });
  await ada.signIn();
  await look(ada, 'security-info-one');
  await ada.button('Add a passkey').click();
  await ada.page.getByRole('dialog').waitFor();
  await look(ada, 'security-info-add');
  await ada.page.keyboard.press('Escape');
  await addPasskey(ada, 'device-bound', 'Key on my ring');
  await ada.page.reload();
  await look(ada, 'security-info-two');
  await ada.page.locator('[data-remove]').first().click();
  await look(ada, 'security-info-remove');
  await ada.goto('/reauthenticate?return=%2Fsecurity-info');
  await look(ada, 'reauthenticate');
  await ada.goto('/people');
  await ada.page.getByLabel('Name', { exact: true }).first().fill('Bartholomew Featherstonehaugh-Wolfeschlegelsteinhausen');
  await ada.page.getByLabel('User name').first().fill('bartholomew.featherstonehaugh@subsidiary.example.org');
  await ada.button('Add').click();
  const row = ada.page.locator('[data-user-name^="bartholomew"]');
  await row.waitFor();
  await look(ada, 'people');
  await row.getByRole('button', { name: 'Registration link' }).click();
  const field = ada.page.getByRole('dialog').getByLabel('Registration link');
  await field.waitFor();
  await look(ada, 'people-link');
  const guest = await t.visitor();
  await guest.goto(await field.inputValue());
  await guest.page.getByText('Bartholomew').first().waitFor();
  await look(guest, 'register');
  await guest.goto('/pass');
  await look(guest, 'pass');
  await guest.goto('/recover');
  await look(guest, 'recover');
  await guest.goto('/there-is-no-such-page');
  await look(guest, 'error');
}

test('every page, photographed on desktop and phone, light and dark', async (t) => {
  await tour(t, (visitor, name) => visitor.shoot(name));
}, ['http']);

test('no page has a serious fault of accessibility, light and dark', async (t) => {
  /** @type {string[]} */
  const faults = [];
  await tour(t, async (visitor, name) => {
    for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
      await visitor.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      for (const fault of await axe(visitor)) faults.push(`${name} (${colorScheme}): ${fault}`);
    }
    await visitor.page.emulateMedia({ colorScheme: 'light' });
  });
  assert.deepEqual(faults, []);
}, ['http']);

/** @param {Visitor} visitor @returns {Promise<string[]>} */
async function axe(visitor) {
  // Colours that are on their way to other colours have no contrast to measure.
  await visitor.page.evaluate(() => Promise.race([
    Promise.allSettled(document.getAnimations().filter((it) => it.effect?.getTiming().iterations !== Infinity).map((it) => it.finished)),
    // One that is paused or hidden never finishes.
    new Promise((resolve) => setTimeout(resolve, 1500)),
  ]));
  await visitor.page.evaluate(AXE);
  return visitor.page.evaluate(async () => {
    const { violations } = await /** @type {any} */ (window).axe.run(document, { resultTypes: ['violations'] });
    return violations
      .filter((/** @type {any} */ it) => it.impact === 'serious' || it.impact === 'critical')
      .flatMap((/** @type {any} */ it) => it.nodes.map((/** @type {any} */ node) => `${it.id}: ${node.target.join(' ')}: ${node.failureSummary}`));
  });
}

test('nothing scrolls sideways at 320 px, at 200 % zoom and with letters of double size', async (t) => {
  /** @type {string[]} */
  const faults = [];
  await tour(t, async (visitor, name) => {
    // 200 % zoom of a window of 1280 px is a window of 640 px.
    for (const [width, letters] of /** @type {const} */ ([[320, '100%'], [640, '100%'], [1280, '200%']])) {
      await visitor.page.setViewportSize({ width, height: 800 });
      const wide = await widest(visitor, letters);
      if (wide) faults.push(`${name} at ${width} px, letters ${letters}: ${wide}`);
    }
    await visitor.page.setViewportSize({ width: 1280, height: 900 });
  });
  assert.deepEqual(faults, []);
}, ['http']);

/** What sticks out, or null. @param {Visitor} visitor @param {string} letters */
async function widest(visitor, letters) {
  return visitor.page.evaluate((letters) => {
    const root = document.documentElement;
    root.style.fontSize = letters;
    const [wide, room] = [root.scrollWidth, root.clientWidth];
    const culprit = [...document.querySelectorAll('body *')].find((it) => it.getBoundingClientRect().right > room + 1);
    root.style.fontSize = '';
    return wide > room ? `${wide} px wide, first ${culprit?.tagName}.${culprit?.className}` : null;
  }, letters);
}

test('Arabic is written from right to left, and ceremonies work in it', async (t) => {
  const ada = await t.administrator();
  const held = await ada.credentials();
  const amal = await t.visitor({ locale: 'ar' });
  const authenticatorId = await amal.addAuthenticator('synced');
  for (const credential of held) await amal.cdp.send('WebAuthn.addCredential', { authenticatorId, credential });
  await amal.goto('/sign-in');
  const html = amal.page.locator('html');
  assert.deepEqual([await html.getAttribute('lang'), await html.getAttribute('dir')], ['ar', 'rtl']);
  await amal.shoot('sign-in-arabic');
  assert.equal(await widest(amal, '100%'), null);
  await amal.page.locator('#passkey-button').click();
  await amal.page.waitForURL('**/security-info');
  assert.equal(await html.getAttribute('dir'), 'rtl');
  await amal.shoot('security-info-arabic');
  await amal.page.setViewportSize({ width: 320, height: 800 });
  assert.equal(await amal.page.evaluate(() => document.documentElement.scrollWidth), 320);
  const words = await amal.page.evaluate(() => document.body.innerText);
  assert.ok(!/\b(Passkeys|Remove|Sign out|Recent activity)\b/.test(words), 'everything is translated');
}, ['http']);

test('German is complete', async (t) => {
  const ada = await t.visitor({ locale: 'de' });
  await ada.goto('/sign-in');
  assert.equal(await ada.page.locator('html').getAttribute('lang'), 'de');
  assert.ok(!/\b(Sign in|Next|Trouble)\b/.test(await ada.page.evaluate(() => document.body.innerText)));
}, ['http']);
