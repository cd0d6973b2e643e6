import { usePasskeys } from "@passkeys-rs/client/react";
import { StrictMode, createElement as h, useState } from "react";
import { createRoot } from "react-dom/client";
import { passkeys, type Account } from "./client.js";

function Page() {
  const [name, setName] = useState("");
  const welcome = (account: Account | null) => account && setName(account.name);
  const { supported, pending, error, run } = usePasskeys(
    !name && ((signal) => passkeys.autofill<Account>({ signal }).then(welcome)),
  );
  const signUp = (signal: AbortSignal) =>
    passkeys.register<Account>({ signUp: { name: "Ada" }, signal }).then(welcome);
  const signIn = (signal: AbortSignal) => passkeys.authenticate<Account>({ signal }).then(welcome);
  const state = pending ? "Waiting" : (error?.reason ?? (name && `Hello, ${name}`)) || "Welcome";
  return h(
    "main",
    null,
    h("p", { role: "status" }, supported ? state : "No passkeys here"),
    h("button", { onClick: () => run(signUp) }, "Sign up"),
    h("button", { onClick: () => run(signIn) }, "Sign in"),
    h("button", { onClick: () => setName("") }, "Sign out"),
  );
}

createRoot(document.body.appendChild(document.createElement("div"))).render(h(StrictMode, null, h(Page)));
