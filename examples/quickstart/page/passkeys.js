// @ts-check
/**
 * Passkeys in the browser: speaks to the routes of the `passkeys` crate, and turns what can go
 * wrong into reasons that a page can put into words. No dependencies, no build step.
 *
 * ```js
 * const passkeys = passkeysAt("/auth/passkeys");
 * try {
 *   await passkeys.authenticate();
 * } catch (error) {
 *   if (error.reason === "cancelled") { … }
 * }
 * ```
 */

/**
 * Why something did not happen:
 *
 * - `not-supported`: the browser or the device cannot do this.
 * - `cancelled`: the person said no or let it time out, or the device has no passkey for this
 *   site. Browsers do not tell these apart, so that a site cannot find out who has an account.
 * - `already-registered`: the device holds a passkey for this account already.
 * - `wrong-origin`: the page's address is not one that the passkeys are for.
 * - `refused`: the server said no; `code` says why.
 * - `unavailable`: the server is out of reach or in trouble.
 *
 * @typedef {"not-supported" | "cancelled" | "already-registered" | "wrong-origin" | "refused" | "unavailable"} Reason
 */

/** Everything in this module fails with one of these. */
export class PasskeyError extends Error {
  /**
   * @param {Reason} reason
   * @param {string} message for a log; the words for people are the page's
   * @param {{ code?: string, status?: number, cause?: unknown }} [details]
   */
  constructor(reason, message, { code = "", status = 0, cause } = {}) {
    super(message, { cause });
    this.name = "PasskeyError";
    /** @type {Reason} */
    this.reason = reason;
    /** The server's word for it, such as `authentication_failed`; empty if it said none. */
    this.code = code;
    /** The HTTP status; 0 if there was no answer. */
    this.status = status;
  }
}

/** Whether this browser knows passkeys, and the page is one that may use them. */
export function isSupported() {
  return typeof PublicKeyCredential === "function" && !!navigator.credentials?.create;
}

/**
 * A passkey as the server lists it.
 *
 * @typedef {object} Passkey
 * @property {string} id
 * @property {string} deviceName what the person called it; may be empty
 * @property {string[]} transports
 * @property {boolean} backupEligible whether it may be synchronised to other devices
 * @property {boolean} backupState whether it is
 * @property {string} createdAt
 * @property {string | null} lastUsedAt
 * @property {boolean} suspended whether it is locked, because it may have been copied
 */

/**
 * The passkeys behind the routes at `base`.
 *
 * @param {string} base where the router is mounted, such as `/auth/passkeys`
 */
export function passkeysAt(base) {
  return {
    /**
     * Creates a passkey: for a new account when `signUp` is given, otherwise a further one for
     * whoever is signed in. Resolves to the server's answer.
     *
     * `deviceName` is what the passkey is called until the person renames it; as a function it
     * is given the new credential.
     *
     * @param {{ signUp?: unknown, deviceName?: string | ((credential: any) => string), signal?: AbortSignal }} [options]
     * @returns {Promise<any>}
     */
    async register({ signUp, deviceName, signal } = {}) {
      demandSupport();
      const begun = await request("POST", `${base}/register/begin`, signUp, signal);
      const credential = await ask(signal, () =>
        navigator.credentials.create({ publicKey: creationOptions(begun.publicKey), signal }),
      );
      const { state } = begun;
      const name = typeof deviceName === "function" ? deviceName(credential) : deviceName;
      const finish = { credential, state, deviceName: name };
      return request("POST", `${base}/register/finish`, finish, signal);
    },

    /**
     * Signs in with whichever passkey the person picks. Resolves to the server's answer.
     *
     * @param {{ signal?: AbortSignal }} [options]
     * @returns {Promise<any>}
     */
    async authenticate({ signal } = {}) {
      demandSupport();
      const begun = await request("POST", `${base}/authenticate/begin`, undefined, signal);
      const credential = await ask(signal, () =>
        navigator.credentials.get({ publicKey: requestOptions(begun.publicKey), signal }),
      );
      const { state } = begun;
      return request("POST", `${base}/authenticate/finish`, { credential, state }, signal);
    },

    /** @returns {Promise<Passkey[]>} the passkeys of whoever is signed in */
    list() {
      return request("GET", `${base}/credentials`);
    },

    /**
     * @param {string} id
     * @param {string} deviceName
     * @returns {Promise<void>}
     */
    rename(id, deviceName) {
      return request("PATCH", `${base}/credentials/${encodeURIComponent(id)}`, { deviceName });
    },

    /**
     * @param {string} id
     * @returns {Promise<void>}
     */
    remove(id) {
      return request("DELETE", `${base}/credentials/${encodeURIComponent(id)}`);
    },
  };
}

/**
 * Sends JSON and reads JSON. Fails with a {@link PasskeyError}, which has the server's words
 * where the answer is `{"error": {"code", "message"}}`.
 *
 * @param {"GET" | "POST" | "PATCH" | "DELETE"} method
 * @param {string} url
 * @param {unknown} [body]
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
export async function request(method, url, body, signal) {
  let response, text;
  try {
    response = await fetch(url, {
      method,
      signal,
      headers: body === undefined ? {} : { "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    text = await response.text();
  } catch (cause) {
    if (signal?.aborted) throw new PasskeyError("cancelled", "aborted by the page", { cause });
    throw new PasskeyError("unavailable", `no answer from ${url}`, { cause });
  }
  const answer = parse(text);
  if (response.ok) return answer;
  const { status } = response;
  const { code = "", message = `${url} answered ${status}` } = answer?.error ?? {};
  /** @type {Reason} */
  let reason = status >= 500 ? "unavailable" : "refused";
  if (code === "credential_already_exists") reason = "already-registered";
  throw new PasskeyError(reason, message, { code, status });
}

/**
 * Runs a ceremony in the browser and gives its outcome in the form that the server reads.
 *
 * @param {AbortSignal | undefined} signal
 * @param {() => Promise<Credential | null>} ceremony
 */
async function ask(signal, ceremony) {
  try {
    const credential = await ceremony();
    if (!credential) throw new DOMException("no credential", "NotAllowedError");
    return inJSON(/** @type {PublicKeyCredential} */ (credential));
  } catch (cause) {
    const { name = "", message = "" } = /** @type {Partial<Error>} */ (cause);
    const reason = signal?.aborted ? "cancelled" : (REASONS[name] ?? "not-supported");
    throw new PasskeyError(reason, message, { cause });
  }
}

/** What the names that WebAuthn gives its exceptions mean. @type {Record<string, Reason>} */
const REASONS = {
  AbortError: "cancelled",
  InvalidStateError: "already-registered",
  NotAllowedError: "cancelled",
  SecurityError: "wrong-origin",
};

function demandSupport() {
  if (!isSupported()) throw new PasskeyError("not-supported", "no passkeys in this browser");
}

// From here on: what browsers before 2025 lack of WebAuthn's own JSON form.

/**
 * @param {any} json
 * @returns {PublicKeyCredentialCreationOptions}
 */
function creationOptions(json) {
  if (typeof PublicKeyCredential.parseCreationOptionsFromJSON === "function") {
    return PublicKeyCredential.parseCreationOptionsFromJSON(json);
  }
  return {
    ...json,
    challenge: decode(json.challenge),
    user: { ...json.user, id: decode(json.user.id) },
    excludeCredentials: json.excludeCredentials?.map(descriptor),
  };
}

/**
 * @param {any} json
 * @returns {PublicKeyCredentialRequestOptions}
 */
function requestOptions(json) {
  if (typeof PublicKeyCredential.parseRequestOptionsFromJSON === "function") {
    return PublicKeyCredential.parseRequestOptionsFromJSON(json);
  }
  return {
    ...json,
    challenge: decode(json.challenge),
    allowCredentials: json.allowCredentials?.map(descriptor),
  };
}

/** @param {any} credential */
const descriptor = (credential) => ({ ...credential, id: decode(credential.id) });

/** @param {PublicKeyCredential} credential */
function inJSON(credential) {
  if (typeof credential.toJSON === "function") return credential.toJSON();
  const response = /** @type {any} */ (credential.response);
  return {
    id: credential.id,
    rawId: encode(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: {
      clientDataJSON: encode(response.clientDataJSON),
      ...("attestationObject" in response
        ? {
            attestationObject: encode(response.attestationObject),
            transports: response.getTransports?.() ?? [],
          }
        : {
            authenticatorData: encode(response.authenticatorData),
            signature: encode(response.signature),
            userHandle: response.userHandle ? encode(response.userHandle) : undefined,
          }),
    },
  };
}

/** @param {string} base64url */
function decode(base64url) {
  const base64 = base64url.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** @param {ArrayBuffer} buffer */
function encode(buffer) {
  const base64 = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @param {string} json */
function parse(json) {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
