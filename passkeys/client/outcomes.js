// @ts-check
/**
 * Reports how prompts for passkeys end, to servers with `prompt_outcomes = true`. `client.js` imports this
 * module only where `begin` asks for a report.
 */

/** @typedef {import("./client.d.ts").PasskeyError} PasskeyError */

/** The reasons of failures at the prompt. Others are the page's own, or the server knows them. */
const AT_THE_PROMPT = [
  "already-registered",
  "busy",
  "cancelled",
  "failed",
  "invalid-options",
  "not-allowed-here",
  "not-supported",
  "unreadable",
  "wrong-origin",
];

/** What Chromium says where immediate mediation finds no passkey. */
const NONE_AT_HAND = /no immediate/i;

/**
 * Waits for the end of a prompt, and reports one that ends without a passkey, without cookies or any
 * other identifier. Never rejects.
 *
 * @param {Promise<unknown>} prompt
 * @param {string} url
 * @param {{ publicKey: { timeout?: number }, reportAs: string }} begun
 * @param {{ mediation?: string, uiMode?: string }} mode
 */
export async function report(prompt, url, { publicKey, reportAs }, { mediation, uiMode }) {
  const begun = performance.now();
  try {
    await prompt;
  } catch (error) {
    const elapsed = performance.now() - begun;
    // Autofill has no timeout: browsers ignore it.
    const timeout = mediation ? undefined : publicKey.timeout;
    const outcome = outcomeOf(/** @type {PasskeyError} */ (error), elapsed, timeout);
    const body = JSON.stringify({ ceremony: reportAs, mediation: uiMode ?? mediation, outcome });
    if (outcome) await send(url, body).catch(() => {});
  }
}

/**
 * @param {PasskeyError} error
 * @param {number} elapsed in milliseconds
 * @param {number} [timeout] of the prompt, in milliseconds
 */
function outcomeOf({ reason, message, cause }, elapsed, timeout = Infinity) {
  if (!AT_THE_PROMPT.includes(reason)) return undefined;
  if (reason === "cancelled") {
    if (NONE_AT_HAND.test(message)) return "no_passkey";
    // This module may have been loaded a little after the prompt has begun.
    const isLate = elapsed >= 0.95 * timeout;
    const { name } = /** @type {Partial<Error>} */ (cause ?? {});
    if (isLate || name === "TimeoutError") return "timed_out";
  }
  return reason.replace(/-/g, "_");
}

/**
 * Sends the report, also if the page is left meanwhile. Not with the page's own `fetch`, which may add an
 * `Authorization` header.
 *
 * @param {string} url
 * @param {string} body
 */
function send(url, body) {
  const headers = { "content-type": "application/json" };
  return fetch(url, {
    method: "POST",
    body,
    headers,
    credentials: "omit",
    keepalive: true,
    referrerPolicy: "no-referrer",
  });
}
