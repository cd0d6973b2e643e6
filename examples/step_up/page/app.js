// @ts-check
/** The page: a bank account, with transfers that need consent by passkey. */

import { PasskeyError, isSupported, passkeys, request } from "/auth/passkeys/client.js";

/**
 * @typedef {{ to: string, amount: number }} Transfer
 * @typedef {{ name: string, balance: number, sent: Transfer[] }} Account
 */

/** @type {(id: string) => any} */
const $ = (id) => document.getElementById(id);

/** The step-up: the user consents to the content of the form, and exactly that is sent. */
$("transfer").addEventListener("submit", (/** @type {SubmitEvent} */ event) => {
  event.preventDefault();
  const body = { to: $("to").value.trim(), amount: $("amount").valueAsNumber };
  perform(event.submitter, "Nothing was sent: you cancelled, or it took too long.", async (signal) => {
    /** @type {Account} */
    const account = await passkeys.stepUp("/transfer", { body, signal });
    show(account);
    $("transfer").reset();
    say(`${euros(body.amount)} sent to ${body.to}.`);
  });
});

$("sign-up").addEventListener("submit", (/** @type {SubmitEvent} */ event) => {
  event.preventDefault();
  const signUp = { name: $("name").value.trim() };
  perform(event.submitter, "No account was opened: you cancelled, or it took too long.", async (signal) => {
    show(/** @type {Account} */ (await passkeys.register({ signUp, signal })));
    $("balance").focus();
  });
});

$("sign-in").addEventListener("click", () => {
  const words = "Not signed in. Either you cancelled, or this device has no passkey for an account here.";
  perform($("sign-in"), words, async (signal) => {
    show(/** @type {Account} */ (await passkeys.authenticate({ signal })));
    $("balance").focus();
  });
});

$("sign-out").addEventListener("click", () =>
  perform($("sign-out"), "", async (signal) => {
    await request("POST", "/sign-out", undefined, { signal });
    show(null);
    $("welcome").focus();
    say("You are signed out.");
  }),
);

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
    if (codeOf(error) === "signed_out") show(null);
    announce("alert", inWords(error, cancelled));
  } finally {
    if (button) button.ariaDisabled = null;
    if (label) label.textContent = idle;
  }
}

/**
 * Words for every reason, so that a new one without words does not type-check.
 *
 * @satisfies {Record<Exclude<import("/auth/passkeys/client.js").Reason, "aborted" | "cancelled" | "server">, string>}
 */
const REASONS = {
  "not-supported": "This browser or device can’t use passkeys here. Try a current Chrome, Edge, Firefox or Safari.",
  "already-registered": "This device already has a passkey for an account here. Sign in with it.",
  "wrong-origin": "Passkeys don’t work at this address. Open the page as “localhost”.",
  busy: "The browser is still asking for another passkey. Finish that first.",
  "not-allowed-here": "This page is shown inside another one, which does not let it use passkeys.",
  unreadable: "Your password manager’s answer can’t be read. Delete a new passkey there, and choose another place for it.",
  "invalid-options": "The browser does not accept this site’s request. Update it, or try another one.",
  failed: "Something went wrong on your device. Please try again.",
  "unexpected-response": "The answer did not come from this site’s server. Reload the page and try again.",
  unreachable: "The server can’t be reached. Check that it is running and try again.",
};

/** @type {Record<string, string>} */
const CODES = {
  authentication_failed: "The server did not accept this passkey. Accounts end when the program is restarted: open another one.",
  no_passkeys: "Your account has no passkey to confirm this with. Add one first.",
  challenge_not_found: "Nothing was done: that took too long, or is not what you agreed to. Please try again.",
  signed_out: "You were signed out. Sign in again to go on.",
};

/**
 * @param {unknown} error
 * @param {string} cancelled
 */
function inWords(error, cancelled) {
  if (!(error instanceof PasskeyError)) {
    console.error(error);
    return "Something went wrong. Please reload the page.";
  }
  // Other codes of the server have a message that is meant for users.
  const { code, message, reason } = error;
  if (reason === "cancelled") return cancelled;
  if (CODES[code]) return CODES[code];
  return reason === "server" || reason === "aborted" ? message : REASONS[reason];
}

/** @param {unknown} error */
const codeOf = (error) => /** @type {PasskeyError} */ (error).code;

/** @param {Account | null} account `null` shows the welcome */
function show(account) {
  $("signed-in").hidden = $("sign-out").hidden = !account;
  $("signed-out").hidden = !!account;
  $("sign-up").reset();
  if (!account) return;
  $("owner").textContent = `${account.name}’s account`;
  $("balance").textContent = euros(account.balance);
  $("amount").max = account.balance;
  $("history").hidden = account.sent.length === 0;
  $("list").replaceChildren(...account.sent.map(row).reverse());
}

/** @param {Transfer} transfer */
function row({ to, amount }) {
  const item = $("row").content.cloneNode(true).firstElementChild;
  item.querySelector("h3").textContent = to;
  item.querySelector(".amount").textContent = euros(amount);
  return item;
}

/** @param {number} amount */
const euros = (amount) => `€${amount.toLocaleString("en")}`;

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

// On load: is a user signed in?

try {
  show(await request("GET", "/account"));
} catch (error) {
  show(null);
  if (!isSupported()) announce("alert", REASONS["not-supported"]);
  else if (codeOf(error) !== "signed_out") announce("alert", inWords(error, ""));
}
