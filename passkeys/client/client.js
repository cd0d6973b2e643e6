// @ts-check
/**
 * Passkeys in the browser: speaks to the routes of the `passkeys` crate, and turns what can go
 * wrong into reasons that a page can put into words. No dependencies, no build step. What is
 * exported is described in `client.d.ts`.
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
      // From here on the server decides, so nothing is aborted that may already have happened.
      const finish = { credential, state: begun.state, deviceName: name };
      return this.#send("POST", "/register/finish", finish);
    });
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
    // Waiting in a field gives way to what the person was asked to their face.
    if (asking && !asking.givesWay) return null;
    const attempt = async (/** @type {AbortSignal} */ signal) => {
      if (!(await canAutofill())) return null;
      try {
        return await this.#signIn({}, signal, "conditional");
      } catch (error) {
        if (/** @type {PasskeyError} */ (error).code !== "challenge_not_found") throw error;
        // The page stood open for longer than the server waits. The person did pick a passkey:
        // they are asked once more, directly.
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
      // A copy that nobody else has: what the person agrees to is what is sent afterwards.
      const json = JSON.stringify(body);
      const agreed = json && JSON.parse(json);
      const asked = { method, path, body: agreed };
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
    // Not waited for, here and below: the page goes on.
    this.signal();
  }

  /**
   * @param {string} id
   * @returns {Promise<void>}
   */
  async remove(id) {
    await this.#send("DELETE", `/credentials/${encodeURIComponent(id)}`);
    this.signal();
  }

  /** @returns {Promise<boolean>} */
  async signal() {
    if (!listens()) return false;
    try {
      const signals = await this.#send("GET", "/signals");
      await Promise.all(SIGNALS.map((name) => tell(name, signals[name])));
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
   * Only the server knows whether a passkey that was refused is one that nobody knows. Where it
   * cannot be sure, or should not tell, it answers nothing; a passkey that works must stay.
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
      // The browser goes on offering it, as it did.
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
    throw new PasskeyError(reason, `no answer from ${url}`, { cause });
  }
  const answer = parse(text);
  if (response.ok) return answer;
  const { status } = response;
  const { code = "", message = `${url} answered ${status}` } = answer?.error ?? {};
  const reason = code === "credential_already_exists" ? "already-registered" : "server";
  throw new PasskeyError(reason, message, { code, status });
}

/**
 * What a person is being asked. Browsers allow one question at a time on a whole page, whichever
 * client asks it.
 *
 * @type {{ controller: AbortController, givesWay: boolean } | undefined}
 */
let asking;

/**
 * Runs what asks the person something, and aborts what was asked before.
 *
 * @template T
 * @param {AbortSignal | undefined} signal the page's
 * @param {(signal: AbortSignal) => Promise<T>} task
 * @param {boolean} [givesWay]
 */
async function alone(signal, task, givesWay = false) {
  asking?.controller.abort();
  const controller = new AbortController();
  const turn = (asking = { controller, givesWay });
  // `AbortSignal.any` is younger than passkeys are.
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
 * Has the person sign what was begun with a passkey.
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
 * Runs a ceremony in the browser and gives its outcome in the form that the server reads.
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

/** What the names that WebAuthn gives its exceptions mean. @type {Record<string, Reason>} */
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
 * A browser's answer to whether it can do something; one that fails to answer cannot.
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

/** What the server has signals for, at any time, about whoever is signed in. */
const SIGNALS = /** @type {const} */ (["signalAllAcceptedCredentials", "signalCurrentUserDetails"]);

/** The methods are too young for every library of types. @type {() => any} */
const signalling = () => (isSupported() ? PublicKeyCredential : {});

const listens = () => SIGNALS.some((name) => typeof signalling()[name] === "function");

/**
 * @param {string} name
 * @param {unknown} payload
 * @returns {Promise<void> | undefined}
 */
const tell = (name, payload) => signalling()[name]?.(payload);

/** Not `new URL(".", import.meta.url)`, which bundlers take for a file to be bundled. */
function ownDirectory() {
  return String(import.meta.url).replace(/\/[^/?#]*([?#].*)?$/, "");
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
