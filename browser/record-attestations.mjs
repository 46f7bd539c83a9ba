// Records what Chromium's virtual authenticator makes with `attestation: "direct"`, as data for the tests of
// `webauthn`. Run by hand, after `npm ci` here: `node record-attestations.mjs > ../crates/webauthn/tests/data/chromium/attestations.json`

import { once } from "node:events";
import http from "node:http";
import { chromium } from "playwright-core";

const CHALLENGE = "QSBjaGFsbGVuZ2Ugb2YgMzIgYnl0ZXMsIGZvciBvbmNlLg";
const VERIFIES = { hasResidentKey: true, hasUserVerification: true, isUserVerified: true };

/** @typedef {{name: string, options: any}} Device */

/** @type {Device[]} */
const DEVICES = [
  { name: "internal", options: { protocol: "ctap2", ctap2Version: "ctap2_1", transport: "internal", ...VERIFIES } },
  { name: "usb", options: { protocol: "ctap2", ctap2Version: "ctap2_1", transport: "usb", ...VERIFIES } },
  { name: "u2f", options: { protocol: "u2f", transport: "usb" } },
];

const server = http.createServer((_, answer) => answer.end("<!doctype html><title>record</title>"));
await once(server.listen(0, "127.0.0.1"), "listening");
const address = server.address();
if (!address || typeof address === "string") throw new Error("the server has no port");
const { port } = address;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
});
const recorded = [];
for (const device of DEVICES) {
  for (const attestation of ["direct", "none"]) {
    recorded.push(await record(device, attestation));
  }
}
const version = browser.version();
await browser.close();
server.close();
process.stdout.write(`${JSON.stringify({ chromium: version, challenge: CHALLENGE, recorded }, null, 1)}\n`);

/** @param {Device} device */
async function record({ name, options }, attestation) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`http://localhost:${port}/`);
  const cdp = await context.newCDPSession(page);
  await cdp.send("WebAuthn.enable", { enableUI: false });
  await cdp.send("WebAuthn.addVirtualAuthenticator", { options: { ...options, automaticPresenceSimulation: true } });
  const response = await page.evaluate(create, { attestation, challenge: CHALLENGE, u2f: name === "u2f" });
  await context.close();
  return { device: name, attestation, origin: `http://localhost:${port}`, response };
}

async function create({ attestation, challenge, u2f }) {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON({
    rp: { id: "localhost", name: "Record" },
    user: { id: "AQ", name: "ada", displayName: "Ada" },
    challenge,
    pubKeyCredParams: [{ type: "public-key", alg: -7 }],
    authenticatorSelection: u2f
      ? { userVerification: "discouraged" }
      : { residentKey: "required", userVerification: "required" },
    attestation,
  });
  const credential = await navigator.credentials.create({ publicKey });
  return /** @type {PublicKeyCredential} */ (credential).toJSON();
}
