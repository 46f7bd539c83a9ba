// @ts-check
// One way to ask the server: JSON with the page's token; a refusal is an exception with its words.

export class Refusal extends Error {
  /** @param {any} [told] the server's error object */
  constructor(told = {}, fallback = 'script-unreadable') {
    super(told.message ?? '');
    this.code = String(told.code ?? '');
    this.remedy = String(told.remedy ?? '');
    this.reference = String(told.reference ?? '');
    /** Another page that helps. @type {string | null} */
    this.location = told.location ?? null;
    /** What `signalUnknownCredential` takes, when and only when it shall be called. @type {object | null} */
    this.signalUnknownCredential = told.signalUnknownCredential ?? null;
    /** The text of the page that stands in when the server said nothing. */
    this.fallback = fallback;
  }

  /** Whether only the challenge was old or used: a fresh one helps. */
  get isStale() {
    return ['state.spent', 'state.expired', 'state.unreadable'].includes(this.code);
  }
}

/**
 * @param {string} path
 * @param {object} body
 * @returns {Promise<any>}
 */
export async function post(path, body) {
  const token = document.querySelector('meta[name="csrf-token"]')?.getAttribute('content') ?? '';
  /** @type {Response} */
  let response;
  try {
    response = await fetch(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': token },
      body: JSON.stringify(body),
      credentials: 'same-origin',
      redirect: 'error',
    });
  } catch {
    throw new Refusal({ code: 'network' }, 'script-network');
  }
  /** @type {any} */
  let answer;
  try {
    answer = await response.json();
  } catch {
    throw new Refusal({ code: 'unreadable' });
  }
  if (!response.ok) throw new Refusal(answer?.error);
  return answer;
}
