// The built binary on a free loopback port with an empty data directory, and a clock that tests move.
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { get as getHttp } from 'node:http';
import { get as getHttps } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** @typedef {{ binary: string, folder: string, clock: string, certificate: string, key: string }} Tools */

const HOST = 'login.claviger.test';
/** @type {string | undefined} */
let folderOfRun;

/** What all servers of a run share: the clock library and a certificate. @param {string} binary @returns {Tools} */
export function prepare(binary) {
  const folder = mkdtempSync(join(tmpdir(), 'claviger-browser-'));
  folderOfRun = folder;
  const clock = join(folder, 'clock.so');
  execFileSync('cc', ['-std=c11', '-O1', '-shared', '-fPIC', '-o', clock, fileURLToPath(new URL('./clock.c', import.meta.url))]);
  const [certificate, key] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
  execFileSync('openssl', [
    'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
    '-subj', `/CN=${HOST}`, '-addext', `subjectAltName=DNS:${HOST}`, '-keyout', key, '-out', certificate,
  ], { stdio: 'ignore' });
  return { binary, folder, clock, certificate, key };
}

export function forget() {
  if (folderOfRun) rmSync(folderOfRun, { recursive: true, force: true });
}

/** @returns {Promise<number>} */
export async function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().on('error', reject).listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

export class Server {
  /** @param {Tools} tools @param {'http' | 'https'} scheme */
  static async start(tools, scheme) {
    const port = await freePort();
    const origin = scheme === 'http' ? `http://localhost:${port}` : `https://${HOST}:${port}`;
    const server = new Server(tools, scheme, port, origin);
    server.launch();
    await server.waitUntilReady();
    return server;
  }

  /** @param {Tools} tools @param {'http' | 'https'} scheme @param {number} port @param {string} origin */
  constructor(tools, scheme, port, origin) {
    this.tools = tools;
    this.scheme = scheme;
    this.port = port;
    this.origin = origin;
    this.rpId = new URL(origin).hostname;
    this.folder = mkdtempSync(join(tools.folder, 'server-'));
    this.clockFile = join(this.folder, 'clock');
    this.seconds = 0;
    this.setClock();
    this.output = '';
    /** @type {import('node:child_process').ChildProcess | undefined} */
    this.child = undefined;
  }

  launch() {
    const log = openSync(join(this.folder, 'log'), 'a');
    const tls = this.scheme === 'https' ? ['--tls-certificate', this.tools.certificate, '--tls-key', this.tools.key] : [];
    const child = spawn(
      this.tools.binary,
      ['serve', '--data', join(this.folder, 'data'), '--listen', `127.0.0.1:${this.port}`, '--public-origin', this.origin, ...tls],
      { stdio: ['ignore', 'pipe', log], env: { ...process.env, LD_PRELOAD: this.tools.clock, SHIFTED_CLOCK_FILE: this.clockFile } },
    );
    closeSync(log);
    child.stdout?.setEncoding('utf8').on('data', (text) => { this.output += text; });
    this.child = child;
  }

  setClock() {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(this.seconds));
    // Written in place: the server has the file mapped.
    writeFileSync(this.clockFile, bytes, { flag: this.child ? 'r+' : 'w' });
  }

  /** Lets time pass for the server. @param {number} seconds */
  advance(seconds) {
    this.seconds += seconds;
    this.setClock();
  }

  /** Lets days pass: a new start, as jobs that go by the hour would not come in time. @param {number} seconds */
  async sleep(seconds) {
    this.advance(seconds);
    await this.kill();
    this.launch();
    await this.waitUntilReady();
  }

  async waitUntilReady() {
    for (let tries = 0; tries < 600; tries++) {
      if (this.child?.exitCode !== null) throw new Error(`claviger ended at once\n${this.log()}`);
      if (await this.answers()) return;
      await pause(50);
    }
    throw new Error(`claviger did not answer\n${this.log()}`);
  }

  /** @returns {Promise<boolean>} */
  async answers() {
    const headers = { host: new URL(this.origin).host };
    const get = this.scheme === 'http' ? getHttp : getHttps;
    return new Promise((resolve) => {
      const request = get({ host: '127.0.0.1', port: this.port, path: '/healthz', headers, rejectUnauthorized: false }, (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      });
      request.on('error', () => resolve(false));
    });
  }

  /** The link that the first start prints. */
  async setUpLink() {
    for (let tries = 0; tries < 200; tries++) {
      const link = /https?:\/\/\S+\/set-up#\S+/.exec(this.output);
      if (link) return link[0];
      await pause(25);
    }
    throw new Error(`no set-up link on stdout:\n${this.output}`);
  }

  /** Runs `claviger WORDS` beside the server; gives what it prints. @param {string[]} words @param {string} [input] what it reads */
  run(words, input = '') {
    return execFileSync(this.tools.binary, [...words, '--data', join(this.folder, 'data')], { encoding: 'utf8', input });
  }

  /** The same for a command that prints JSON. @param {string[]} words @param {string} [input] */
  command(words, input = '') {
    return JSON.parse(this.run([...words, '--json'], input));
  }

  log() {
    try {
      return readFileSync(join(this.folder, 'log'), 'utf8');
    } catch {
      return '';
    }
  }

  /** How often a text stands in the database and its log of writes; whether it does at all is what counts. @param {string} text */
  countInDatabase(text) {
    return ['claviger.db', 'claviger.db-wal']
      .map((name) => readFileSync(join(this.folder, 'data', name)).toString('latin1').split(text).length - 1)
      .reduce((sum, count) => sum + count);
  }

  async kill() {
    const child = this.child;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  async stop() {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Another process has no other way to say that it is ready. @param {number} milliseconds */
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
