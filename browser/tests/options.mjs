// What our builders write, through Chromium's own parsers: nothing is refused, nothing is lost on the way.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from '../runner.mjs';

/** Every member that our builders write; their tests hold them to this file. */
const options = JSON.parse(readFileSync(new URL('../../crates/webauthn/tests/data/options-in-full.json', import.meta.url), 'utf8'));

/**
 * Runs in the page: what the browser made of the JSON, with byte strings as base64url again.
 * @param {{parser: string, json: any}} given
 */
function parseInPage({ parser, json }) {
  /** @param {unknown} value @returns {unknown} */
  function write(value) {
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
      const bytes = value instanceof ArrayBuffer ? new Uint8Array(value) : new Uint8Array(value.buffer);
      return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
    }
    if (Array.isArray(value)) return value.map(write);
    if (value !== null && typeof value === 'object') {
      return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, write(member)]));
    }
    return value;
  }
  return write(/** @type {any} */ (PublicKeyCredential)[parser](json));
}

test('creation options come out of the browser\'s parser as they went in', async (t) => {
  const visitor = await t.visitor();
  await visitor.goto('/sign-in');
  const json = options.creation;
  const parsed = /** @type {any} */ (await visitor.page.evaluate(parseInPage, { parser: 'parseCreationOptionsFromJSON', json }));
  // A member of Level 3 that Chromium doesn't know yet, and drops; when it does, it must come out like the others.
  const expected = { attestationFormats: json.attestationFormats, ...parsed };
  assert.deepEqual(expected, json);
});

test('request options come out of the browser\'s parser as they went in', async (t) => {
  const visitor = await t.visitor();
  await visitor.goto('/sign-in');
  const json = options.request;
  const parsed = /** @type {any} */ (await visitor.page.evaluate(parseInPage, { parser: 'parseRequestOptionsFromJSON', json }));
  // Members that have a default are there, too.
  const defaults = { credProps: false, enforceCredentialProtectionPolicy: false };
  assert.deepEqual(parsed, { ...json, extensions: { ...defaults, ...json.extensions } });
});
