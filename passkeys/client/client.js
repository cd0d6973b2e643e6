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
 * @typedef {import("./client.d.ts").AutofillOptions} AutofillOptions
 * @typedef {import("./client.d.ts").Capabilities} Capabilities
 * @typedef {import("./client.d.ts").ClientOptions} ClientOptions
 * @typedef {import("./client.d.ts").Method} Method
 * @typedef {import("./client.d.ts").Passkey} Passkey
 * @typedef {import("./client.d.ts").Reason} Reason
 * @typedef {import("./client.d.ts").RegisterOptions} RegisterOptions
 * @typedef {import("./client.d.ts").StepUpOptions} StepUpOptions
 * @typedef {import("./client.d.ts").UpgradeOptions} UpgradeOptions
 * @typedef {{ mediation?: CredentialMediationRequirement, profile?: string }} Parameters
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
  const [autofill, builtIn] = await Promise.all([canAutofill(), hasBuiltIn()]);
  return { passkeys: isSupported(), autofill, builtIn, signals: listens() };
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
  register(options = {}) {
    return alone(options.signal, (signal) => {
      demandSupport();
      return this.#create(options, signal);
    });
  }

  /**
   * @template [T=unknown]
   * @param {UpgradeOptions} [options]
   * @returns {Promise<T | null>}
   */
  upgrade(options = {}) {
    const attempt = async (/** @type {AbortSignal} */ signal) => {
      if (!(await canUpgrade())) return null;
      const limit = AbortSignal.any([signal, AbortSignal.timeout(UPGRADE_LIMIT)]);
      return this.#create(options, limit, "conditional");
    };
    return unasked(options.signal, attempt, isFault);
  }

  /**
   * @param {RegisterOptions} options
   * @param {AbortSignal} signal
   * @param {CredentialMediationRequirement} [mediation]
   */
  async #create({ signUp, data, deviceName, profile }, signal, mediation) {
    elsewhere("");
    const begun = await this.#beginCreation(signUp, signal, { mediation, profile });
    const credential = await ask(signal, () => {
      const publicKey = optionsFrom("parseCreationOptionsFromJSON", begun.publicKey);
      const creation = /** @type {CredentialCreationOptions} */ ({ publicKey, mediation, signal });
      return navigator.credentials.create(creation);
    });
    // Not abortable from here on: the server may already have stored the passkey.
    return this.#finish(begun.publicKey.rp.id, {
      credential,
      state: begun.state,
      deviceName: valueOf(deviceName, credential),
      data: await valueOf(data),
    });
  }

  /**
   * @param {unknown} signUp
   * @param {AbortSignal} signal
   * @param {Parameters} parameters
   */
  #beginCreation(signUp, signal, parameters) {
    if (signUp !== undefined) {
      return this.#send("POST", "/sign-up/begin", signUp, signal, parameters);
    }
    const path = "/register/begin";
    const begun = this.#send("POST", path, undefined, signal, parameters);
    // An upgrade never asks the user, for consent neither.
    if (parameters.mediation) return begun;
    return this.#insist(begun, "POST", this.#url(path, parameters), signal);
  }

  /**
   * Finishes a registration. If the server says that it has not kept the passkey, signals that, so
   * that the browser no longer offers it.
   *
   * @param {string} rpId
   * @param {{ credential: any, state: string, deviceName?: string, data?: unknown }} finish
   */
  async #finish(rpId, finish) {
    const credentialId = finish.credential.id;
    try {
      return await this.#send("POST", "/register/finish", finish);
    } catch (error) {
      const { cause } = /** @type {any} */ (error);
      // The server says that it has not kept the passkey. A status alone says nothing: a proxy that
      // gives up responds with an error, too, and the server stores the passkey.
      const dropped = cause?.headers?.get("passkey-rolled-back") === credentialId;
      if (dropped || NOT_STORED.includes(codeOf(error))) {
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
  authenticate(options = {}) {
    return alone(options.signal, (signal) => {
      demandSupport();
      return this.#signIn(options, signal);
    });
  }

  /**
   * @template [T=unknown]
   * @param {AutofillOptions} [options]
   * @returns {Promise<T | null>}
   */
  autofill(options = {}) {
    const attempt = async (/** @type {AbortSignal} */ signal) => {
      if (!(await canAutofill())) return null;
      try {
        return await this.#signIn(options, signal, "conditional");
      } catch (error) {
        if (codeOf(error) !== "challenge_not_found") throw error;
        // The challenge expired while the page was open. The user has selected a passkey, so a
        // second, modal ceremony follows.
        return this.#signIn(options, signal);
      }
    };
    // Nobody asked for the offer, so dismissing it is not a failure.
    const isFailure = (/** @type {PasskeyError} */ { reason }) =>
      reason !== "aborted" && reason !== "cancelled";
    return unasked(options.signal, attempt, isFailure);
  }

  /**
   * @template [T=unknown]
   * @param {string} url
   * @param {StepUpOptions} [options]
   * @returns {Promise<T>}
   */
  stepUp(url, { method = "POST", body, profile, signal } = {}) {
    return alone(signal, async (signal) => {
      // A private copy: the body that the user consents to is the body that is sent.
      const json = JSON.stringify(body);
      const agreed = json && JSON.parse(json);
      const target = new URL(url, document.baseURI);
      target.hash = "";
      const consent = await this.#consent(method, target, agreed, signal, { profile });
      return request(method, target.href, { ...consent, body: agreed }, { fetch: this.#fetch });
    });
  }

  /**
   * Asks the user for consent to one request.
   *
   * @param {Method} method
   * @param {URL} target
   * @param {unknown} body
   * @param {AbortSignal} signal
   * @param {Parameters} [parameters]
   */
  async #consent(method, target, body, signal, parameters) {
    demandSupport();
    const path = target.href.slice(target.origin.length);
    // The consent is to a request to this host. The server knows its own.
    const own = new URL(this.#base, document.baseURI).host;
    const host = target.host === own ? undefined : target.host;
    const asked = { method, host, path, body };
    const begun = await this.#send("POST", "/step-up/begin", asked, signal, parameters);
    return sign(begun, signal);
  }

  /**
   * Repeats a request with the user's consent if the server has found the sign-in too old for it.
   *
   * @template T
   * @param {Promise<T>} sent
   * @param {Method} method
   * @param {string} url
   * @param {AbortSignal} [signal] of a ceremony to which the request belongs
   * @returns {Promise<T>}
   */
  async #insist(sent, method, url, signal) {
    try {
      return await sent;
    } catch (error) {
      if (codeOf(error) !== "reauthentication_required") throw error;
      const target = new URL(url, document.baseURI);
      const ceremony = (/** @type {AbortSignal} */ signal) =>
        this.#consent(method, target, undefined, signal);
      const consent = await (signal ? ceremony(signal) : alone(signal, ceremony)).catch((cause) => {
        // There is no consent without a passkey: the user has to sign in again.
        throw codeOf(cause) === "no_passkeys" ? error : cause;
      });
      return request(method, target.href, consent, { signal, fetch: this.#fetch });
    }
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
    const path = /** @type {const} */ (`/credentials/${encodeURIComponent(id)}`);
    await this.#insist(this.#send("DELETE", path), "DELETE", this.#url(path));
    // A user who deletes a passkey does not want to be offered one.
    this.declineOffer();
    this.#signalAll(id);
  }

  /** @returns {Promise<boolean>} */
  async shouldOffer() {
    if (Date.now() < declined()[0] || !(await hasBuiltIn())) return false;
    try {
      const passkeys = await this.list();
      const hasNone = !passkeys[0] || passkeys.some(({ id }) => id === elsewhere());
      return hasNone && !isBusy();
    } catch {
      return false;
    }
  }

  declineOffer() {
    const [until, days] = declined();
    const now = Date.now();
    if (now < until) return;
    const pause = Math.min(days * 4 || 7, 365);
    declined(`${now + pause * 86_400_000} ${pause}`);
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
   * @param {AuthenticateOptions} options
   * @param {AbortSignal} signal
   * @param {CredentialMediationRequirement} [mediation]
   */
  async #signIn({ userId, username, secondFactor, data, profile }, signal, mediation) {
    const who = { userId, username, secondFactor };
    const begun = await this.#send("POST", "/authenticate/begin", who, signal, { profile });
    const answer = await sign(begun, signal, mediation);
    const finish = { ...answer, data: await valueOf(data) };
    const { id, authenticatorAttachment } = answer.credential;
    try {
      const signedIn = await this.#send("POST", "/authenticate/finish", finish);
      elsewhere(authenticatorAttachment === "cross-platform" ? id : "");
      return signedIn;
    } catch (error) {
      if (codeOf(error) === "authentication_failed") this.#signalIfUnknown(id);
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
    if (!(name in browser())) return;
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
   * @param {Parameters} [parameters]
   */
  #send(method, path, body, signal, parameters) {
    return request(method, this.#url(path, parameters), body, { signal, fetch: this.#fetch });
  }

  /** @param {string} path @param {Parameters} [parameters] of the query */
  #url(path, parameters = {}) {
    // Without those that are undefined.
    const query = String(new URLSearchParams(JSON.parse(JSON.stringify(parameters))));
    return this.#base + path + (query && `?${query}`);
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
  const json = JSON.stringify(body);
  let response, text;
  try {
    response = await fetch(url, {
      method,
      signal,
      headers: json ? { "content-type": "application/json" } : {},
      body: json,
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
  throw new PasskeyError(reason, message, { code, status, cause: response });
}

/**
 * The pending ceremony. Browsers allow one at a time on a page, across all clients.
 *
 * @type {{ controller: AbortController, givesWay: boolean } | undefined}
 */
let asking;

/** Whether a ceremony is pending that the user was asked for. */
const isBusy = () => !!asking && !asking.givesWay;

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
 * Runs a ceremony by conditional mediation, which gives way to those that the user is asked for.
 *
 * @template T
 * @param {AbortSignal | undefined} signal of the page
 * @param {(signal: AbortSignal) => Promise<T | null>} task
 * @param {(error: any) => boolean} isFault whether a failure is reported
 */
async function unasked(signal, task, isFault) {
  if (isBusy()) return null;
  try {
    return await alone(signal, task, true);
  } catch (error) {
    if (isFault(error)) throw error;
    return null;
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
    navigator.credentials.get({
      publicKey: optionsFrom("parseRequestOptionsFromJSON", publicKey),
      mediation,
      signal,
    }),
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

/** The browser's interface; type libraries lack its newer methods. @type {() => any} */
const browser = () => (isSupported() ? PublicKeyCredential : {});

const canAutofill = () => asked(() => browser().isConditionalMediationAvailable?.());

const hasBuiltIn = () => asked(() => browser().isUserVerifyingPlatformAuthenticatorAvailable?.());

/** Browsers that do not know conditional creation ignore the mediation, and would ask the user. */
const canUpgrade = () =>
  asked(async () => (await browser().getClientCapabilities?.())?.conditionalCreate);

/**
 * Queries a capability of the browser; `false` if the query fails.
 *
 * @param {() => Promise<boolean | undefined> | undefined} question
 */
async function asked(question) {
  try {
    return (await question()) ?? false;
  } catch {
    return false;
  }
}

/**
 * The codes of errors after which the server has certainly not stored the new passkey, also where
 * CORS hides the header that says so.
 */
const NOT_STORED = [
  "account_already_exists",
  "attestation_verification_failed",
  "too_many_credentials",
];

/**
 * Whether a failed upgrade is a fault of the application, which its developer has to repair.
 *
 * @param {any} error
 */
const isFault = ({ reason, status }) =>
  !reason || reason === "wrong-origin" || FAULTS.includes(status);

/** A request that is malformed, from somebody who is not signed in, or to the wrong place. */
const FAULTS = [400, 401, 404, 415, 422];

/** The time in milliseconds after which a browser that does not answer will not create a passkey. */
const UPGRADE_LIMIT = 10_000;

/** @param {unknown} error */
const codeOf = (error) => /** @type {PasskeyError} */ (error).code;

/** @param {any} option a value or a function that returns it @param {unknown} [argument] */
const valueOf = (option, argument) => (typeof option === "function" ? option(argument) : option);

// The offer of a passkey

/**
 * Until when the offer is not repeated, and the days of that pause. Where nothing can be stored,
 * offers count as declined, because they could not be declined for good.
 *
 * @param {string} [value]
 */
const declined = (value) =>
  (keep(() => localStorage, "passkeys.declined", value) ?? "Infinity").split(" ").map(Number);

/** The credential ID of a sign-in with another device's passkey. @param {string} [value] */
const elsewhere = (value) => keep(() => sessionStorage, "passkeys.elsewhere", value);

/**
 * Stores a value, if one is given, and returns what is stored.
 *
 * @param {() => Storage} storage
 * @param {string} key
 * @param {string} [value] an empty one removes the entry
 * @returns {string | undefined} `undefined` where the browser stores nothing
 */
function keep(storage, key, value) {
  try {
    if (value) storage().setItem(key, value);
    if (value === "") storage().removeItem(key);
    return storage().getItem(key) ?? "";
  } catch {
    return undefined;
  }
}

/** The signals about the signed-in user. */
const SIGNALS = /** @type {const} */ (["signalAllAcceptedCredentials", "signalCurrentUserDetails"]);

const listens = () => SIGNALS.some((name) => name in browser());

/**
 * @param {string} name
 * @param {unknown} payload
 * @returns {Promise<void> | undefined}
 */
const tell = (name, payload) => browser()[name]?.(payload);

/** Not `new URL(".", import.meta.url)`, which bundlers treat as an asset. */
function ownDirectory() {
  return String(import.meta.url).replace(/\/[^/?#]*([?#].*)?$/, "");
}

// From here on: WebAuthn's JSON conversions for browsers from before 2025.

/**
 * @param {"parseCreationOptionsFromJSON" | "parseRequestOptionsFromJSON"} parser
 * @param {any} json
 * @returns {any}
 */
function optionsFrom(parser, json) {
  if (browser()[parser]) return browser()[parser](json);
  const { challenge, user, allowCredentials, excludeCredentials } = json;
  return {
    ...json,
    challenge: decode(challenge),
    user: user && descriptor(user),
    allowCredentials: allowCredentials?.map(descriptor),
    excludeCredentials: excludeCredentials?.map(descriptor),
  };
}

/** @param {any} json of a credential or user */
const descriptor = (json) => ({ ...json, id: decode(json.id) });

/** @param {PublicKeyCredential} credential */
function inJSON(credential) {
  if (typeof credential.toJSON === "function") return credential.toJSON();
  const { id, type, authenticatorAttachment } = credential;
  /** @type {any} */
  const from = credential.response;
  /** @type {Record<string, unknown>} */
  const response = { transports: from.getTransports?.() };
  for (const name of BINARY) {
    // Safari before 17.4 has an empty `userHandle` where there is none.
    if (from[name]?.byteLength) response[name] = encode(from[name]);
  }
  const clientExtensionResults = credential.getClientExtensionResults();
  const rawId = encode(credential.rawId);
  return { id, rawId, type, authenticatorAttachment, clientExtensionResults, response };
}

/** The binary members of responses. */
const BINARY = [
  "clientDataJSON",
  "attestationObject",
  "authenticatorData",
  "signature",
  "userHandle",
];

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
