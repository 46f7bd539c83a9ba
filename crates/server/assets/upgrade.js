// @ts-check
// The passkey that takes a password's place: first without a question, where the browser can; otherwise by the button.

import { post } from './api.js';
import { createQuietly, creates } from './ceremony.js';
import { createPasskey } from './creation.js';
import { confirmFirst, find, sayProblem, work } from './page.js';
import * as signals from './signals.js';

/** How long the browser's own provider may take before the page stops waiting for it, in milliseconds. */
const PATIENCE = 10_000;

const button = find('#create');
const quiet = new AbortController();

/** @param {any} done */
function show(done) {
  void signals.send(done.signals);
  find('#ask').hidden = true;
  find('#done').hidden = false;
  find('#done h1').focus();
}

/** Nobody asked for it, so nobody is told when it comes to nothing. */
async function tryQuietly() {
  if (!(await creates())) return;
  const timer = window.setTimeout(() => quiet.abort(), PATIENCE);
  try {
    const begun = await post('/upgrade/begin', {});
    const response = await createQuietly(begun.creation, quiet.signal);
    show(await post('/upgrade/finish', { state: begun.state, response }));
  } catch { /* the button is there */ } finally {
    clearTimeout(timer);
  }
}

async function register() {
  quiet.abort();
  try {
    const begun = await post('/security-info/passkeys/begin', {});
    const done = await createPasskey(begun, '/security-info/passkeys/finish');
    if (done) show(done);
  } catch (error) {
    if (!confirmFirst(error, '')) sayProblem(error);
  }
}

button.addEventListener('click', () => work(button, register));
void tryQuietly();
