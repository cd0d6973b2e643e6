// @ts-check
/** The page: signs in, and keeps the token in a variable of this module. */

import { PasskeyClient, PasskeyError, isSupported, request } from "/auth/passkeys/client.js";

/** @typedef {{ token: string, name: string, expiresIn: number }} SignedIn */

/** @type {(id: string) => any} */
const $ = (id) => document.getElementById(id);

/** The token. Not in `localStorage`, where other scripts and later users of the device could read it. */
let token = "";

/** Signs out when the token expires. */
let timer = 0;

/** @type {typeof fetch} */
const withToken = (input, init) => {
  const headers = new Headers(init?.headers);
  if (token) headers.set("authorization", `Bearer ${token}`);
  return fetch(input, { ...init, headers });
};

const passkeys = new PasskeyClient({ fetch: withToken });

$("sign-in").addEventListener("click", () =>
  attempt($("sign-in"), async () => signedIn(await passkeys.authenticate())),
);

$("sign-up").addEventListener("submit", (/** @type {Event} */ event) => {
  event.preventDefault();
  const name = $("name").value.trim();
  say("");
  if (!name) return nameError("Please enter a name for your account.");
  attempt($("create"), async () => signedIn(await passkeys.register({ signUp: { name } })));
});

$("ask").addEventListener("click", () =>
  attempt($("ask"), async () => {
    const { name } = await request("GET", "/api/me", undefined, { fetch: withToken });
    say(`The server says: “You are ${name}.”`);
  }),
);

$("add").addEventListener("click", () =>
  attempt($("add"), async () => {
    await keep(await passkeys.register());
    say("Passkey added. You have a new token.");
  }),
);

$("sign-out").addEventListener("click", () => signedOut("You are signed out."));

/** @param {SignedIn} answer */
async function signedIn(answer) {
  await keep(answer);
  say("");
  $("name").value = "";
  show("signed-in");
  $("hello").focus();
}

/** @param {SignedIn} answer */
async function keep({ token: fresh, name, expiresIn }) {
  token = fresh;
  clearTimeout(timer);
  timer = setTimeout(expired, expiresIn * 1000);
  const until = new Date(Date.now() + expiresIn * 1000);
  $("until").dateTime = until.toISOString();
  $("until").textContent = until.toLocaleTimeString("en", { timeStyle: "short" });
  $("hello").textContent = `Hello, ${name}`;
  $("count").textContent = String((await passkeys.list()).length);
}

/** @param {string} words */
function signedOut(words) {
  clearTimeout(timer);
  token = "";
  show("signed-out");
  $("welcome").focus();
  say(words);
  offer();
}

const expired = () => signedOut("Your token has expired. Sign in again to go on.");

/** Offers passkeys in the autofill of the name field, until one is picked or a button is pressed. */
async function offer() {
  try {
    const answer = /** @type {SignedIn | null} */ (await passkeys.autofill());
    if (answer) await signedIn(answer);
  } catch (error) {
    fail(error);
  }
}

/**
 * @param {HTMLButtonElement} button shows that the page is waiting
 * @param {() => Promise<void>} task
 */
async function attempt(button, task) {
  if (button.ariaDisabled === "true") return;
  // `disabled` would move the focus away.
  button.ariaDisabled = "true";
  say("");
  nameError("");
  try {
    await task();
  } catch (error) {
    fail(error);
    if (!token) offer();
  } finally {
    button.ariaDisabled = null;
  }
}

/**
 * Words for every reason, so that a new one without words does not type-check.
 *
 * @satisfies {Record<Exclude<import("/auth/passkeys/client.js").Reason, "aborted" | "server">, string>}
 */
const REASONS = {
  "not-supported": "This browser or device can’t use passkeys.",
  cancelled: "Nothing happened: you cancelled, or this device has no passkey for this site.",
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

/** @param {unknown} error */
function fail(error) {
  if (!(error instanceof PasskeyError)) throw error;
  const { code, message, reason } = error;
  if (reason === "aborted") return;
  if (code === "token_expired" || code === "token_invalid") return expired();
  if (code === "name_unusable") return nameError(message);
  if (code === "authentication_failed") {
    return complain("This passkey can’t sign in: accounts end when the program is restarted. Create a new one.");
  }
  complain(reason === "server" ? message : REASONS[reason]);
}

// Views and messages

/** @param {"signed-in" | "signed-out"} view */
function show(view) {
  for (const each of ["signed-in", "signed-out"]) $(each).hidden = each !== view;
}

/** @param {string} words */
const say = (words) => announce("status", words);

/** @param {string} words */
const complain = (words) => announce("alert", words);

/** @param {"status" | "alert"} place @param {string} words */
function announce(place, words) {
  for (const each of ["status", "alert"]) $(each).textContent = each === place ? words : "";
  if (words) $(place).scrollIntoView({ block: "nearest" });
}

/** @param {string} words */
function nameError(words) {
  $("name-error").textContent = words;
  $("name").ariaInvalid = words ? "true" : null;
  if (words) $("name").focus();
}

show("signed-out");
if (isSupported()) offer();
else complain("This browser can’t use passkeys. Try a current Chrome, Edge, Firefox or Safari.");
