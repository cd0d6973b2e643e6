// @ts-check
/** Texts of the page that its scripts show: the offer of a passkey, and error messages. */

import { PasskeyError } from "/auth/passkeys/client.js";

/** @typedef {"sign-in" | "sign-up" | "add" | "manage"} Doing */

/**
 * The offer of a passkey for this device: what a passkey is and what it is good for, in familiar words
 * and without pressure, as the FIDO Alliance's design guidelines for passkeys recommend.
 */
export const OFFER = {
  title: "Sign in faster next time",
  text: "A passkey lets you sign in with your fingerprint, your face or your screen lock. There is nothing to remember, and nothing that could be stolen from this site.",
  hint: "Create it only on a device that is yours.",
  accept: "Create a passkey",
  decline: "Not now",
  accepted: "Passkey created. Next time, sign in with your fingerprint, your face or your screen lock.",
  declined: "You can add a passkey here whenever you like.",
};

/** @type {Record<string, string | Partial<Record<Doing, string>>>} */
const WORDS = {
  // `PasskeyError.reason`
  "not-supported": {
    "sign-in": "This browser or device can’t use passkeys here. Try a current Chrome, Edge, Firefox or Safari.",
    "sign-up": "This browser or device can’t create a passkey here. Set up a screen lock, or try a current Chrome, Edge, Firefox or Safari.",
    add: "This browser or device can’t create a passkey here. Set up a screen lock, or try another browser.",
  },
  cancelled: {
    "sign-in": "Not signed in. Either you cancelled, or there is no passkey for this site on this device. Try again, use another device, or create an account.",
    "sign-up": "No account was created: you cancelled, or it took too long. Nothing was saved.",
    add: "No passkey was added: you cancelled, or it took too long.",
  },
  "already-registered": "This device already has a passkey for your account. To add another one, use a different device or a security key.",
  busy: "The browser is still asking for a passkey. Finish or cancel that first.",
  "wrong-origin": "Passkeys don’t work at this address. Open the page as “localhost”.",
  "not-allowed-here": "This page is shown in a frame, or by a server, that forbids passkeys. Open it by itself.",
  "invalid-options": "Your browser or password manager does not take this site’s request for a passkey. Try another browser.",
  failed: "Something went wrong on your device. Please try again.",
  unreadable: {
    "sign-in": "Your password manager gave a passkey that can’t be read. Try another browser, or another passkey.",
    "sign-up": "Your password manager gave a passkey that can’t be read. Nothing was saved here. If it shows a new passkey for this site, delete it there, and try another browser.",
    add: "Your password manager gave a passkey that can’t be read, and it was not added. If it shows a new passkey for this site, delete it there.",
  },
  server: "Something went wrong on the server. Please try again.",
  "unexpected-response": "Something went wrong on the server. Please try again.",
  unreachable: "The server can’t be reached. Check that it is running and try again.",

  // `PasskeyError.code`, from the server
  reauthentication_required: "Your sign-in was a while ago. Sign out and in again to change your passkeys.",
  authentication_failed: "This passkey can’t sign in here. It may have been deleted from its account. Try another passkey.",
  attestation_verification_failed: "The server did not accept this passkey. Nothing was saved.",
  challenge_not_found: "That took too long. Please try again.",
  no_passkeys: "Your account has no passkey that could confirm this. Add one first.",
  credential_not_found: "This passkey is not in your account any more.",
  last_credential: "This is your only passkey left that can sign in, so it stays. Add another one before you delete it.",
  signed_out: "You were signed out. Sign in again to go on.",
  storage_unavailable: "The server can’t save or read anything right now. Please try again in a moment.",
};

/**
 * @param {unknown} error
 * @param {Doing} doing
 * @returns {string}
 */
export function inWords(error, doing) {
  if (!(error instanceof PasskeyError)) {
    console.error(error);
    return "Something went wrong. Please reload the page.";
  }
  // Other codes of the server have a message that is meant for users.
  const { code, message, reason, status } = error;
  if (reason === "server" && code && !WORDS[code] && status < 500) return message;
  const words = WORDS[code] ?? WORDS[reason] ?? message;
  return typeof words === "string" ? words : (words[doing] ?? message);
}
