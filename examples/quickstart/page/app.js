// @ts-check
/** The page: what is shown when. */

import { PasskeyError, isSupported, passkeys, request } from "/auth/passkeys/client.js";
import { inWords } from "./words.js";

/**
 * @typedef {import("/auth/passkeys/client.js").Passkey} Passkey
 * @typedef {import("./words.js").Doing} Doing
 * @typedef {{ name: string }} Account
 */

/** @type {(id: string) => any} */
const $ = (id) => document.getElementById(id);

/** A name in the field that turned out to be somebody's: theirs is the passkey to ask for. */
let taken = "";

$("sign-in").addEventListener("click", () =>
  perform("sign-in", $("sign-in"), async (signal) => {
    const username = (taken && $("name").value.trim() === taken && taken) || undefined;
    const account = await passkeys.authenticate({ username, signal });
    await showSignedIn(/** @type {Account} */ (account));
  }),
);

$("sign-up").addEventListener("submit", (/** @type {Event} */ event) => {
  event.preventDefault();
  const name = $("name").value.trim();
  if (!name) return showNameError("Please enter a name for your account.");
  perform("sign-up", $("create"), async (signal) => {
    const account = await passkeys.register({ signUp: { name }, deviceName, signal });
    await showSignedIn(/** @type {Account} */ (account));
  });
});

$("add").addEventListener("click", () =>
  perform("add", $("add"), async (signal) => {
    await passkeys.register({ deviceName, signal });
    await showPasskeys();
    say("Passkey added. Give it a name that tells you which one it is.");
  }),
);

$("sign-out").addEventListener("click", () =>
  perform("manage", $("sign-out"), async (signal) => {
    await request("POST", "/sign-out", undefined, { signal });
    showSignedOut();
    say("You are signed out.");
  }),
);

/** @param {Passkey} passkey */
async function rename({ id, deviceName }) {
  const input = $("device-name");
  input.value = deviceName;
  input.select();
  if (!(await confirm($("rename-dialog")))) return;
  const name = input.value.trim();
  await perform("manage", null, async () => {
    await passkeys.rename(id, name);
    await showPasskeys();
    rowOf(id)?.querySelector(".rename").focus();
    say(`Renamed to “${name}”.`);
  });
}

/** @param {Passkey} passkey */
async function remove(passkey) {
  $("delete-title").textContent = `Delete “${nameOf(passkey)}”?`;
  if (!(await confirm($("delete-dialog")))) return;
  await perform("manage", null, async () => {
    try {
      await passkeys.remove(passkey.id);
    } finally {
      // Also if it was refused: then the list was an old one.
      await showPasskeys();
      $("list-title").focus();
    }
    say(`Deleted “${nameOf(passkey)}”. If your password manager still shows it, remove it there, too.`);
  });
}

/** What is going on, if anything is; starting something else abandons it. */
let current = new AbortController();

/**
 * Does something that can fail, and puts the failure into words.
 *
 * @param {Doing} doing
 * @param {HTMLButtonElement | null} button the one that shows that the page is waiting
 * @param {(signal: AbortSignal) => Promise<void>} task
 */
async function perform(doing, button, task) {
  if (button?.ariaDisabled === "true") return;
  current.abort();
  const { signal } = (current = new AbortController());
  const label = button?.querySelector("span");
  const idle = label?.textContent ?? "";
  // Not `disabled`, which would take the focus away.
  if (button) button.ariaDisabled = "true";
  if (label) label.textContent = "Waiting for your device…";
  say("");
  showNameError("");
  try {
    await task(signal);
  } catch (error) {
    if (signal.aborted) return;
    fail(error, doing);
    if (!$("signed-out").hidden) offerPasskeys();
  } finally {
    if (button) button.ariaDisabled = null;
    if (label) label.textContent = idle;
  }
}

/** Offers passkeys in the name's field, until somebody picks one or presses a button. */
async function offerPasskeys() {
  try {
    const account = /** @type {Account | null} */ (await passkeys.autofill());
    if (account) await showSignedIn(account);
  } catch (error) {
    // Nobody has asked for it, so whoever lets it be is not told.
    if (/** @type {PasskeyError} */ (error).reason !== "cancelled") fail(error, "sign-in");
  }
}

/**
 * @param {unknown} error
 * @param {Doing} doing
 */
function fail(error, doing) {
  const words = inWords(error, doing);
  const { code } = /** @type {PasskeyError} */ (error);
  if (code === "name_taken") taken = $("name").value.trim();
  if (code === "name_taken" || code === "name_unusable") return showNameError(words);
  if (code === "signed_out") showSignedOut();
  complain(words);
}

// What is shown.

function showSignedOut() {
  show("signed-out", "Passkeys quickstart");
  $("welcome").focus();
  offerPasskeys();
}

/** @param {Account} account */
async function showSignedIn({ name }) {
  say("");
  // What changed while this browser was not looking: it need not be waited for.
  passkeys.signal();
  await showPasskeys();
  $("hello").textContent = `Hello, ${name}`;
  $("name").value = "";
  show("signed-in", "Your passkeys – Passkeys quickstart");
  $("hello").focus();
}

/** @param {"signed-in" | "signed-out"} view @param {string} title */
function show(view, title) {
  for (const each of ["signed-in", "signed-out"]) $(each).hidden = each !== view;
  $("sign-out").hidden = view !== "signed-in";
  document.title = title;
}

async function showPasskeys() {
  const list = await passkeys.list();
  const [only, another] = list.filter(({ suspended }) => !suspended);
  $("list").replaceChildren(...list.map((passkey) => row(passkey, passkey === only && !another)));
  $("only").hidden = !only || !!another;
}

/**
 * @param {Passkey} passkey
 * @param {boolean} only whether there is no other way in, so that the server keeps it
 */
function row(passkey, only) {
  const item = $("row").content.cloneNode(true).firstElementChild;
  const name = nameOf(passkey);
  item.dataset.id = passkey.id;
  item.querySelector("use").setAttribute("href", `#${iconOf(passkey)}`);
  item.querySelector("h3").textContent = name;
  item.querySelector(".tag").hidden = !passkey.current;
  item.querySelector(".kind").textContent = kindOf(passkey).join(" · ");
  item.querySelector(".dates").textContent = datesOf(passkey).join(" · ");
  const renaming = item.querySelector(".rename");
  renaming.ariaLabel = `Rename ${name}`;
  renaming.addEventListener("click", () => rename(passkey));
  const deleting = item.querySelector(".delete");
  deleting.ariaLabel = `Delete ${name}`;
  deleting.hidden = only;
  deleting.addEventListener("click", () => remove(passkey));
  return item;
}

/** @param {string} id */
const rowOf = (id) => [...$("list").children].find((item) => item.dataset.id === id);

/** @param {Passkey} passkey */
const nameOf = ({ deviceName, provider }) => deviceName || provider || "Unnamed passkey";

/** @param {Passkey} passkey */
function iconOf({ backupEligible, transports }) {
  if (backupEligible) return "cloud";
  return transports.includes("internal") ? "device" : "usb";
}

/** @param {Passkey} passkey */
function kindOf({ backupState, provider, suspended }) {
  return [
    ...(suspended ? ["Suspended: it may have been copied"] : []),
    ...(provider ? [provider] : []),
    backupState ? "Synced" : "On one device",
  ];
}

/** @param {Passkey} passkey */
const datesOf = ({ createdAt, lastUsedAt }) => [
  `Created ${day(createdAt)}`,
  lastUsedAt ? `Last used ${day(lastUsedAt)}` : "Not used yet",
];

/** @param {string} time */
function day(time) {
  const then = new Date(time);
  if (then.toDateString() === new Date().toDateString()) return "today";
  return then.toLocaleDateString("en", { dateStyle: "medium" });
}

/**
 * What a new passkey is called until the person renames it.
 *
 * @param {any} credential
 */
function deviceName({ authenticatorAttachment, response }) {
  if (authenticatorAttachment === "cross-platform") {
    return response.transports?.includes("hybrid") ? "Phone or tablet" : "Security key";
  }
  const { userAgent } = navigator;
  const find = (/** @type {Record<string, RegExp>} */ names) =>
    Object.keys(names).find((name) => names[name].test(userAgent));
  const browser = find({ Edge: /Edg/, Firefox: /Firefox|FxiOS/, Chrome: /Chrome|CriOS/, Safari: /Safari/ });
  const system = find({ Android: /Android/, iPhone: /iPhone/, iPad: /iPad/, Windows: /Windows/, Mac: /Mac/, ChromeOS: /CrOS/, Linux: /Linux/ });
  return [browser, system].filter(Boolean).join(" on ") || "This device";
}

// What is said.

/** @param {string} words */
const say = (words) => announce("status", words);

/** @param {string} words */
const complain = (words) => announce("alert", words);

/**
 * @param {"status" | "alert"} place
 * @param {string} words nothing to be silent
 */
function announce(place, words) {
  for (const each of ["status", "alert"]) $(each).textContent = each === place ? words : "";
  // On a phone the page may be scrolled to where the button is.
  if (words) $(place).scrollIntoView({ block: "nearest" });
}

/** @param {string} words */
function showNameError(words) {
  $("name-error").textContent = words;
  $("name").ariaInvalid = words ? "true" : null;
  if (words) $("name").focus();
}

/**
 * Shows a dialog until the person chooses. Afterwards the browser puts the focus back.
 *
 * @param {HTMLDialogElement} dialog
 * @returns {Promise<boolean>} whether they confirmed
 */
function confirm(dialog) {
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "confirm"), { once: true });
  });
}

for (const dialog of document.querySelectorAll("dialog")) {
  dialog.querySelector(".cancel")?.addEventListener("click", () => dialog.close());
}

// Who is here?

try {
  await showSignedIn(await request("GET", "/me"));
} catch (error) {
  show("signed-out", document.title);
  if (!isSupported()) {
    $("ways-in").hidden = true;
    complain("This browser can’t use passkeys. Try a current Chrome, Edge, Firefox or Safari, at https or on localhost.");
  } else {
    if (/** @type {PasskeyError} */ (error).code !== "signed_out") complain(inWords(error, "manage"));
    offerPasskeys();
  }
}
