// @ts-check
/**
 * Extensions of WebAuthn whose results stay in the page: keys that are derived from a passkey (`prf`), and
 * data that is stored with one (`largeBlob`). Pages import this module themselves. `extensions.d.ts`
 * documents the exports.
 *
 * ```js
 * import { passkeys } from "/auth/passkeys/client.js";
 * import { Extensions, deriveKey } from "/auth/passkeys/extensions.js";
 *
 * const extensions = new Extensions({ prf: { first: "notes" } });
 * await passkeys.authenticate({ extensions });
 * const key = await deriveKey(extensions.results.prf.first, "notes");
 * ```
 */

/**
 * @typedef {import("./extensions.d.ts").Bytes} Bytes
 * @typedef {import("./extensions.d.ts").ExtensionInputs} ExtensionInputs
 * @typedef {import("./extensions.d.ts").PrfSalts} PrfSalts
 */

/** @template {ExtensionInputs} [I=ExtensionInputs] */
export class Extensions {
  /** @type {ExtensionInputs} */
  #inputs;
  /** @type {any} */
  #results = empty();

  /** @param {I} inputs */
  constructor(inputs) {
    const { prf, largeBlob } = inputs;
    if (prf && prf.first === undefined && !prf.byCredential) {
      throw new TypeError("`prf` needs `first`, or `byCredential` with a `first` for each");
    }
    if (largeBlob && !!largeBlob.read === (largeBlob.write !== undefined)) {
      throw new TypeError("`largeBlob` needs either `read: true` or `write`");
    }
    this.#inputs = inputs;
  }

  get results() {
    return this.#results;
  }

  /** @param {any} options */
  create(options) {
    const { extensions } = options.publicKey;
    const { first, second } = this.#inputs.prf ?? {};
    // The server decides which extensions a new passkey has.
    const evaluates = extensions?.prf && first !== undefined;
    const inputs = evaluates ? { prf: { eval: salts({ first, second }) } } : {};
    return this.#run("create", options, { extensions: { ...extensions, ...inputs } });
  }

  /** @param {any} options */
  get(options) {
    const { extensions, allowCredentials = [] } = options.publicKey;
    const { prf, largeBlob } = this.#inputs;
    const allowed = target(allowCredentials, largeBlob?.credentialId);
    const inputs = {
      ...(prf && { prf: evaluation(prf, allowed) }),
      ...(largeBlob?.read && { largeBlob: { read: true } }),
      ...(largeBlob?.write !== undefined && { largeBlob: { write: bytes(largeBlob.write) } }),
    };
    const members = { extensions: { ...extensions, ...inputs }, allowCredentials: allowed };
    return this.#run("get", options, members);
  }

  /**
   * Runs the ceremony with these members of the options, keeps the results, and returns the credential
   * without them.
   *
   * @param {"create" | "get"} method
   * @param {any} options
   * @param {object} members
   */
  async #run(method, options, members) {
    // Those of another ceremony are not those of this one, also if it fails.
    this.#results = empty();
    const publicKey = { ...options.publicKey, ...members };
    const credential = await navigator.credentials[method]({ ...options, publicKey });
    if (!credential) return credential;
    this.#results = results(credential);
    return withoutSecrets(credential);
  }
}

/**
 * @param {BufferSource} secret
 * @param {string} purpose
 * @param {AesKeyGenParams | HmacKeyGenParams} [algorithm]
 * @param {KeyUsage[]} [usages]
 */
export async function deriveKey(
  secret,
  purpose,
  algorithm = { name: "AES-GCM", length: 256 },
  usages = ["encrypt", "decrypt"],
) {
  if (!secret) throw new TypeError("there is no secret: the passkey has no results of `prf`");
  const material = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const hkdf = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: bytes(purpose) };
  return crypto.subtle.deriveKey(hkdf, material, algorithm, false, usages);
}

const empty = () => ({ credentialId: undefined, prf: {}, largeBlob: {} });

/**
 * Returns the inputs of `prf` for a sign-in. Browsers reject those of passkeys that are not asked for.
 *
 * @param {NonNullable<ExtensionInputs["prf"]>} prf
 * @param {{ id: BufferSource }[]} allowed
 */
function evaluation({ first, second, byCredential = {} }, allowed) {
  const ids = allowed.map(({ id }) => text(id)).filter((id) => id in byCredential);
  const entries = ids.map((id) => [id, salts(byCredential[id])]);
  return {
    ...(first !== undefined && { eval: salts({ first, second }) }),
    ...(entries.length && { evalByCredential: Object.fromEntries(entries) }),
  };
}

/** @param {PrfSalts | { first: any, second: any }} inputs */
const salts = ({ first, second }) => ({
  first: bytes(first),
  ...(second !== undefined && { second: bytes(second) }),
});

/**
 * Returns the list of passkeys that the user may use: the one that is to be read or written, if it is
 * named. Browsers write to a passkey only if it is the only one that is asked for.
 *
 * @param {any[]} allowed by the server; any passkey of the user without a list
 * @param {string} [id]
 */
function target(allowed, id) {
  if (id === undefined) return allowed;
  const found = allowed.filter((it) => text(it.id) === id);
  return found.length ? found : [{ type: "public-key", id: decode(id) }];
}

/** @param {any} credential */
function results(credential) {
  const outputs = outputsOf(credential);
  const { first, second } = outputs.prf?.results ?? {};
  const { supported, written, blob } = outputs.largeBlob ?? {};
  return {
    credentialId: credential.id,
    prf: { enabled: outputs.prf?.enabled, first: received(first), second: received(second) },
    largeBlob: { supported, written, blob: received(blob) },
  };
}

/**
 * Returns the results of the extensions. Password managers return objects on which methods throw.
 *
 * @param {any} credential
 */
function outputsOf(credential) {
  const ways = [
    () => credential.getClientExtensionResults(),
    () => credential.toJSON().clientExtensionResults,
  ];
  for (const way of ways) {
    try {
      const outputs = way();
      if (outputs && typeof outputs === "object") return outputs;
    } catch {
      // The next way.
    }
  }
  return {};
}

/**
 * Returns a credential that has no secrets in it, whichever way it is read.
 *
 * @param {any} credential
 */
function withoutSecrets(credential) {
  return {
    get id() {
      return credential.id;
    },
    get rawId() {
      return credential.rawId;
    },
    get response() {
      return credential.response;
    },
    get authenticatorAttachment() {
      return credential.authenticatorAttachment;
    },
    getClientExtensionResults: () => publicPart(outputsOf(credential)),
    toJSON() {
      const json = credential.toJSON();
      return { ...json, clientExtensionResults: publicPart(json.clientExtensionResults) };
    },
  };
}

/**
 * Returns the results of extensions that the server may have.
 *
 * @param {any} outputs
 */
function publicPart(outputs) {
  const { prf, largeBlob, ...others } = outputs ?? {};
  const { supported, written } = largeBlob ?? {};
  return {
    ...others,
    ...(prf && { prf: { enabled: prf.enabled } }),
    ...(largeBlob && { largeBlob: { supported, written } }),
  };
}

/** @param {Bytes} value @returns {BufferSource} */
const bytes = (value) => (typeof value === "string" ? new TextEncoder().encode(value) : value);

/**
 * Returns bytes that a browser or a password manager has returned, in their own memory.
 *
 * @param {any} value a buffer, a view, or base64url
 */
function received(value) {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string") return decode(value);
  const { buffer = value, byteOffset, byteLength } = value;
  return ArrayBuffer.isView(value) ? new Uint8Array(buffer, byteOffset, byteLength).slice() : new Uint8Array(value);
}

/** @param {any} source of bytes @returns {string} in base64url */
const text = (source) =>
  btoa(String.fromCharCode(.../** @type {Uint8Array} */ (received(source))))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=/g, "");

/** @param {string} base64url */
function decode(base64url) {
  const base64 = base64url.replace(/-/g, "+").replace(/_/g, "/");
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
