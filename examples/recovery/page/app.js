// @ts-check
/** The page: sign-up, sign-in, and the two ways back. */

import { PasskeyClient, PasskeyError, passkeys, request } from "/auth/passkeys/client.js";

/** Registers the one passkey that a link or a code allows. */
const recovery = new PasskeyClient({ base: "/recovery" });

/** @typedef {{ account: { name: string, email: string }, codes?: string[], codesLeft?: number }} SignedIn */

/** @type {(id: string) => any} */
const $ = (id) => document.getElementById(id);

/** The token of the link in the mail. It is not kept in the address bar, nor in the history. */
const link = new URLSearchParams(location.hash.slice(1)).get("link");
if (link) history.replaceState(null, "", location.pathname);

on("sign-in", "click", async () => welcome(await passkeys.authenticate()));

on("mail", "submit", async () => {
  await request("POST", "/recovery/mail", { email: $("email").value });
  say("If you have not got a mail in a few minutes, check the address, and ask again after five.");
});

on("use-code", "submit", async () => {
  const [email, code] = [$("code-email").value, $("code").value];
  allowed(await request("POST", "/recovery/code", { email, code }));
});

// By a button: programs that open links in mails press none.
on("use-link", "click", async () => allowed(await request("POST", "/recovery/link", { token: link })));

on("sign-up", "submit", async () => {
  welcome(await passkeys.register({ signUp: { name: $("name").value } }));
});

on("recover", "click", async () => {
  welcome(await recovery.register());
  // So that this browser does not offer the deleted passkeys any more.
  await passkeys.signal();
});

on("new-codes", "click", async () => showCodes(await passkeys.stepUp("/codes")));

on("sign-out", "click", async () => {
  await request("POST", "/sign-out");
  show("signed-out");
});

/** @param {{ email: string, recovery: boolean }} what what a link or a code allows */
function allowed({ email, recovery }) {
  $("whose").textContent = email;
  show(recovery ? "recovering" : "new-account");
}

/** @param {SignedIn} signedIn */
function welcome({ account, codes, codesLeft }) {
  show("signed-in");
  $("hello").textContent = `Hello, ${account.name}`;
  $("codes-left").textContent = codesLeft === undefined ? "" : `You have ${codesLeft} recovery codes.`;
  if (codes) showCodes(codes);
}

/** @param {string[]} codes */
function showCodes(codes) {
  $("codes-left").textContent = `You have ${codes.length} recovery codes.`;
  $("list").replaceChildren(
    ...codes.map((code) => Object.assign(document.createElement("li"), { textContent: code })),
  );
  $("codes").hidden = false;
}

/** @param {string} id the section to show */
function show(id) {
  for (const section of document.querySelectorAll("section")) section.hidden = section.id !== id;
}

/**
 * @param {string} id
 * @param {string} event
 * @param {() => Promise<void>} task
 */
function on(id, event, task) {
  $(id).addEventListener(event, async (/** @type {Event} */ event) => {
    event.preventDefault();
    say("");
    try {
      await task();
    } catch (error) {
      complain(error);
    }
  });
}

/**
 * Words for every reason, so that a new one without words does not type-check.
 *
 * @satisfies {Record<Exclude<import("/auth/passkeys/client.js").Reason, "aborted" | "server">, string>}
 */
const REASONS = {
  "not-supported": "This browser or device can’t use passkeys here.",
  cancelled: "Nothing was done: you cancelled, or this device has no passkey for an account here.",
  "already-registered": "This device still has a passkey of your account. Sign in with it.",
  "wrong-origin": "Passkeys don’t work at this address. Open the page as “localhost”.",
  busy: "The browser is still asking for another passkey. Finish that first.",
  "not-allowed-here": "This page is shown inside another one, which does not let it use passkeys.",
  unreadable: "Your password manager’s answer can’t be read. Delete a new passkey there, and choose another place for it.",
  "invalid-options": "The browser does not accept this site’s request. Update it, or try another one.",
  failed: "Something went wrong on your device. Please try again.",
  "unexpected-response": "The answer did not come from this site’s server. Reload the page and try again.",
  unreachable: "The server can’t be reached. Check your connection and try again.",
};

/** @param {unknown} error */
function complain(error) {
  if (!(error instanceof PasskeyError)) throw error;
  const { code, message, reason } = error;
  if (reason === "aborted") return;
  if (code === "authentication_failed") {
    $("alert").textContent = "This passkey can’t sign in here. It may have been deleted from its account.";
    return;
  }
  // Other codes of the server have a message that is meant for users.
  $("alert").textContent = reason === "server" ? message : REASONS[reason];
}

/** @param {string} words */
function say(words) {
  $("alert").textContent = "";
  $("status").textContent = words;
}

// On load: has a link been opened, or is a user signed in?

try {
  if (link) show("opened");
  else welcome(await request("GET", "/account"));
} catch {
  show("signed-out");
}
