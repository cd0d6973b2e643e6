// @ts-check
/** Passkeys in the pages. */

import { PasskeyError, isSupported, passkeys, request } from "/auth/passkeys/client.js";

/** @type {(id: string) => any} */
const $ = (id) => document.getElementById(id);

/**
 * Words for every reason, so that a new one without words does not type-check.
 *
 * @satisfies {Record<Exclude<import("/auth/passkeys/client.js").Reason, "aborted" | "server">, string>}
 */
const REASONS = {
  "not-supported": "This browser or device can’t use passkeys here.",
  cancelled: "Nothing was done: you cancelled, or this device has no passkey for this account.",
  "already-registered": "This device already has a passkey for your account.",
  "wrong-origin": "Passkeys don’t work at this address. Open the page as “localhost”.",
  busy: "The browser is still asking for another passkey. Finish that first.",
  "not-allowed-here": "This page is shown inside another one, which does not let it use passkeys.",
  unreadable: "Your password manager’s answer can’t be read. Delete a new passkey there, and choose another place for it.",
  "invalid-options": "The browser does not accept this site’s request. Update it, or try another one.",
  failed: "Something went wrong on your device. Please try again.",
  "unexpected-response": "The answer did not come from this site’s server. Reload the page and try again.",
  unreachable: "The server can’t be reached. Check your connection and try again.",
};

/** @type {Record<string, string>} */
const CODES = {
  authentication_failed: "This passkey can’t sign in here. It may have been deleted from its account.",
  last_credential: "Your account asks for a passkey after the password, so the last one stays.",
  reauthentication_required: "Please sign in again first: that was a while ago.",
  signed_out: "Please sign in again.",
};

// Sign-in, with a passkey instead of the password.

if ($("passkey") && isSupported()) {
  // A function, so that it is asked when the user has responded.
  const data = () => ({ keep: $("keep").checked });
  const enter = () => location.assign("/");
  $("passkey").hidden = false;
  on("passkey", "click", () => passkeys.authenticate({ data }).then(enter));
  // A passkey that is picked in the field for the address.
  passkeys.autofill({ data }).then((picked) => picked === null || enter(), complain);
}

// Sign-in, with a passkey after the password.

on("confirm", "click", async () => {
  await passkeys.authenticate({ secondFactor: true });
  location.assign("/");
});

// The account.

on("add", "click", async () => {
  await passkeys.register();
  say("From now on you can sign in with this passkey.");
  await list();
  // Offers another one only where that is good for the user.
  await $("offer").renew();
});

// The offer has created one: after a question, or without asking where the browser can.
document.addEventListener("passkey-added", () => list().catch(complain));

on("second-factor", "change", async () => {
  const box = $("second-factor");
  const wanted = box.checked;
  // Shows what is the case until the server has agreed.
  box.checked = !wanted;
  await confirmed("/account/second-factor", wanted);
  box.checked = wanted;
  say(wanted ? "Your passkey is asked for after your password." : "Your passkey alone signs you in.");
});

/** Shows the user's passkeys. */
async function list() {
  const own = await passkeys.list();
  $("list").replaceChildren(...own.map(row));
}

/** @param {import("/auth/passkeys/client.js").Passkey} passkey */
function row({ id, deviceName, createdAt, current }) {
  const item = $("row").content.cloneNode(true).firstElementChild;
  const name = deviceName || `Passkey of ${new Date(createdAt).toLocaleDateString("en")}`;
  item.querySelector("h3").textContent = current ? `${name} (signed in now)` : name;
  const [rename, remove] = item.querySelectorAll("button");
  rename.ariaLabel = `Rename ${name}`;
  remove.ariaLabel = `Delete ${name}`;
  listen(rename, "click", async () => {
    const chosen = await ask(name);
    if (chosen === null) return;
    await passkeys.rename(id, chosen);
    await list();
  });
  listen(remove, "click", async () => {
    await passkeys.remove(id);
    say(`Deleted “${name}”.`);
    await list();
  });
  return item;
}

/**
 * Asks for a new name. Returns `null` if the user cancels.
 *
 * @param {string} name
 * @returns {Promise<string | null>}
 */
function ask(name) {
  const dialog = $("rename");
  $("device-name").value = name;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    const chosen = () => resolve(dialog.returnValue === "save" ? $("device-name").value : null);
    dialog.addEventListener("close", chosen, { once: true });
  });
}

/**
 * Sends a request, with consent by passkey if the sign-in is too old for it.
 *
 * @param {string} url
 * @param {unknown} body
 */
async function confirmed(url, body) {
  try {
    return await request("POST", url, body);
  } catch (error) {
    if (/** @type {PasskeyError} */ (error).code !== "reauthentication_required") throw error;
    return passkeys.stepUp(url, { body });
  }
}

/**
 * @param {string} id
 * @param {string} event
 * @param {() => Promise<unknown>} task
 */
function on(id, event, task) {
  if ($(id)) listen($(id), event, task);
}

/**
 * @param {HTMLElement} element
 * @param {string} event
 * @param {() => Promise<unknown>} task
 */
function listen(element, event, task) {
  element.addEventListener(event, () => {
    say("");
    task().catch(complain);
  });
}

/** @param {string} words */
function say(words) {
  $("alert").textContent = "";
  $("status").textContent = words;
}

/**
 * Shows why something failed. Returns `null`.
 *
 * @param {unknown} error
 */
function complain(error) {
  if (!(error instanceof PasskeyError)) throw error;
  const { code, message, reason } = error;
  if (reason !== "aborted") {
    $("alert").textContent = CODES[code] ?? (reason === "server" ? message : REASONS[reason]);
  }
  return null;
}

// On load of the account. Last, so that the buttons work meanwhile.

if ($("passkeys")) await list().catch(complain);
