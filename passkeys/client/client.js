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
 * @typedef {import("./client.d.ts").Code} Code
 * @typedef {import("./client.d.ts").Method} Method
 * @typedef {import("./client.d.ts").Passkey} Passkey
 * @typedef {import("./client.d.ts").Reason} Reason
 * @typedef {import("./client.d.ts").RegisterOptions} RegisterOptions
 * @typedef {import("./client.d.ts").StepUpOptions} StepUpOptions
 * @typedef {import("./client.d.ts").UpgradeOptions} UpgradeOptions
 * @typedef {import("./client.d.ts").ImmediateOptions} ImmediateOptions
 * @typedef {{ mediation?: CredentialMediationRequirement, profile?: string }} Parameters
 * @typedef {import("./client.d.ts").CeremonyExtensions} CeremonyExtensions
 * @typedef {{
 *   mediation?: CredentialMediationRequirement,
 *   uiMode?: "immediate",
 *   extensions?: CeremonyExtensions,
 * }} Mode
 */

class PasskeyError extends Error {
  name = "PasskeyError";
  /** @type {Code} */
  code = "";
  status = 0;
  /** @type {unknown} */
  body;
  text = "";
  /** @type {unknown} */
  cause;

  /**
   * @param {Reason} reason
   * @param {string} message
   * @param {{ code?: Code, status?: number, body?: unknown, text?: string, cause?: unknown }} [details]
   */
  constructor(reason, message, details) {
    super(message);
    this.reason = reason;
    Object.assign(this, details);
  }
}

function isSupported() {
  return typeof PublicKeyCredential === "function" && !!navigator.credentials?.create;
}

/** @returns {Promise<Capabilities>} */
async function capabilities() {
  const module = await loaded(import("./capabilities.js"));
  return module.capabilities(isSupported());
}

class PasskeyClient {
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
    return alone(options.signal, (signal) => this.#create(options, signal));
  }

  /**
   * @template [T=unknown]
   * @param {UpgradeOptions} [options]
   * @returns {Promise<T | null>}
   */
  upgrade(options = {}) {
    const attempt = async (/** @type {AbortSignal} */ signal) => {
      if (!(await tells("conditionalCreate"))) return null;
      const limit = AbortSignal.any([signal, AbortSignal.timeout(UPGRADE_LIMIT)]);
      return this.#create(options, limit, "conditional");
    };
    return unasked(options.signal, attempt, isFault);
  }

  /**
   * Creates a passkey. If the server does not keep it, signals that, so that the browser no longer
   * offers it.
   *
   * @param {RegisterOptions} options
   * @param {AbortSignal} signal
   * @param {CredentialMediationRequirement} [mediation]
   */
  async #create({ signUp, data, deviceName, profile, extensions }, signal, mediation) {
    elsewhere("");
    const begun = await this.#beginCreation(signUp, signal, { mediation, profile });
    const mode = { mediation, signal, extensions };
    const { credential, state } = await this.#prompt("create", begun, mode);
    /** @type {{ credential: any, state: string, deviceName?: string, data?: unknown } | undefined} */
    let finish;
    try {
      // Functions of the page may fail. Their errors stay as they are.
      const name = valueOf(deviceName, credential);
      finish = { credential, state, deviceName: name, data: await valueOf(data) };
      // Not abortable: the server may already have stored the passkey.
      return await this.#send("POST", "/register/finish", finish);
    } catch (error) {
      if (!finish || isNotStored(error, credential.id)) {
        // Not awaited, so that the signal does not delay the page.
        tell(UNKNOWN, { rpId: begun.publicKey.rp.id, credentialId: credential.id })?.catch(() => {});
      }
      throw error;
    }
  }

  /**
   * @param {unknown} signUp
   * @param {AbortSignal} signal
   * @param {Parameters} parameters
   */
  #beginCreation(signUp, signal, parameters) {
    const isSignUp = signUp !== undefined;
    const path = isSignUp ? "/sign-up/begin" : "/register/begin";
    const begun = this.#send("POST", path, signUp, signal, parameters);
    // An upgrade never asks the user, for consent neither.
    if (isSignUp || parameters.mediation) return begun;
    return this.#insist(begun, "POST", this.#url(path, parameters), signal);
  }

  /**
   * @template [T=unknown]
   * @param {AuthenticateOptions} [options]
   * @returns {Promise<T>}
   */
  authenticate(options = {}) {
    return alone(options.signal, (signal) => this.#signIn(options, signal));
  }

  /**
   * @template [T=unknown]
   * @param {AutofillOptions} [options]
   * @returns {Promise<T | null>}
   */
  autofill(options = {}) {
    const attempt = async (/** @type {AbortSignal} */ signal) => {
      if (!(await asked(() => browser().isConditionalMediationAvailable()))) return null;
      return this.#signIn(options, signal, { mediation: "conditional" }).catch((error) => {
        if (codeOf(error) !== "challenge_not_found") throw error;
        // The challenge expired while the page was open. The user has selected a passkey, so a
        // second, modal ceremony follows.
        return this.#signIn(options, signal);
      });
    };
    return unasked(options.signal, attempt, isNews);
  }

  /**
   * @template [T=unknown]
   * @param {ImmediateOptions} [options]
   * @returns {Promise<T | null>}
   */
  immediate(options = {}) {
    const attempt = async (/** @type {AbortSignal} */ signal) =>
      (await tells("immediateGet")) ? this.#signIn(options, signal, { uiMode: "immediate" }) : null;
    return unasked(options.signal, attempt, isNews, false);
  }

  /**
   * @template [T=unknown]
   * @param {string} url
   * @param {StepUpOptions} [options]
   * @returns {Promise<T>}
   */
  stepUp(url, { method = "POST", body, profile, signal, extensions } = {}) {
    return alone(signal, async (signal) => {
      // A private copy: the body that the user consents to is the body that is sent.
      const agreed = parse(JSON.stringify(body));
      const target = absolute(url);
      target.hash = "";
      const consent = await this.#consent(method, target, agreed, signal, { profile }, { extensions });
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
   * @param {Mode} [mode]
   */
  async #consent(method, target, body, signal, parameters, mode) {
    const path = target.href.slice(target.origin.length);
    // The consent is to a request to this host. The server knows its own.
    const own = absolute(this.#base).host;
    const host = target.host === own ? undefined : target.host;
    const asked = { method, host, path, body };
    const begun = await this.#send("POST", "/step-up/begin", asked, signal, parameters);
    return this.#prompt("get", begun, { ...mode, signal });
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
      const target = absolute(url);
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
  async list() {
    const passkeys = await this.#send("GET", "/credentials");
    return expect(Array.isArray(passkeys), passkeys);
  }

  /**
   * @param {string} id
   * @param {string} deviceName
   * @returns {Promise<void>}
   */
  async rename(id, deviceName) {
    await this.#send("PATCH", pathOf(id), { deviceName });
    // Not awaited, here and below, so that signals do not delay the page.
    this.signal();
  }

  /**
   * @param {string} id
   * @returns {Promise<void>}
   */
  async remove(id) {
    const path = pathOf(id);
    await this.#insist(this.#send("DELETE", path), "DELETE", this.#url(path));
    // A user who deletes a passkey does not want to be offered one.
    this.declineOffer();
    this.#signalAll(id);
  }

  /** @returns {Promise<boolean>} */
  async shouldOffer() {
    if (Date.now() < declined()[0]) return false;
    try {
      if (!(await browser().isUserVerifyingPlatformAuthenticatorAvailable())) return false;
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
      if (removed) told.push(tell(UNKNOWN, { rpId, credentialId: removed }));
      await Promise.all(told);
      return true;
    } catch {
      return false;
    }
  }

  /**
   * @param {AuthenticateOptions} options
   * @param {AbortSignal} signal
   * @param {Mode} [mode]
   */
  async #signIn({ userId, username, secondFactor, data, profile, extensions }, signal, mode) {
    const who = { userId, username, secondFactor };
    const begun = await this.#send("POST", "/authenticate/begin", who, signal, { profile });
    const answer = await this.#prompt("get", begun, { ...mode, signal, extensions });
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
   * Runs a ceremony that was begun in the browser. Where the server wants to know how prompts end, a
   * module of its own reports that.
   *
   * @param {"create" | "get"} method
   * @param {any} begun
   * @param {Mode & { signal: AbortSignal }} mode
   */
  async #prompt(method, begun, mode) {
    const { publicKey, state, reportAs } = expect(begun?.publicKey && begun.state, begun);
    const credential = ask(method, publicKey, mode);
    // Not awaited, and silent, so that a report neither delays the page nor fails.
    if (reportAs) {
      const reporter = import("./outcomes.js");
      reporter.then((it) => it.report(credential, this.#url("/outcomes"), begun, mode)).catch(() => {});
    }
    return { credential: await credential, state };
  }

  /**
   * Asks the server whether a rejected credential is unknown. It responds with nothing if it is not
   * sure or must not tell (user enumeration), because a passkey that works must stay.
   *
   * @param {string} credentialId
   */
  async #signalIfUnknown(credentialId) {
    if (!(UNKNOWN in browser())) return;
    try {
      const unknown = await this.#send("POST", "/signals/unknown", { credentialId });
      if (unknown) await tell(UNKNOWN, unknown);
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
    const query = String(new URLSearchParams(parse(JSON.stringify(parameters))));
    return this.#base + path + (query && `?${query}`);
  }
}

const passkeys = new PasskeyClient();

/**
 * @param {Method} method
 * @param {string} url
 * @param {unknown} [body]
 * @param {{ signal?: AbortSignal, fetch?: typeof fetch }} [options]
 * @returns {Promise<any>}
 */
async function request(method, url, body, { signal, fetch = globalThis.fetch } = {}) {
  const sent = JSON.stringify(body);
  let response, text;
  try {
    response = await fetch(url, {
      method,
      signal,
      headers: sent ? { "content-type": "application/json" } : {},
      body: sent,
    });
    text = await response.text();
  } catch (cause) {
    const reason = signal?.aborted ? "aborted" : "unreachable";
    fail(reason, `no response from ${url}`, { cause });
  }
  const { ok, status } = response;
  const type = response.headers.get("content-type") ?? "";
  const json = parse(text);
  const answer = /\bjson\b/i.test(type) ? json : /^text\/plain\b/i.test(type) ? text : undefined;
  if (ok && (!text || answer !== undefined)) return text ? answer : undefined;
  const said = `${url} responded with ${status} ${type}`;
  const details = { status, body: json, text, cause: response };
  // A page, or a redirect to one, is no response to a request from a script.
  expect(status >= 400, json, said, details);
  const { code = "", message = said } = json?.error ?? {};
  const reason = code === "credential_already_exists" ? "already-registered" : "server";
  fail(reason, message, { code, ...details });
}

/**
 * Returns a response, if it is one to the request.
 *
 * @template T
 * @param {unknown} isOne
 * @param {T} answer
 * @param {string} [message]
 * @param {object} [details]
 */
function expect(isOne, answer, message = "not a response of the routes", details = { body: answer }) {
  if (isOne) return answer;
  fail("unexpected-response", message, details);
}

/**
 * @param {Reason} reason
 * @param {string} message
 * @param {ConstructorParameters<typeof PasskeyError>[2]} [details]
 * @returns {never}
 */
function fail(reason, message, details) {
  throw new PasskeyError(reason, message, details);
}

/** @param {string} url */
const absolute = (url) => new URL(url, document.baseURI);

/** @param {string} id of a credential */
const pathOf = (id) => /** @type {const} */ (`/credentials/${encodeURIComponent(id)}`);

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
  if (!isSupported()) fail("not-supported", "no passkeys here");
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
 * Runs a ceremony that the user has not asked for, unless one is pending that they have.
 *
 * @template T
 * @param {AbortSignal | undefined} signal of the page
 * @param {(signal: AbortSignal) => Promise<T | null>} task
 * @param {(error: any) => boolean} isFault whether a failure is reported
 * @param {boolean} [givesWay] as conditional mediation does
 */
async function unasked(signal, task, isFault, givesWay = true) {
  if (isBusy()) return null;
  try {
    return await alone(signal, task, givesWay);
  } catch (error) {
    if (isFault(error)) throw error;
    return null;
  }
}

/**
 * Runs a ceremony in the browser and returns the credential as JSON.
 *
 * @param {"create" | "get"} method
 * @param {unknown} json
 * @param {Mode & { signal: AbortSignal }} mode
 */
async function ask(method, json, { extensions = navigator.credentials, ...mode }) {
  const parser = PARSERS[method];
  const converter = parser in browser() ? browser() : await loaded(fallback());
  let credential;
  try {
    credential = await extensions[method]({ ...mode, publicKey: converter[parser](json) });
    if (!credential) throw new DOMException("no credential", "NotAllowedError");
  } catch (cause) {
    // Password managers reject with all kinds of values.
    const { name = "", message = "" } = /** @type {Partial<Error>} */ (cause ?? {});
    const reason = mode.signal.aborted ? "aborted" : reasonFor(method, name, message);
    fail(reason, message, { cause });
  }
  return inJSON(credential);
}

/** The methods that convert options from JSON. */
const PARSERS = /** @type {const} */ ({
  create: "parseCreationOptionsFromJSON",
  get: "parseRequestOptionsFromJSON",
});

/**
 * @param {"create" | "get"} method
 * @param {string} name of the browser's exception
 * @param {string} message
 * @returns {Reason}
 */
function reasonFor(method, name, message) {
  if (name === "InvalidStateError" && method === "create") return "already-registered";
  if (name === "NotAllowedError" && POLICY.test(message)) return "not-allowed-here";
  return REASONS[name] ?? "failed";
}

/** The messages of Chromium and Safari where the page or its frame must not use passkeys. */
const POLICY = /Permissions Policy|ancestors/;

/** Reasons by the name of the browser's exception. @type {Record<string, Reason>} */
const REASONS = {
  AbortError: "cancelled",
  ConstraintError: "not-supported",
  EncodingError: "invalid-options",
  NotAllowedError: "cancelled",
  NotSupportedError: "not-supported",
  OperationError: "busy",
  RangeError: "invalid-options",
  SecurityError: "wrong-origin",
  TimeoutError: "cancelled",
  TypeError: "invalid-options",
};

/** The browser's interface; type libraries lack its newer methods. @type {() => any} */
const browser = () => (isSupported() ? PublicKeyCredential : {});

/**
 * Whether the browser says that it has a capability. Without that, one that does not know conditional
 * creation or immediate mediation would ignore it, and show its dialog.
 *
 * @param {string} capability
 */
const tells = (capability) => asked(async () => (await browser().getClientCapabilities())[capability]);

/**
 * Queries the browser; `undefined` if it does not know the query, or the query fails.
 *
 * @param {() => Promise<boolean>} question
 */
async function asked(question) {
  try {
    return await question();
  } catch {
    // Unknown.
  }
}

/**
 * Whether the server has certainly not kept a new passkey. A status alone says nothing: a proxy that
 * gives up responds with an error, too, and the server stores the passkey.
 *
 * @param {any} error
 * @param {string} id of the credential
 */
const isNotStored = (error, id) =>
  // It was not sent, or the server says so.
  !error.reason ||
  error.cause?.headers?.get("passkey-rolled-back") === id ||
  NOT_STORED.includes(codeOf(error));

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
  reason === "server" ? FAULTS.includes(status) : isNews({ reason }) && !FAILURES.includes(reason);

/** A request that is malformed, from somebody who is not signed in, or to the wrong place. */
const FAULTS = [400, 401, 404, 415, 422];

const FAILURES = ["already-registered", "failed", "unreachable"];

/**
 * Whether a failure is news to the page where nobody asked for a passkey.
 *
 * @param {{ reason: Reason }} error
 */
const isNews = ({ reason }) =>
  !["aborted", "busy", "cancelled", "not-supported"].includes(reason);

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
  (keep("localStorage", "passkeys.declined", value) ?? "Infinity").split(" ").map(Number);

/** The credential ID of a sign-in with another device's passkey. @param {string} [value] */
const elsewhere = (value) => keep("sessionStorage", "passkeys.elsewhere", value);

/**
 * Stores a value, if one is given, and returns what is stored.
 *
 * @param {"localStorage" | "sessionStorage"} storage
 * @param {string} key
 * @param {string} [value] an empty one removes the entry
 * @returns {string | undefined} `undefined` where the browser stores nothing
 */
function keep(storage, key, value) {
  try {
    const items = globalThis[storage];
    if (value) items.setItem(key, value);
    if (value === "") items.removeItem(key);
    return items.getItem(key) ?? "";
  } catch {
    // Storage is forbidden.
  }
}

/** The signals about the signed-in user. */
const SIGNALS = /** @type {const} */ (["signalAllAcceptedCredentials", "signalCurrentUserDetails"]);

const UNKNOWN = "signalUnknownCredential";

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

// WebAuthn's JSON conversions

/** For browsers from before 2025 and for password managers. Bundlers follow this import. */
const fallback = () => import("./fallback.js");

// In advance, because some browsers forget the user's click while a module loads.
if (isSupported() && !(PARSERS.get in browser())) fallback().catch(() => {});

/**
 * Returns the JSON form of a credential, which may be a password manager's imitation of one.
 *
 * @param {any} credential
 */
async function inJSON(credential) {
  try {
    const json = credential.toJSON();
    const { clientDataJSON, userHandle } = json.response;
    // Some have an empty user handle where there is none.
    if (json.rawId.trim() && clientDataJSON.trim() && userHandle !== "") return json;
  } catch {
    // It is missing, or fails, or is incomplete.
  }
  try {
    return (await fallback()).credentialFrom(credential);
  } catch (cause) {
    fail("unreadable", "unreadable credential", { cause });
  }
}

/**
 * @template T
 * @param {Promise<T>} module
 */
const loaded = (module) =>
  module.catch((cause) => {
    fail("unreachable", "a module did not load", { cause });
  });

/** @param {string} json @returns {any} `undefined` if it is none */
function parse(json) {
  try {
    return JSON.parse(json);
  } catch {
    // Not JSON.
  }
}

// Here, and not where they are declared, so that their names get shorter when the module is minified.
export { PasskeyClient, PasskeyError, capabilities, isSupported, passkeys, request };
