// A test, and what it gets: a server, a visitor, and screenshots.
import { mkdirSync } from 'node:fs';
import { Server } from './server.mjs';
import { Visitor } from './visitor.mjs';

/** @typedef {'http' | 'https'} Scheme */
/** @typedef {{ name: string, schemes: Scheme[], body: (t: Trial) => Promise<void> }} Test */
/** @typedef {{ name: string, scheme: Scheme, browser: import('playwright-core').Browser, tools: import('./server.mjs').Tools }} Setting */

/** @type {Test[]} */
const tests = [];
const LIMIT = 180_000;

/**
 * Registers a test; by default it runs over http and https.
 * @param {string} name
 * @param {(t: Trial) => Promise<void>} body
 * @param {Scheme[]} schemes
 */
export function test(name, body, schemes = ['http', 'https']) {
  if (tests.some((other) => other.name === name)) throw new Error(`two tests are named "${name}"`);
  tests.push({ name, body, schemes });
}

export function registered() {
  return tests;
}

/** One run of one test. */
export class Trial {
  /** @param {Setting} setting @param {Server} server */
  constructor(setting, server) {
    this.setting = setting;
    this.server = server;
    /** @type {Visitor[]} */
    this.visitors = [];
  }

  /**
   * Somebody with a browser profile of their own.
   * @param {import('playwright-core').BrowserContextOptions} [options]
   */
  async visitor(options = {}) {
    const visitor = await Visitor.open(this.setting.browser, this.server, options);
    this.visitors.push(visitor);
    return visitor;
  }

  /** The administrator, with a synced passkey, who has just set the server up. */
  async administrator() {
    const visitor = await this.visitor();
    await visitor.addAuthenticator('synced');
    await visitor.setUp(await this.server.setUpLink());
    return visitor;
  }

  async end() {
    for (const visitor of this.visitors) await visitor.close();
    await this.server.stop();
  }
}

/**
 * Gives what a failure said, and nothing when there was none.
 * @param {Test} it
 * @param {Setting} setting
 * @returns {Promise<string | undefined>}
 */
export async function runTest(it, setting) {
  const begun = performance.now();
  /** @type {Trial | undefined} */
  let trial;
  try {
    const server = await Server.start(setting.tools, setting.scheme);
    trial = new Trial(setting, server);
    await within(LIMIT, it.body(trial));
    for (const visitor of trial.visitors) visitor.assertQuiet();
    console.log(`ok      ${setting.name} (${((performance.now() - begun) / 1000).toFixed(1)} s)`);
    return undefined;
  } catch (error) {
    const said = indent(error instanceof Error ? (error.stack ?? error.message) : String(error));
    console.log(`FAILED  ${setting.name}`);
    console.log(said);
    if (trial) await keepTraces(trial, setting.name);
    return `${setting.name}\n${said}`;
  } finally {
    await trial?.end().catch((error) => console.log(indent(`while ending: ${error}`)));
  }
}

/** @param {Trial} trial @param {string} name */
async function keepTraces(trial, name) {
  mkdirSync('out/failures', { recursive: true });
  for (const [at, visitor] of trial.visitors.entries()) {
    const file = `out/failures/${name.replace(/[^a-z0-9]+/gi, '-')}-${at}.png`;
    await visitor.page.screenshot({ path: file, fullPage: true }).catch(() => {});
    console.log(indent(`at ${visitor.page.url()}, seen in ${file}`));
    console.log(indent(visitor.heard.join('\n')));
  }
  console.log(indent(trial.server.log().split('\n').slice(-15).join('\n')));
}

/** @param {number} limit @param {Promise<void>} work */
async function within(limit, work) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${limit / 1000} s`)), limit);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** @param {string} text */
const indent = (text) => text.split('\n').map((line) => `          ${line}`).join('\n');
