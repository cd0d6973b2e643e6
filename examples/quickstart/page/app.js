// @ts-check
/** The page: chooses between its two views. The elements in them do the rest. */

import { request } from "/auth/passkeys/client.js";
import { addTexts } from "/auth/passkeys/elements.js";

/** @typedef {{ name: string }} Account */

addTexts("en", {
  errors: {
    "wrong-origin": "Passkeys don’t work at this address. Open the page as “localhost”.",
    storage_unavailable: "The server can’t save or read anything right now. Please try again in a moment.",
  },
});

/** @type {(id: string) => any} */
const $ = (id) => document.getElementById(id);

/** @param {"signed-in" | "signed-out"} view @param {string} title */
function show(view, title) {
  $("view").replaceChildren($(view).content.cloneNode(true));
  $("sign-out").hidden = view !== "signed-in";
  document.title = title;
}

function showSignedOut() {
  show("signed-out", "Passkeys quickstart");
  $("welcome").focus();
}

/** @param {Account} account */
function showSignedIn({ name }) {
  announce("status", "");
  show("signed-in", "Your passkeys – Passkeys quickstart");
  $("hello").textContent = `Hello, ${name}`;
  $("hello").focus();
}

/** @param {"status" | "alert"} place @param {string} words an empty string clears the message */
function announce(place, words) {
  for (const each of ["status", "alert"]) $(each).textContent = each === place ? words : "";
  if (words) $(place).scrollIntoView({ block: "nearest" });
}

for (const event of /** @type {const} */ (["passkey-signed-in", "passkey-signed-up"])) {
  document.addEventListener(event, ({ detail }) => showSignedIn(/** @type {Account} */ (detail.answer)));
}

document.addEventListener("passkey-signed-out", ({ detail }) => {
  showSignedOut();
  announce("alert", detail.words);
});

document.addEventListener("passkey-error", ({ target, detail }) => {
  announce("status", "");
  // "Sign in" then asks for the passkeys of that account.
  const { code } = /** @type {{ code?: string }} */ (detail.error);
  const [signUp, signIn] = [document.querySelector("passkey-sign-up"), document.querySelector("passkey-sign-in")];
  if (target === signUp && signUp && signIn && code === "name_taken") {
    signIn.username = String(signUp.fields.name);
    signUp.addEventListener("input", () => (signIn.username = undefined), { once: true });
  }
});

$("sign-out").addEventListener("click", async () => {
  try {
    await request("POST", "/sign-out");
    showSignedOut();
    announce("status", "You are signed out.");
  } catch {
    announce("alert", "The server can’t be reached. Check that it is running and try again.");
  }
});

try {
  showSignedIn(await request("GET", "/me"));
} catch (error) {
  show("signed-out", document.title);
  if (/** @type {{ code?: string }} */ (error).code !== "signed_out") {
    announce("alert", "The server can’t say who is signed in. Please try again.");
  }
}
