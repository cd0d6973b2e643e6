// @ts-check
/** The page: notes, encrypted with a key that only the user's passkeys give. */

import { PasskeyError, isSupported, passkeys, request } from "/auth/passkeys/client.js";
import { Extensions, deriveKey } from "/auth/passkeys/extensions.js";

/** @typedef {{ name: string, keys: Record<string, string>, notes: string[] }} Vault */

/** @type {(id: string) => any} */
const $ = (id) => document.getElementById(id);

/** The key of the notes, while they are open. Reloading the page forgets it. @type {CryptoKey | undefined} */
let key;

$("sign-up").addEventListener("submit", (/** @type {SubmitEvent} */ event) => {
  event.preventDefault();
  const signUp = { name: $("name").value.trim() };
  perform(event.submitter, "Nothing was created: you cancelled, or it took too long.", async (signal) => {
    const extensions = secretOfNotes();
    /** @type {Vault} */
    const vault = await passkeys.register({ signUp, extensions, signal });
    const created = await crypto.subtle.generateKey(AES, true, ["encrypt", "decrypt"]);
    await keep(created, await opened(extensions, signal));
    key = created;
    await show(vault);
    $("owner").focus();
  });
});

$("sign-in").addEventListener("click", () => {
  const words = "Not opened. Either you cancelled, or this device has no passkey for notes here.";
  perform($("sign-in"), words, async (signal) => {
    const extensions = secretOfNotes();
    /** @type {Vault} */
    const vault = await passkeys.authenticate({ extensions, signal });
    key = await unwrapped(vault, extensions);
    await show(vault);
    $("owner").focus();
  });
});

$("write").addEventListener("submit", (/** @type {SubmitEvent} */ event) => {
  event.preventDefault();
  perform(event.submitter, "", async (signal) => {
    const note = await encrypt(new TextEncoder().encode($("note").value), opening());
    await request("POST", "/vault/notes", note, { signal });
    $("write").reset();
    await show(await request("GET", "/vault", undefined, { signal }));
    say("Saved. The server cannot read it.");
  });
});

$("add").addEventListener("click", () =>
  perform($("add"), "No passkey was added: you cancelled, or it took too long.", async (signal) => {
    const extensions = secretOfNotes();
    await passkeys.register({ extensions, signal });
    await keep(opening(), await opened(extensions, signal));
    say("Added. It opens your notes, too.");
  }),
);

$("sign-out").addEventListener("click", () =>
  perform($("sign-out"), "", async (signal) => {
    await request("POST", "/sign-out", undefined, { signal });
    close();
    $("welcome").focus();
    say("You are signed out, and your notes are closed.");
  }),
);

// Keys

const AES = { name: "AES-GCM", length: 256 };

/** Asks the passkey for the secret of this purpose: always the same, and another one for each passkey. */
const secretOfNotes = () => new Extensions({ prf: { first: "encrypted notes, version 1" } });

/**
 * Returns the extensions of a new passkey with its secret. Most authenticators give it only to a sign-in, so
 * the user is asked once more.
 *
 * @param {ReturnType<typeof secretOfNotes>} created
 * @param {AbortSignal} signal
 */
async function opened(created, signal) {
  const { prf, credentialId } = created.results;
  if (prf.first) return created;
  if (!prf.enabled) throw new Error(WORDS.no_prf);
  const extensions = secretOfNotes();
  await passkeys.authenticate({ extensions, signal });
  if (extensions.results.credentialId !== credentialId) throw new Error("Please confirm with the new passkey.");
  return extensions;
}

/** @param {ReturnType<typeof secretOfNotes>} extensions */
function wrapping({ results: { prf, credentialId } }) {
  if (!prf.first || !credentialId) throw new Error(WORDS.no_prf);
  return deriveKey(prf.first, "key of the notes", AES, ["wrapKey", "unwrapKey"]);
}

/** The passkey that a wrapped key is for is part of what is authenticated. @param {string | undefined} id */
const bound = (id) => new TextEncoder().encode(id);

/**
 * Stores the key of the notes at the server, encrypted for a passkey.
 *
 * @param {CryptoKey} key
 * @param {ReturnType<typeof secretOfNotes>} extensions
 */
async function keep(key, extensions) {
  const id = extensions.results.credentialId;
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const algorithm = { name: "AES-GCM", iv, additionalData: bound(id) };
  const wrapped = await crypto.subtle.wrapKey("raw", key, await wrapping(extensions), algorithm);
  await request("PUT", `/vault/keys/${id}`, text(iv, wrapped));
}

/**
 * Returns the key of the notes.
 *
 * @param {Vault} vault
 * @param {ReturnType<typeof secretOfNotes>} extensions
 */
async function unwrapped({ keys }, extensions) {
  const id = extensions.results.credentialId;
  const kept = keys[id ?? ""];
  if (!kept) throw new Error("This passkey was not set up to open your notes. Use another one of yours.");
  const { iv, data } = parts(kept);
  const algorithm = { name: "AES-GCM", iv, additionalData: bound(id) };
  const usages = /** @type {KeyUsage[]} */ (["encrypt", "decrypt"]);
  return crypto.subtle.unwrapKey("raw", data, await wrapping(extensions), algorithm, AES, true, usages);
}

function opening() {
  if (!key) throw new Error("Your notes are closed. Open them first.");
  return key;
}

/** @param {BufferSource} note @param {CryptoKey} key */
async function encrypt(note, key) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return text(iv, await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, note));
}

/** @param {string} note @param {CryptoKey} key */
async function decrypt(note, key) {
  const { iv, data } = parts(note);
  return new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, data));
}

/** @param {Uint8Array} iv @param {ArrayBuffer} data */
const text = (iv, data) => {
  let binary = "";
  for (const byte of [...iv, ...new Uint8Array(data)]) binary += String.fromCharCode(byte);
  return btoa(binary);
};

/** @param {string} base64 */
function parts(base64) {
  const bytes = Uint8Array.from(atob(base64), (it) => it.charCodeAt(0));
  return { iv: bytes.slice(0, 12), data: bytes.slice(12) };
}

// The page

/** The operation in progress. Starting another one aborts it. */
let current = new AbortController();

/**
 * Runs an operation, and shows its error if it fails.
 *
 * @param {HTMLElement | null} button shows that the page is waiting
 * @param {string} cancelled the message if the user cancels
 * @param {(signal: AbortSignal) => Promise<void>} task
 */
async function perform(button, cancelled, task) {
  if (button?.ariaDisabled === "true") return;
  current.abort();
  const { signal } = (current = new AbortController());
  const label = button?.querySelector("span");
  const idle = label?.textContent ?? "";
  // `disabled` would move the focus away.
  if (button) button.ariaDisabled = "true";
  if (label) label.textContent = "Waiting for your device…";
  say("");
  try {
    await task(signal);
  } catch (error) {
    if (signal.aborted) return;
    if (error instanceof PasskeyError && error.code === "signed_out") close();
    announce("alert", inWords(error, cancelled));
  } finally {
    if (button) button.ariaDisabled = null;
    if (label) label.textContent = idle;
  }
}

/** @type {Record<string, string>} */
const WORDS = {
  "not-supported": "This browser or device can’t use passkeys here. Try a current Chrome, Edge, Firefox or Safari.",
  "already-registered": "This device already has a passkey for your notes.",
  "wrong-origin": "Passkeys don’t work at this address. Open the page as “localhost”.",
  failed: "Something went wrong on your device. Please try again.",
  unreachable: "The server can’t be reached. Check that it is running and try again.",
  authentication_failed: "The server did not accept this passkey. Notes end when the program is restarted: create new ones.",
  challenge_not_found: "Nothing was done: that took too long. Please try again.",
  no_prf: "This passkey cannot encrypt notes. Try another device, or another password manager.",
  signed_out: "You were signed out. Open your notes again to go on.",
};

/**
 * @param {unknown} error
 * @param {string} cancelled
 */
function inWords(error, cancelled) {
  if (error instanceof PasskeyError) {
    // Other codes of the server have a message that is meant for users.
    const { code, message, reason } = error;
    return reason === "cancelled" ? cancelled : (WORDS[code] ?? WORDS[reason] ?? message);
  }
  // What does not decrypt was encrypted with another key, or changed.
  if (error instanceof DOMException) return "This could not be decrypted: it was changed, or is of another key.";
  return error instanceof Error ? error.message : "Something went wrong. Please reload the page.";
}

/** @param {Vault} vault */
async function show({ name, notes }) {
  const texts = await Promise.all(notes.map((note) => decrypt(note, opening())));
  $("signed-in").hidden = $("sign-out").hidden = false;
  $("signed-out").hidden = true;
  $("sign-up").reset();
  $("owner").textContent = `${name}’s notes`;
  $("history").hidden = texts.length === 0;
  $("list").replaceChildren(...texts.map(row).reverse());
}

function close() {
  key = undefined;
  $("list").replaceChildren();
  $("write").reset();
  $("signed-in").hidden = $("sign-out").hidden = true;
  $("signed-out").hidden = false;
}

/** @param {string} note */
function row(note) {
  const item = $("row").content.cloneNode(true).firstElementChild;
  item.querySelector(".text").textContent = note;
  return item;
}

/** @param {string} words */
const say = (words) => announce("status", words);

/**
 * @param {"status" | "alert"} place
 * @param {string} words an empty string clears the message
 */
function announce(place, words) {
  for (const each of ["status", "alert"]) $(each).textContent = each === place ? words : "";
  // On a phone the message may be above the visible part of the page.
  if (words) $(place).scrollIntoView({ block: "nearest" });
}

// Also where the session goes on: only the passkey opens the notes.
close();
if (!isSupported()) announce("alert", WORDS["not-supported"]);
