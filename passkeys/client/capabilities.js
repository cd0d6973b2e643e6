// @ts-check
/** Capabilities of the browser, in three values. `client.js` imports this module only to report it. */

/**
 * @typedef {import("./client.d.ts").Capabilities} Capabilities
 * @typedef {import("./client.d.ts").Capability} Capability
 */

/** Capabilities of WebAuthn's enumeration, and the one of immediate mediation. */
const NAMES = /** @type {const} */ ([
  "conditionalCreate",
  "conditionalGet",
  "hybridTransport",
  "immediateGet",
  "passkeyPlatformAuthenticator",
  "relatedOrigins",
  "signalAllAcceptedCredentials",
  "signalCurrentUserDetails",
  "signalUnknownCredential",
  "userVerifyingPlatformAuthenticator",
]);

/**
 * Methods of the interface without which a capability is certainly missing. The first two
 * query it, and count more than what `getClientCapabilities()` says: they are the same by
 * definition, and password managers replace them.
 *
 * @type {Record<string, { method: string, isQuery?: boolean }>}
 */
const METHODS = {
  conditionalGet: { method: "isConditionalMediationAvailable", isQuery: true },
  userVerifyingPlatformAuthenticator: {
    method: "isUserVerifyingPlatformAuthenticatorAvailable",
    isQuery: true,
  },
  signalAllAcceptedCredentials: { method: "signalAllAcceptedCredentials" },
  signalCurrentUserDetails: { method: "signalCurrentUserDetails" },
  signalUnknownCredential: { method: "signalUnknownCredential" },
};

/** The browser's interface; type libraries lack its newer methods. @type {() => any} */
const browser = () => PublicKeyCredential;

/**
 * @param {boolean} isSupported whether the browser has passkeys on this page
 * @returns {Promise<Capabilities>}
 */
export async function capabilities(isSupported) {
  const told = (await answered(() => browser().getClientCapabilities())) ?? {};
  const names = [...new Set([...NAMES, ...Object.keys(told)])];
  const states = names.map(async (name) => [name, inWord(isSupported && (await state(name, told)))]);
  return Object.fromEntries([["passkeys", inWord(isSupported)], ...(await Promise.all(states))]);
}

/**
 * @param {string} name
 * @param {Record<string, unknown>} told by `getClientCapabilities()`
 */
async function state(name, told) {
  const { method, isQuery } = METHODS[name] ?? {};
  const queried = isQuery ? await answered(() => browser()[method]()) : undefined;
  const known = queried ?? told[name];
  if (known !== undefined || !method) return known;
  if (!(method in browser())) return false;
  return isQuery ? undefined : true;
}

/**
 * Returns the browser's answer; `undefined` if it does not know the question, or fails.
 *
 * @param {() => Promise<any>} question
 */
async function answered(question) {
  try {
    return await question();
  } catch {
    return undefined;
  }
}

/** @param {unknown} is @returns {Capability} */
function inWord(is) {
  if (is === undefined) return "unknown";
  return is ? "supported" : "unsupported";
}
