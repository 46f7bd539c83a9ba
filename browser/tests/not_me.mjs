// "This wasn't me": the link of a notice, from the mail to the page.
import assert from 'node:assert/strict';
import { PostOffice } from '../post_office.mjs';
import { test } from '../runner.mjs';

test('the link in a notice signs out everywhere, once, and not by being opened', async (t) => {
  const ada = await t.administrator();
  const office = await PostOffice.open();
  try {
    t.server.run(['mail', 'set', 'localhost', '--security', 'none', '--port', String(office.port), '--from', 'no-reply@example.org']);
    t.server.run(['user', 'add', 'bea', '--display-name', 'Bea Example']);
    t.server.run(['user', 'set', 'bea', '--mail', 'bea@example.org']);
    const link = t.server.command(['user', 'link', 'bea']).url;
    const bea = await t.visitor();
    await bea.addAuthenticator('synced');
    await bea.goto(link);
    await bea.button('Create a passkey').click();
    await bea.page.getByRole('heading', { name: 'Your passkey is ready' }).waitFor();
    await bea.goto('/sign-in');
    await bea.signIn();
    const letter = await office.take('A passkey was added');
    const address = /https?:\/\/[^\s"<]+\/not-me#[\w-]+/.exec(letter)?.[0] ?? '';
    assert.ok(address.startsWith(`${t.server.origin}/not-me#`), letter);

    // Whoever reads the mail, in a browser of their own.
    const reader = await t.visitor();
    await reader.goto(address);
    await reader.page.getByRole('heading', { name: 'This wasn’t me' }).waitFor();
    assert.ok(!reader.page.url().includes('#'), 'the token left the address bar');
    await reader.shoot('not-me');
    await bea.page.reload();
    await bea.atSecurityInfo();
    await reader.button('Sign out everywhere').click();
    await reader.page.locator('#done').waitFor();
    await reader.shoot('not-me-done');
    await bea.assertSignedOut();
    await ada.page.reload();
    await ada.page.getByRole('heading').first().waitFor();

    // Once: the same link says so, and what to do.
    await reader.goto('/sign-in');
    await reader.goto(address);
    await reader.button('Sign out everywhere').click();
    await reader.page.getByText('was used already').waitFor();
    await reader.shoot('not-me-used');
  } finally {
    office.close();
  }
});
