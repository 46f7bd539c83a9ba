// @ts-check
// A passkey by a Temporary Access Pass.

import { enrolAt } from './enrol.js';
import { text } from './page.js';

enrolAt('/pass', { empty: text('script-pass-empty'), good: text('script-pass-good') });
