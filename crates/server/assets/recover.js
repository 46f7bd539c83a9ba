// @ts-check
// The ways back in; a passkey by a recovery code.

import { enrolAt } from './enrol.js';
import { text } from './page.js';

// Where the organisation has no recovery codes there is nothing to type.
if (document.querySelector('#code-form')) {
  enrolAt('/recover', { empty: text('script-code-empty'), good: text('script-code-good') });
}
