// Somebody in front of a browser: pages, authenticators, and the clicks that many tests share.
import assert from 'node:assert/strict';

/** @typedef {'synced' | 'device-bound'} Kind */

/**
 * Chromium's virtual authenticator answers a conditional request at once. A real browser waits until the person
 * picks a passkey from the list, and so does this until the page aborts it.
 */
function waitForAChoice() {
  const real = navigator.credentials.get.bind(navigator.credentials);
  navigator.credentials.get = (options) => {
    if (options?.mediation !== 'conditional') return real(options);
    return new Promise((_, reject) => {
      const signal = options.signal;
      const abort = () => reject(signal?.reason ?? new DOMException('aborted', 'AbortError'));
      if (signal?.aborted) abort();
      signal?.addEventListener('abort', abort);
    });
  };
}

export class Visitor {
  /**
   * @param {import('playwright-core').Browser} browser
   * @param {import('./server.mjs').Server} server
   * @param {import('playwright-core').BrowserContextOptions} options
   */
  static async open(browser, server, options) {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: 'en-GB', viewport: { width: 1280, height: 900 }, ...options });
    context.setDefaultTimeout(30_000);
    await context.addInitScript(waitForAChoice);
    const page = await context.newPage();
    const cdp = await context.newCDPSession(page);
    await cdp.send('WebAuthn.enable', { enableUI: false });
    return new Visitor(context, page, cdp, server);
  }

  /**
   * @param {import('playwright-core').BrowserContext} context
   * @param {import('playwright-core').Page} page
   * @param {import('playwright-core').CDPSession} cdp
   * @param {import('./server.mjs').Server} server
   */
  constructor(context, page, cdp, server) {
    this.context = context;
    this.page = page;
    this.cdp = cdp;
    this.server = server;
    this.authenticatorId = '';
    /** What the browser complained about. @type {string[]} */
    this.heard = [];
    /** Signals that reached an authenticator. @type {{ event: string, credentialId: string }[]} */
    this.signals = [];
    page.on('pageerror', (error) => this.heard.push(`exception: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error') this.heard.push(`console: ${message.text()}`);
    });
    cdp.on('WebAuthn.credentialDeleted', (event) => this.signals.push({ event: 'deleted', credentialId: event.credentialId }));
    cdp.on('WebAuthn.credentialUpdated', (event) => this.signals.push({ event: 'updated', credentialId: event.credential.credentialId }));
  }

  async close() {
    await this.context.close();
  }

  /** Refusals show as failed loads; anything else that the browser complains about is a fault of the page. */
  assertQuiet() {
    const loud = this.heard.filter((line) => !line.includes('Failed to load resource'));
    assert.deepEqual(loud, [], 'the browser complained');
  }

  /** @param {string} path */
  async goto(path) {
    return this.page.goto(path.startsWith('http') ? path : this.server.origin + path);
  }

  /** @param {Kind} kind @param {{ hasCmtgKey?: boolean }} [further] */
  async addAuthenticator(kind, further = {}) {
    const synced = kind === 'synced';
    const { authenticatorId } = await this.cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2', ctap2Version: 'ctap2_1', transport: synced ? 'internal' : 'usb', hasResidentKey: true,
        hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true,
        defaultBackupEligibility: synced, defaultBackupState: synced, ...further,
      },
    });
    this.authenticatorId = authenticatorId;
    return authenticatorId;
  }

  /** Unplugs it; gives what it held. @param {string} [authenticatorId] */
  async removeAuthenticator(authenticatorId = this.authenticatorId) {
    const held = await this.credentials(authenticatorId);
    await this.cdp.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId });
    return held;
  }

  /** @param {string} [authenticatorId] */
  async credentials(authenticatorId = this.authenticatorId) {
    return (await this.cdp.send('WebAuthn.getCredentials', { authenticatorId })).credentials;
  }

  /** Makes the authenticator lie. @param {{ isBogusSignature?: boolean, isBadUV?: boolean, isBadUP?: boolean }} bits */
  async override(bits) {
    await this.cdp.send('WebAuthn.setResponseOverrideBits', { authenticatorId: this.authenticatorId, ...bits });
  }

  /** @param {string} name */
  button(name) {
    return this.page.getByRole('button', { name, exact: true });
  }

  get status() {
    return this.page.locator('#status');
  }

  /** @param {string} link */
  async setUp(link, { organisation = 'Example & Sons', displayName = 'Ada Admin', userName = 'ada@example.org' } = {}) {
    await this.goto(link);
    await this.page.getByLabel('Organisation').fill(organisation);
    await this.page.getByLabel('Your name').fill(displayName);
    await this.page.getByLabel('User name').fill(userName);
    await this.button('Create a passkey').click();
    await this.page.getByRole('heading', { name: 'Everything is ready' }).waitFor();
  }

  /** The discoverable way. */
  async signIn() {
    await this.goto('/sign-in');
    await this.button('Sign in with a passkey').click();
    await this.atSecurityInfo();
  }

  async atSecurityInfo() {
    await this.page.waitForURL('**/security-info');
    await this.page.getByRole('heading', { name: 'Security info' }).waitFor();
  }

  async signOut() {
    await this.page.getByRole('banner').getByRole('button', { name: 'Sign out' }).click();
    await this.page.waitForURL(/\/sign-in/);
  }

  /** Presses the button on the sign-in page and gives the server's refusal of it. */
  async refusedSignIn() {
    await this.goto('/sign-in');
    const answered = this.page.waitForResponse((response) => response.url().endsWith('/sign-in/passkey'));
    await this.button('Sign in with a passkey').click();
    const response = await answered;
    return { status: response.status(), ...(await response.json()).error };
  }

  /** Nobody is signed in: the protected page sends on to sign-in. */
  async assertSignedOut() {
    await this.goto('/security-info');
    assert.match(this.page.url(), /\/sign-in/);
  }

  /**
   * Posts as the page's own script would, from the open page.
   * @param {string} path @param {unknown} body
   * @returns {Promise<{ status: number, body: any }>}
   */
  async post(path, body) {
    return this.page.evaluate(async ([path, body]) => {
      const token = document.querySelector('meta[name="csrf-token"]')?.getAttribute('content') ?? '';
      const response = await fetch(/** @type {string} */ (path), {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-csrf-token': token },
        body: JSON.stringify(body),
      });
      return { status: response.status, body: await response.json() };
    }, /** @type {const} */ ([path, body]));
  }

  /** The authenticator's answer to options, made on whatever page is open. @param {any} publicKey */
  async assertion(publicKey) {
    return this.page.evaluate(async (json) => {
      const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(json);
      const credential = /** @type {PublicKeyCredential} */ (await navigator.credentials.get({ publicKey }));
      return credential.toJSON();
    }, publicKey);
  }

  /** Desktop and phone, light and dark, into out/screenshots. @param {string} name */
  async shoot(name) {
    const sizes = /** @type {const} */ ([['desktop', 1280, 900], ['phone', 390, 844]]);
    for (const [size, width, height] of sizes) {
      await this.page.setViewportSize({ width, height });
      for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
        await this.page.emulateMedia({ colorScheme });
        // A dialog darkens the window only, which a picture of the whole page would show as a fault.
        const fullPage = (await this.page.locator('dialog[open]').count()) === 0;
        await this.page.screenshot({ path: `out/screenshots/${name}-${size}-${colorScheme}.png`, fullPage, animations: 'disabled' });
      }
    }
    await this.page.emulateMedia({ colorScheme: 'light' });
    await this.page.setViewportSize({ width: 1280, height: 900 });
  }
}
