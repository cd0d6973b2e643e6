// @ts-check
/** The page: handles its buttons and forms, and shows the state of the account. */

import { PasskeyError, isSupported, passkeys, request } from "/auth/passkeys/client.js";
import { OFFER, inWords } from "./words.js";

/**
 * @typedef {import("/auth/passkeys/client.js").Passkey} Passkey
 * @typedef {import("./words.js").Doing} Doing
 * @typedef {{ name: string }} Account
 */

/** @type {(id: string) => any} */
const $ = (id) => document.getElementById(id);

/** A name that sign-up has found to be taken: "Sign in" then asks for the passkeys of that account. */
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

$("offer-accept").addEventListener("click", () =>
  perform("add", $("offer-accept"), async (signal) => {
    await passkeys.register({ deviceName, signal });
    await showPasskeys();
    $("list-title").focus();
    say(OFFER.accepted);
  }),
);

$("offer-decline").addEventListener("click", () => {
  passkeys.declineOffer();
  $("offer").hidden = true;
  $("list-title").focus();
  say(OFFER.declined);
});

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
      // After a failure as well: then the list was out of date.
      await showPasskeys();
      $("list-title").focus();
    }
    say(`Deleted “${nameOf(passkey)}”. If your password manager still shows it, remove it there, too.`);
  });
}

/** The operation in progress. Starting another one aborts it. */
let current = new AbortController();

/**
 * Runs an operation, and shows its error if it fails.
 *
 * @param {Doing} doing
 * @param {HTMLButtonElement | null} button shows that the page is waiting
 * @param {(signal: AbortSignal) => Promise<void>} task
 */
async function perform(doing, button, task) {
  if (button?.ariaDisabled === "true") return;
  current.abort();
  const { signal } = (current = new AbortController());
  const label = button?.querySelector("span");
  const idle = label?.textContent ?? "";
  // `disabled` would move the focus away.
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

/** Offers passkeys in the autofill of the name field, until one is picked or a button is pressed. */
async function offerPasskeys() {
  try {
    const account = /** @type {Account | null} */ (await passkeys.autofill());
    if (account) await showSignedIn(account);
  } catch (error) {
    fail(error, "sign-in");
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

// Views

function showSignedOut() {
  show("signed-out", "Passkeys quickstart");
  $("welcome").focus();
  offerPasskeys();
}

/** @param {Account} account */
async function showSignedIn({ name }) {
  say("");
  // Tells the browser about passkeys that were renamed or deleted elsewhere; not awaited.
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
  // An offer is part of the page and never a dialog: it waits for the user.
  const [list, offers] = await Promise.all([passkeys.list(), passkeys.shouldOffer()]);
  $("offer").hidden = !offers;
  const [only, another] = list.filter(({ suspended }) => !suspended);
  $("list").replaceChildren(...list.map((passkey) => row(passkey, passkey === only && !another)));
  $("only").hidden = !only || !!another;
}

/**
 * @param {Passkey} passkey
 * @param {boolean} only whether it is the only one that can sign in, which the server does not delete
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
 * Returns the initial name of a new passkey.
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

// Messages

/** @param {string} words */
const say = (words) => announce("status", words);

/** @param {string} words */
const complain = (words) => announce("alert", words);

/**
 * @param {"status" | "alert"} place
 * @param {string} words an empty string clears the message
 */
function announce(place, words) {
  for (const each of ["status", "alert"]) $(each).textContent = each === place ? words : "";
  // On a phone the message may be above the visible part of the page.
  if (words) $(place).scrollIntoView({ block: "nearest" });
}

/** @param {string} words */
function showNameError(words) {
  $("name-error").textContent = words;
  $("name").ariaInvalid = words ? "true" : null;
  if (words) $("name").focus();
}

/**
 * Shows a dialog until the user chooses. Afterwards the browser restores the focus.
 *
 * @param {HTMLDialogElement} dialog
 * @returns {Promise<boolean>} whether the user confirmed
 */
function confirm(dialog) {
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "confirm"), { once: true });
  });
}

for (const each of /** @type {const} */ (["title", "text", "hint", "decline"])) {
  $(`offer-${each}`).textContent = OFFER[each];
}
$("offer-accept").querySelector("span").textContent = OFFER.accept;

for (const dialog of document.querySelectorAll("dialog")) {
  dialog.querySelector(".cancel")?.addEventListener("click", () => dialog.close());
}

// On load: is a user signed in?

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
