// @ts-check
/**
 * Passkeys in the browser: calls the routes of the `passkeys` crate, and maps failures to reasons
 * that a page can show. No dependencies, no build step. `client.d.ts` documents the exports.
 *
 * ```js
 * import { passkeys } from "/auth/passkeys/client.js";
 *
 * try {
 *   await passkeys.authenticate();
 * } catch (error) {
 *   if (error.reason === "cancelled") { … }
 * }
 * ```
 */

/**
 * @typedef {import("./client.d.ts").AuthenticateOptions} AuthenticateOptions
 * @typedef {import("./client.d.ts").Capabilities} Capabilities
 * @typedef {import("./client.d.ts").ClientOptions} ClientOptions
 * @typedef {import("./client.d.ts").Method} Method
 * @typedef {import("./client.d.ts").Passkey} Passkey
 * @typedef {import("./client.d.ts").Reason} Reason
 * @typedef {import("./client.d.ts").RegisterOptions} RegisterOptions
 * @typedef {import("./client.d.ts").StepUpOptions} StepUpOptions
 */

export class PasskeyError extends Error {
  /**
   * @param {Reason} reason
   * @param {string} message
   * @param {{ code?: string, status?: number, cause?: unknown }} [details]
   */
  constructor(reason, message, { code = "", status = 0, cause } = {}) {
    super(message);
    this.name = "PasskeyError";
    /** @type {Reason} */
    this.reason = reason;
    this.code = code;
    this.status = status;
    this.cause = cause;
  }
}

export function isSupported() {
  return typeof PublicKeyCredential === "function" && !!navigator.credentials?.create;
}

/** @returns {Promise<Capabilities>} */
export async function capabilities() {
  const passkeys = isSupported();
  const [autofill, builtIn] = await Promise.all([
    canAutofill(),
    passkeys && asked(() => PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable()),
  ]);
  return { passkeys, autofill, builtIn, signals: listens() };
}

export class PasskeyClient {
  #base;
  #fetch;

  /** @param {ClientOptions} [options] */
  constructor({ base = ownDirectory(), fetch } = {}) {
    this.#base = base.replace(/\/+$/, "");
    this.#fetch = fetch;
  }

  /**
   * @template [T=unknown]
   * @param {RegisterOptions} [options]
   * @returns {Promise<T>}
   */
  register({ signUp, deviceName, signal } = {}) {
    return alone(signal, async (signal) => {
      demandSupport();
      const begun = await this.#send("POST", "/register/begin", signUp, signal);
      const credential = await ask(signal, () =>
        navigator.credentials.create({ publicKey: creationOptions(begun.publicKey), signal }),
      );
      const name = typeof deviceName === "function" ? deviceName(credential) : deviceName;
      // Not abortable from here on: the server may already have stored the passkey.
      return this.#finish(begun.publicKey.rp.id, {
        credential,
        state: begun.state,
        deviceName: name,
      });
    });
  }

  /**
   * Finishes a registration. If the server says that it has not kept the passkey, signals that, so
   * that the browser no longer offers it.
   *
   * @param {string} rpId
   * @param {{ credential: { id: string }, state: string, deviceName?: string }} finish
   */
  async #finish(rpId, finish) {
    const { id: credentialId } = finish.credential;
    let dropped = false;
    /** @type {typeof fetch} */
    const watched = async (url, init) => {
      const response = await (this.#fetch ?? globalThis.fetch)(url, init);
      // The server has rolled the sign-up back. A status alone says nothing: a proxy that gives up
      // responds with an error, too, and the server stores the passkey.
      dropped = response.headers?.get("passkey-rolled-back") === credentialId;
      return response;
    };
    try {
      const url = this.#base + "/register/finish";
      return await request("POST", url, finish, { fetch: watched });
    } catch (error) {
      const { code } = /** @type {PasskeyError} */ (error);
      if (dropped || NOT_STORED.includes(code)) {
        // Not awaited, so that the signal does not delay the page.
        tell("signalUnknownCredential", { rpId, credentialId })?.catch(() => {});
      }
      throw error;
    }
  }

  /**
   * @template [T=unknown]
   * @param {AuthenticateOptions} [options]
   * @returns {Promise<T>}
   */
  authenticate({ userId, username, signal } = {}) {
    return alone(signal, (signal) => {
      demandSupport();
      return this.#signIn({ userId, username }, signal);
    });
  }

  /**
   * @template [T=unknown]
   * @param {{ signal?: AbortSignal }} [options]
   * @returns {Promise<T | null>}
   */
  async autofill({ signal } = {}) {
    // Conditional mediation gives way to a pending modal ceremony.
    if (asking && !asking.givesWay) return null;
    const attempt = async (/** @type {AbortSignal} */ signal) => {
      if (!(await canAutofill())) return null;
      try {
        return await this.#signIn({}, signal, "conditional");
      } catch (error) {
        if (/** @type {PasskeyError} */ (error).code !== "challenge_not_found") throw error;
        // The challenge expired while the page was open. The user has selected a passkey, so a
        // second, modal ceremony follows.
        return this.#signIn({}, signal);
      }
    };
    try {
      return await alone(signal, attempt, true);
    } catch (error) {
      if (/** @type {PasskeyError} */ (error).reason === "aborted") return null;
      throw error;
    }
  }

  /**
   * @template [T=unknown]
   * @param {string} url
   * @param {StepUpOptions} [options]
   * @returns {Promise<T>}
   */
  stepUp(url, { method = "POST", body, signal } = {}) {
    return alone(signal, async (signal) => {
      demandSupport();
      const target = new URL(url, document.baseURI);
      target.hash = "";
      const path = target.href.slice(target.origin.length);
      // A private copy: the body that the user consents to is the body that is sent.
      const json = JSON.stringify(body);
      const agreed = json && JSON.parse(json);
      // The consent is to a request to this host. The server knows its own.
      const own = new URL(this.#base, document.baseURI).host;
      const host = target.host === own ? undefined : target.host;
      const asked = { method, host, path, body: agreed };
      const begun = await this.#send("POST", "/step-up/begin", asked, signal);
      const answer = await sign(begun, signal);
      return request(method, target.href, { ...answer, body: agreed }, { fetch: this.#fetch });
    });
  }

  /** @returns {Promise<Passkey[]>} */
  list() {
    return this.#send("GET", "/credentials");
  }

  /**
   * @param {string} id
   * @param {string} deviceName
   * @returns {Promise<void>}
   */
  async rename(id, deviceName) {
    await this.#send("PATCH", `/credentials/${encodeURIComponent(id)}`, { deviceName });
    // Not awaited, here and below, so that signals do not delay the page.
    this.signal();
  }

  /**
   * @param {string} id
   * @returns {Promise<void>}
   */
  async remove(id) {
    await this.#send("DELETE", `/credentials/${encodeURIComponent(id)}`);
    this.#signalAll(id);
  }

  /** @returns {Promise<boolean>} */
  signal() {
    return this.#signalAll();
  }

  /**
   * Signals what the server says about the user, who may have several user handles.
   *
   * @param {string} [removed] the credential ID of a passkey that was just deleted. The server has
   *   forgotten its user handle if it was the last one with it, so it is signalled by itself.
   */
  async #signalAll(removed) {
    if (!listens()) return false;
    try {
      const signals = await this.#send("GET", "/signals");
      const { rpId } = signals;
      const told = SIGNALS.flatMap((name) =>
        signals[name].map((/** @type {unknown} */ payload) => tell(name, payload)),
      );
      if (removed) told.push(tell("signalUnknownCredential", { rpId, credentialId: removed }));
      await Promise.all(told);
      return true;
    } catch {
      return false;
    }
  }

  /**
   * @param {{ userId?: string, username?: string }} who
   * @param {AbortSignal} signal
   * @param {CredentialMediationRequirement} [mediation]
   */
  async #signIn(who, signal, mediation) {
    const begun = await this.#send("POST", "/authenticate/begin", who, signal);
    const answer = await sign(begun, signal, mediation);
    try {
      return await this.#send("POST", "/authenticate/finish", answer);
    } catch (error) {
      const { code } = /** @type {PasskeyError} */ (error);
      if (code === "authentication_failed") this.#signalIfUnknown(answer.credential.id);
      throw error;
    }
  }

  /**
   * Asks the server whether a rejected credential is unknown. It responds with nothing if it is not
   * sure or must not tell (user enumeration), because a passkey that works must stay.
   *
   * @param {string} credentialId
   */
  async #signalIfUnknown(credentialId) {
    const name = "signalUnknownCredential";
    if (typeof signalling()[name] !== "function") return;
    try {
      const unknown = await this.#send("POST", "/signals/unknown", { credentialId });
      if (unknown) await tell(name, unknown);
    } catch {
      // The browser continues to offer the passkey.
    }
  }

  /**
   * @param {Method} method
   * @param {string} path
   * @param {unknown} [body]
   * @param {AbortSignal} [signal]
   */
  #send(method, path, body, signal) {
    return request(method, this.#base + path, body, { signal, fetch: this.#fetch });
  }
}

export const passkeys = new PasskeyClient();

/**
 * @param {Method} method
 * @param {string} url
 * @param {unknown} [body]
 * @param {{ signal?: AbortSignal, fetch?: typeof fetch }} [options]
 * @returns {Promise<any>}
 */
export async function request(method, url, body, { signal, fetch = globalThis.fetch } = {}) {
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
    const reason = signal?.aborted ? "aborted" : "unreachable";
    throw new PasskeyError(reason, `no response from ${url}`, { cause });
  }
  const answer = parse(text);
  if (response.ok) return answer;
  const { status } = response;
  const { code = "", message = `${url} responded with ${status}` } = answer?.error ?? {};
  const reason = code === "credential_already_exists" ? "already-registered" : "server";
  throw new PasskeyError(reason, message, { code, status });
}

/**
 * The pending ceremony. Browsers allow one at a time on a page, across all clients.
 *
 * @type {{ controller: AbortController, givesWay: boolean } | undefined}
 */
let asking;

/**
 * Runs a ceremony, and aborts the pending one.
 *
 * @template T
 * @param {AbortSignal | undefined} signal of the page
 * @param {(signal: AbortSignal) => Promise<T>} task
 * @param {boolean} [givesWay]
 */
async function alone(signal, task, givesWay = false) {
  asking?.controller.abort();
  const controller = new AbortController();
  const turn = (asking = { controller, givesWay });
  // Some browsers with passkeys lack `AbortSignal.any`.
  const abort = () => controller.abort();
  if (signal?.aborted) abort();
  signal?.addEventListener("abort", abort);
  try {
    return await task(controller.signal);
  } finally {
    signal?.removeEventListener("abort", abort);
    if (asking === turn) asking = undefined;
  }
}

/**
 * Requests an assertion for a ceremony that was begun.
 *
 * @param {{ publicKey: unknown, state: string }} begun
 * @param {AbortSignal} signal
 * @param {CredentialMediationRequirement} [mediation]
 */
async function sign({ publicKey, state }, signal, mediation) {
  const credential = await ask(signal, () =>
    navigator.credentials.get({ publicKey: requestOptions(publicKey), mediation, signal }),
  );
  return { credential, state };
}

/**
 * Runs a ceremony in the browser and returns the credential as JSON.
 *
 * @param {AbortSignal} signal
 * @param {() => Promise<Credential | null>} ceremony
 */
async function ask(signal, ceremony) {
  try {
    const credential = await ceremony();
    if (!credential) throw new DOMException("no credential", "NotAllowedError");
    return inJSON(/** @type {PublicKeyCredential} */ (credential));
  } catch (cause) {
    const { name = "", message = "" } = /** @type {Partial<Error>} */ (cause);
    const reason = signal.aborted ? "aborted" : (REASONS[name] ?? "failed");
    throw new PasskeyError(reason, message, { cause });
  }
}

/** Reasons by the name of the browser's exception. @type {Record<string, Reason>} */
const REASONS = {
  AbortError: "cancelled",
  ConstraintError: "not-supported",
  InvalidStateError: "already-registered",
  NotAllowedError: "cancelled",
  NotSupportedError: "not-supported",
  SecurityError: "wrong-origin",
};

function demandSupport() {
  if (!isSupported()) throw new PasskeyError("not-supported", "no passkeys in this browser");
}

async function canAutofill() {
  return isSupported() && asked(() => PublicKeyCredential.isConditionalMediationAvailable?.());
}

/**
 * Queries a capability of the browser; `false` if the query fails.
 *
 * @param {() => Promise<boolean> | undefined} question
 */
async function asked(question) {
  try {
    return (await question()) ?? false;
  } catch {
    return false;
  }
}

/** The codes of errors after which the server has certainly not stored the new passkey. */
const NOT_STORED = [
  "account_already_exists",
  "attestation_verification_failed",
  "too_many_credentials",
];

/** The signals about the signed-in user. */
const SIGNALS = /** @type {const} */ (["signalAllAcceptedCredentials", "signalCurrentUserDetails"]);

/** Type libraries may lack the signal methods. @type {() => any} */
const signalling = () => (isSupported() ? PublicKeyCredential : {});

const listens = () => SIGNALS.some((name) => typeof signalling()[name] === "function");

/**
 * @param {string} name
 * @param {unknown} payload
 * @returns {Promise<void> | undefined}
 */
const tell = (name, payload) => signalling()[name]?.(payload);

/** Not `new URL(".", import.meta.url)`, which bundlers treat as an asset. */
function ownDirectory() {
  return String(import.meta.url).replace(/\/[^/?#]*([?#].*)?$/, "");
}

// From here on: WebAuthn's JSON conversions for browsers from before 2025.

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
            // Safari before 17.4 has an empty one where there is none.
            userHandle: response.userHandle?.byteLength ? encode(response.userHandle) : undefined,
          }),
    },
  };
}

/** @param {string} base64url */
function decode(base64url) {
  const base64 = base64url.replace(/-/g, "+").replace(/_/g, "/");
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** @param {ArrayBuffer} buffer */
function encode(buffer) {
  const base64 = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return base64.replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
}

/** @param {string} json */
function parse(json) {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
