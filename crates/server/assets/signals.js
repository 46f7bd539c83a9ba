// @ts-check
// Telling the passkey's provider what is true here. A browser that can't, or won't, changes nothing.

const PATIENCE = 1000;

/**
 * Every accepted passkey and the current names. Wait for it before leaving the page: a navigation
 * cuts it off; a slow provider is not waited for longer than a second.
 * @param {{allAccepted?: object, currentUser?: object} | null | undefined} signals
 */
export async function send(signals) {
  await patiently([call('signalAllAcceptedCredentials', signals?.allAccepted), call('signalCurrentUserDetails', signals?.currentUser)]);
}

/**
 * The provider may delete this passkey: only for what the server itself named as unknown.
 * @param {object | null} unknown
 * @returns {Promise<boolean>} whether the provider was told
 */
export async function sendUnknown(unknown) {
  if (!unknown) return false;
  return Boolean((await patiently([call('signalUnknownCredential', unknown)]))?.[0]);
}

/**
 * @param {string} method
 * @param {object | undefined} argument
 */
async function call(method, argument) {
  const api = /** @type {any} */ (window.PublicKeyCredential);
  if (!argument || typeof api?.[method] !== 'function') return false;
  try {
    await api[method](argument);
    return true;
  } catch {
    return false;
  }
}

/** @param {Promise<boolean>[]} calls */
const patiently = (calls) => Promise.race([Promise.all(calls), new Promise((done) => setTimeout(done, PATIENCE))]);
