import assert from 'node:assert/strict';
import { test } from '../runner.mjs';
import { addPasskey } from './security_info.mjs';

/**
 * Puts the default policy in force with these changes of its one profile, and of itself.
 * @param {import('../server.mjs').Server} server @param {object} profile @param {object} [policy]
 */
function enforce(server, profile, policy = {}) {
  const document = server.command(['policy', 'show']);
  const changed = { ...document, ...policy, profiles: [{ ...document.profiles[0], ...profile }] };
  server.command(['policy', 'set', '-'], JSON.stringify(changed));
}

test('a passkey that the policy refuses is told with the way out, on its card and at the sign-in', async (t) => {
  const ada = await t.administrator();
  await ada.signIn();
  const [synced] = await addPasskey(ada, 'device-bound', 'Key on my ring');
  enforce(t.server, { types: ['deviceBound'] });
  await ada.goto('/security-info');
  const card = ada.page.locator('.passkey').filter({ hasText: 'Synced' });
  await card.getByText('does not accept synced passkeys').waitFor();
  await card.getByText('Use a passkey that stays on one device').waitFor();
  assert.equal(await ada.page.getByText('policy.synced_not_allowed').count(), 1, 'only the one card');
  await ada.shoot('policy-security-info');
  await ada.button('Add a passkey').click();
  await ada.page.getByRole('dialog').getByText('accepts passkeys that stay on one device only').waitFor();
  await ada.shoot('policy-add');
  await ada.page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await ada.signOut();
  // Now with the synced one: refused after it was verified, in words.
  await ada.removeAuthenticator();
  await ada.addAuthenticator('synced');
  await ada.cdp.send('WebAuthn.addCredential', { authenticatorId: ada.authenticatorId, credential: synced });
  const refusal = await ada.refusedSignIn();
  assert.deepEqual([refusal.status, refusal.code], [403, 'policy.synced_not_allowed']);
  await ada.page.getByText('Your organisation does not accept synced passkeys for this account.').waitFor();
  await ada.page.getByText('If you have none, ask the help desk.').waitFor();
  await ada.shoot('policy-sign-in');
  const deleted = ada.signals.filter(({ event }) => event === 'deleted');
  assert.deepEqual(deleted, [], 'the password manager keeps it: another policy may accept it');
  // The policy goes back, and the passkey works again.
  t.server.command(['policy', 'reset']);
  await ada.signIn();
});

test('a passkey of the wrong kind is not stored', async (t) => {
  const ada = await t.administrator();
  await ada.signIn();
  enforce(t.server, { types: ['synced'] });
  await ada.goto('/security-info');
  await ada.removeAuthenticator();
  await ada.addAuthenticator('device-bound');
  await ada.button('Add a passkey').click();
  const dialog = ada.page.getByRole('dialog');
  await dialog.getByText('accepts synced passkeys only').waitFor();
  await dialog.getByRole('button', { name: 'Create a passkey' }).click();
  await dialog.getByText('does not accept passkeys that stay on one device').waitFor();
  await dialog.getByText('Use a passkey that your password manager keeps in sync.').waitFor();
  await ada.shoot('policy-refused');
  await ada.goto('/security-info');
  assert.equal(await ada.page.locator('.passkey').count(), 1);
});

test('who may not add passkeys is told before a device makes one', async (t) => {
  const ada = await t.administrator();
  await ada.signIn();
  // The dialog is open already when the policy changes.
  await ada.button('Add a passkey').click();
  enforce(t.server, {}, { selfServiceRegistration: false });
  await ada.page.getByRole('dialog').getByRole('button', { name: 'Create a passkey' }).click();
  await ada.page.getByRole('dialog').getByText('does not let people add passkeys themselves').waitFor();
  await ada.goto('/security-info');
  await ada.page.getByText('Ask the help desk for a registration link.').waitFor();
  assert.equal(await ada.page.locator('[data-add]').count(), 0);
  assert.equal(await ada.page.getByText('Add a second passkey').count(), 0, 'nobody is told to do what they may not');
  await ada.shoot('policy-no-self-service');
});
