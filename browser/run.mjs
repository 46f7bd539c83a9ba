// The browser suite: real clicks in headless Chromium against the built binary, over http://localhost and https.
//
//   node browser/run.mjs --binary target/debug/claviger [--counts FILE] [PART OF A TEST'S NAME ...]
//
// Every test has a server with an empty data directory and a browser profile of its own. Screenshots go to
// out/screenshots, what a failed test saw last to out/failures.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { forget, prepare } from './server.mjs';
import { registered, runTest } from './runner.mjs';

const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  // Trust groups of synced passkeys are a draft, off by default; only authenticators with `hasCmtgKey` have them.
  '--enable-features=WebAuthenticationCmtgKey',
  '--disable-component-update', '--disable-sync', '--host-resolver-rules=MAP *.test 127.0.0.1, MAP localhost 127.0.0.1',
];

/** Tests at once. */
const LANES = 2;

/** @param {string[]} words */
function parseArguments(words) {
  const options = { binary: '', counts: '', names: /** @type {string[]} */ ([]) };
  for (let at = 0; at < words.length; at++) {
    if (words[at] === '--binary') options.binary = words[++at];
    else if (words[at] === '--counts') options.counts = words[++at];
    else options.names.push(words[at]);
  }
  if (!options.binary) throw new Error('--binary says which claviger to start');
  return options;
}

const options = parseArguments(process.argv.slice(2));
const folder = fileURLToPath(new URL('./tests/', import.meta.url));
for (const file of readdirSync(folder).filter((name) => name.endsWith('.mjs')).sort()) await import(`./tests/${file}`);

if (!options.names.length) rmSync('out/screenshots', { recursive: true, force: true });
rmSync('out/failures', { recursive: true, force: true });
mkdirSync('out/screenshots', { recursive: true });
mkdirSync('out/failures', { recursive: true });

const executablePath = process.env.CHROMIUM || execFileSync('which', ['chromium'], { encoding: 'utf8' }).trim();
const browser = await chromium.launch({ executablePath, headless: true, args: FLAGS });
const counts = { passed: 0, failures: /** @type {string[]} */ ([]) };
try {
  const tools = prepare(options.binary);
  const waiting = /** @type {const} */ (['http', 'https']).flatMap((scheme) => registered()
    .filter((it) => it.schemes.includes(scheme))
    .map((it) => ({ it, scheme, name: `${scheme}: ${it.name}` }))
    .filter(({ name }) => !options.names.length || options.names.some((part) => name.includes(part))));
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { it, scheme, name } = next;
      const failure = await runTest(it, { name, scheme, browser, tools });
      if (failure === undefined) counts.passed += 1;
      else counts.failures.push(failure);
    }
  };
  // A test waits for pages more than it computes, and shares nothing with another.
  await Promise.all(Array.from({ length: LANES }, work));
} finally {
  await browser.close();
  forget();
}
console.log(`browser: ${counts.passed} passed, ${counts.failures.length} failed`);
if (options.counts) writeFileSync(options.counts, JSON.stringify(counts));
process.exit(counts.failures.length === 0 && counts.passed > 0 ? 0 : 1);
