// @ts-check
/**
 * WebAuthn's JSON conversions, for browsers from before 2025, and for credentials of password managers
 * whose `toJSON()` is missing, fails or is incomplete. `client.js` imports this module only where it
 * is needed.
 */

/**
 * Returns the options for `navigator.credentials` from their JSON form.
 *
 * @param {any} json
 * @returns {any}
 */
export function parseCreationOptionsFromJSON(json) {
  const { challenge, user, excludeCredentials } = json;
  return {
    ...json,
    challenge: decode(challenge),
    user: descriptor(user),
    excludeCredentials: excludeCredentials?.map(descriptor),
  };
}

/**
 * Returns the options for `navigator.credentials` from their JSON form.
 *
 * @param {any} json
 * @returns {any}
 */
export function parseRequestOptionsFromJSON(json) {
  const { challenge, allowCredentials } = json;
  return {
    ...json,
    challenge: decode(challenge),
    allowCredentials: allowCredentials?.map(descriptor),
  };
}

/**
 * Returns the JSON form of a credential. Password managers create plain objects with the prototype
 * `PublicKeyCredential.prototype`, on which every inherited method and getter throws ("Illegal
 * invocation"): each step uses what can be read.
 *
 * @param {any} credential
 * @throws {TypeError} if the result would not verify, whatever the server does
 */
export function credentialFrom(credential) {
  const from = read(credential, "response");
  /** @type {Record<string, any>} */
  const response = {
    ...texts(from, ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]),
    transports: call(from, "getTransports") ?? read(from, "transports"),
  };
  const { rawId = text(read(credential, "id")) } = texts(credential, ["rawId"]);
  const { clientDataJSON, attestationObject, authenticatorData, signature } = response;
  if (!rawId || !clientDataJSON || !(attestationObject || (authenticatorData && signature))) {
    throw new TypeError("The credential lacks its ID or a part of its response.");
  }
  return {
    id: rawId,
    rawId,
    type: "public-key",
    authenticatorAttachment: read(credential, "authenticatorAttachment") ?? undefined,
    clientExtensionResults: call(credential, "getClientExtensionResults") ?? {},
    response,
  };
}

/**
 * Returns the binary members with these names that have content, in base64url.
 *
 * @param {any} from
 * @param {string[]} names
 * @returns {Record<string, string>}
 */
function texts(from, names) {
  const members = names.map((name) => [name, text(read(from, name))]);
  return Object.fromEntries(members.filter(([, value]) => value));
}

/** @param {any} from @param {string} name @returns {any} `undefined` if the getter throws */
function read(from, name) {
  try {
    return from[name];
  } catch {
    return undefined;
  }
}

/** @param {any} from @param {string} method @returns {any} `undefined` if it is missing or throws */
function call(from, method) {
  try {
    return from[method]();
  } catch {
    return undefined;
  }
}

/**
 * Returns bytes in base64url; `undefined` for another value.
 *
 * @param {any} value an array of bytes in one of its forms, or already base64 or base64url
 */
function text(value) {
  if (typeof value === "string") return unpadded(value);
  if (!value || typeof value !== "object") return undefined;
  // Not `instanceof`, since a manager's buffers may be of another realm.
  const { buffer = value, byteOffset, byteLength } = value;
  const bytes = ArrayBuffer.isView(value) ? new Uint8Array(buffer, byteOffset, byteLength) : new Uint8Array(value);
  return unpadded(btoa(String.fromCharCode(...bytes)));
}

/** @param {string} base64 */
const unpadded = (base64) => base64.replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");

/** @param {any} json of a credential or user */
const descriptor = (json) => ({ ...json, id: decode(json.id) });

/** @param {string} base64url */
function decode(base64url) {
  const base64 = base64url.replace(/-/g, "+").replace(/_/g, "/");
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
