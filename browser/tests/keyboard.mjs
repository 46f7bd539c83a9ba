import assert from 'node:assert/strict';
import { test } from '../runner.mjs';

/** @typedef {import('../visitor.mjs').Visitor} Visitor */

/** Presses Tab until the control with this name has the focus, and sees that the focus is visible. @param {Visitor} it @param {string} name */
async function tabTo(it, name) {
  for (let presses = 0; presses < 60; presses++) {
    await it.page.keyboard.press('Tab');
    const focus = await it.page.evaluate(() => {
      const element = document.activeElement;
      if (!(element instanceof HTMLElement)) return { name: '', visible: false };
      const style = getComputedStyle(element);
      const visible = (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none';
      const label = element instanceof HTMLInputElement ? element.labels?.[0]?.textContent : element.textContent;
      return { name: (element.getAttribute('aria-label') ?? label ?? '').trim(), visible };
    });
    if (focus.name === name) {
      assert.ok(focus.visible, `the focus on "${name}" can be seen`);
      return;
    }
  }
  throw new Error(`"${name}" is not reached by Tab`);
}

test('everything of the first day works by keyboard alone', async (t) => {
  const ada = await t.visitor();
  await ada.addAuthenticator('synced');
  const keys = ada.page.keyboard;
  await ada.goto(await t.server.setUpLink());
  await keys.type('Example');
  await tabTo(ada, 'Your name');
  await keys.type('Ada Admin');
  await tabTo(ada, 'User name');
  await keys.type('ada');
  await keys.press('Enter');
  await ada.page.getByRole('heading', { name: 'Everything is ready' }).waitFor();
  await tabTo(ada, 'Sign in now');
  await keys.press('Enter');
  await ada.page.waitForURL('**/sign-in**');
  await keys.type('ada');
  await keys.press('Enter');
  await ada.atSecurityInfo();
  await ada.removeAuthenticator();
  await ada.addAuthenticator('device-bound');
  await tabTo(ada, 'Add a passkey');
  await keys.press('Enter');
  await ada.page.getByRole('dialog').waitFor();
  await keys.press('Escape');
  await ada.page.getByRole('dialog').waitFor({ state: 'hidden' });
  assert.equal(await ada.page.evaluate(() => document.activeElement?.textContent?.trim()), 'Add a passkey', 'the focus comes back');
  await keys.press('Enter');
  await keys.press('Enter');
  const field = ada.page.getByLabel('Name of the passkey').last();
  await field.waitFor();
  await keys.press('Control+A');
  await keys.type('By keyboard');
  await keys.press('Enter');
  await ada.page.locator('.passkey').filter({ hasText: 'By keyboard' }).waitFor();
  await tabTo(ada, 'Sign out');
  await keys.press('Enter');
  await ada.page.waitForURL('**/sign-in**');
}, ['http']);

test('the first Tab skips to the content', async (t) => {
  const ada = await t.administrator();
  await ada.signIn();
  await ada.page.evaluate(() => { if (document.activeElement instanceof HTMLElement) document.activeElement.blur(); });
  await ada.page.keyboard.press('Tab');
  assert.equal(await ada.page.evaluate(() => document.activeElement?.textContent?.trim()), 'Skip to the content');
  await ada.page.keyboard.press('Enter');
  assert.equal(await ada.page.evaluate(() => document.activeElement?.id), 'main');
}, ['http']);
