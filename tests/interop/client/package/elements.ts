// Elements, and what the browser supports.

import { capabilities } from "@passkeys-rs/client";
import "@passkeys-rs/client/elements";
import { passkeys } from "./client.js";

const signUp = document.createElement("passkey-sign-up");
signUp.base = "/auth/passkeys";
const list = document.createElement("passkey-list");
list.client = passkeys;
document.body.append(signUp, list);

capabilities().then(({ passkeys: supported }) => {
  document.title = `Passkeys are ${supported}`;
});
