// @ts-check
// The browser's part of a ceremony: options in as JSON, the authenticator's answer out as JSON.

/** @typedef {'aborted' | 'cancelled' | 'exists' | 'unsupported' | 'domain' | 'failed'} Kind */

export const isSupported = () => typeof window.PublicKeyCredential === 'function' && !!navigator.credentials;

/** Whether the browser can offer passkeys in the list under a field. */
export async function offersAutofill() {
  if (!isSupported()) return false;
  const api = /** @type {any} */ (PublicKeyCredential);
  try {
    const able = await api.getClientCapabilities?.();
    if (typeof able?.conditionalGet === 'boolean') return able.conditionalGet;
    return Boolean(await api.isConditionalMediationAvailable?.());
  } catch {
    return false;
  }
}

/**
 * @param {any} publicKey PublicKeyCredentialRequestOptionsJSON
 * @param {{mediation?: CredentialMediationRequirement, signal?: AbortSignal}} [how]
 */
export async function askFor(publicKey, { mediation, signal } = {}) {
  const options = { publicKey: readRequest(publicKey), signal, ...(mediation && { mediation }) };
  return written(await need().get(options));
}

/** @param {any} publicKey PublicKeyCredentialCreationOptionsJSON */
export async function create(publicKey) {
  return written(await need().create({ publicKey: readCreation(publicKey) }));
}

/** Whether the browser's own provider may make a passkey without a dialog after a sign-in by password. */
export async function creates() {
  if (!isSupported()) return false;
  try {
    const able = await /** @type {any} */ (PublicKeyCredential).getClientCapabilities?.();
    return able?.conditionalCreate === true;
  } catch {
    return false;
  }
}

/**
 * @param {{mediation: string, publicKey: any}} creation
 * @param {AbortSignal} signal
 */
export async function createQuietly(creation, signal) {
  const options = { mediation: creation.mediation, publicKey: readCreation(creation.publicKey), signal };
  return written(await need().create(/** @type {any} */ (options)));
}

/**
 * What an exception of the ceremony means for a person. A refusal by the person, a timeout and
 * "nothing fits" look the same on purpose.
 * @param {unknown} error
 * @returns {Kind}
 */
export function explain(error) {
  const name = error instanceof Error || error instanceof DOMException ? error.name : '';
  /** @type {Record<string, Kind>} */
  const kinds = { AbortError: 'aborted', NotAllowedError: 'cancelled', InvalidStateError: 'exists', NotSupportedError: 'unsupported', SecurityError: 'domain' };
  return kinds[name] ?? 'failed';
}

function need() {
  if (!isSupported()) throw new DOMException('no passkeys here', 'NotSupportedError');
  return navigator.credentials;
}

/** @param {any} json @returns {any} */
function readRequest(json) {
  const api = /** @type {any} */ (PublicKeyCredential);
  if (api.parseRequestOptionsFromJSON) return api.parseRequestOptionsFromJSON(json);
  return { ...json, challenge: decode(json.challenge), allowCredentials: (json.allowCredentials ?? []).map(readDescriptor) };
}

/** @param {any} json @returns {any} */
function readCreation(json) {
  const api = /** @type {any} */ (PublicKeyCredential);
  if (api.parseCreationOptionsFromJSON) return api.parseCreationOptionsFromJSON(json);
  return {
    ...json,
    challenge: decode(json.challenge),
    user: { ...json.user, id: decode(json.user.id) },
    excludeCredentials: (json.excludeCredentials ?? []).map(readDescriptor),
  };
}

/** @param {any} descriptor */
const readDescriptor = (descriptor) => ({ ...descriptor, id: decode(descriptor.id) });

/**
 * RegistrationResponseJSON or AuthenticationResponseJSON. Password managers that put their own
 * object in place of the browser's often lack `toJSON`, or have one that throws.
 * @param {Credential | null} credential
 */
function written(credential) {
  if (!credential) throw new DOMException('nothing chosen', 'NotAllowedError');
  try {
    const answer = /** @type {any} */ (credential).toJSON();
    return { ...answer, clientExtensionResults: sent(answer.clientExtensionResults ?? {}) };
  } catch {
    return writtenByHand(/** @type {PublicKeyCredential} */ (credential));
  }
}

/** @param {PublicKeyCredential} credential */
function writtenByHand(credential) {
  const given = /** @type {any} */ (credential.response);
  /** @type {Record<string, any>} */
  const response = { clientDataJSON: encode(given.clientDataJSON) };
  for (const part of ['attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
    if (given[part]) response[part] = encode(given[part]);
  }
  if (given.getTransports) response.transports = given.getTransports();
  return {
    id: credential.id,
    rawId: encode(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
    clientExtensionResults: sent(withTexts(credential.getClientExtensionResults())),
    response,
  };
}

/**
 * What the server reads of the extension outputs. Nothing else leaves the page: others may be secrets.
 * @param {any} results
 */
function sent({ credProps, cmtgKey }) {
  return { ...(credProps && { credProps }), ...(cmtgKey && { cmtgKey }) };
}

/** As `toJSON()` writes it. @param {any} results */
function withTexts({ credProps, cmtgKey }) {
  const written = cmtgKey && { cmtgKey: encode(cmtgKey.cmtgKey), signature: encode(cmtgKey.signature) };
  return { credProps, cmtgKey: written };
}

/** @param {string} text base64url */
function decode(text) {
  const binary = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0)).buffer;
}

/** @param {ArrayBuffer} buffer */
function encode(buffer) {
  const binary = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join('');
  return btoa(binary).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}
