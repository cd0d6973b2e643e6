// A page in TypeScript that uses the module.

import {
  PasskeyClient,
  PasskeyError,
  capabilities,
  isSupported,
  passkeys,
  request,
  type Capability,
  type Passkey,
  type Reason,
} from "./client.js";

interface Account {
  name: string;
}

/** Every reason has words, or this does not compile. */
const WORDS: Record<Reason, string> = {
  "not-supported": "This browser has no passkeys.",
  cancelled: "Not signed in.",
  aborted: "",
  "already-registered": "This device has one already.",
  busy: "Finish the other request first.",
  "wrong-origin": "Not at this address.",
  "not-allowed-here": "Not in this frame.",
  "invalid-options": "The site made a mistake.",
  failed: "Try again.",
  unreadable: "Your password manager has failed. Delete the passkey that it has saved.",
  server: "The server said no.",
  "unexpected-response": "The site made a mistake.",
  unreachable: "The server cannot be reached.",
};

export async function signIn(signal: AbortSignal): Promise<Account | string> {
  if (!isSupported()) return WORDS["not-supported"];
  try {
    return await passkeys.authenticate<Account>({ signal });
  } catch (error) {
    if (!(error instanceof PasskeyError)) throw error;
    return error.code === "authentication_failed" ? error.message : WORDS[error.reason];
  }
}

export async function offer(): Promise<string> {
  const { conditionalGet } = await capabilities();
  // @ts-expect-error: not one of the three values
  conditionalGet === true;
  const account = conditionalGet === "supported" ? await passkeys.autofill<Account>() : null;
  // @ts-expect-error: `autofill()` may resolve to null
  account.name;
  return account?.name ?? "nobody";
}

/** What the browser says of itself beyond the names that are declared. */
export async function hasPrf(): Promise<boolean> {
  const { "extension:prf": prf = "unknown" satisfies Capability } = await capabilities();
  return prf !== "unsupported";
}

/** "Sign in" first asks for a passkey that is at hand, and then shows the form. */
export async function signInAtOnce(showForm: () => void): Promise<Account | null> {
  const account = await passkeys.immediate<Account>({ data: { remember: true }, profile: "any" });
  // @ts-expect-error: `immediate()` may resolve to null
  account.name;
  // @ts-expect-error: nobody is named
  await passkeys.immediate({ username: "ada" });
  if (account === null) showForm();
  return account;
}

/** An error of the `sign_up` hook, in a form of its own. */
export function titleOf(error: PasskeyError): string {
  const { body, text, status } = error;
  // @ts-expect-error: the type of a body is unknown
  body.title;
  const isProblem = typeof body === "object" && body !== null && "title" in body;
  return isProblem ? String(body.title) : `${status}: ${text}`;
}

/** A single-page application with a token and a bundler. */
export function withToken(token: () => string): PasskeyClient {
  return new PasskeyClient({
    base: "https://api.example.com/auth/passkeys",
    fetch: (url, init) => {
      const headers = new Headers(init?.headers);
      headers.set("authorization", `Bearer ${token()}`);
      return fetch(url, { ...init, headers });
    },
  });
}

/** After a sign-in by password: a passkey without asking, or else an offer of one. */
export async function afterPassword(show: () => void): Promise<string> {
  const created = await passkeys.upgrade<{ status: "ok" }>({ deviceName: "Laptop", data: { via: "upgrade" } });
  // @ts-expect-error: `upgrade()` may resolve to null
  created.status;
  if (created === null && (await passkeys.shouldOffer())) show();
  passkeys.declineOffer();
  // @ts-expect-error: an upgrade is for the signed-in user
  await passkeys.upgrade({ signUp: { name: "Ada" } });
  return created?.status ?? "none";
}

/** A passkey as the second factor, with data that is read when the user has responded. */
export async function secondFactor(remember: HTMLInputElement): Promise<void> {
  const data = () => ({ remember: remember.checked });
  await passkeys.authenticate({ secondFactor: true, data, profile: "this_device" });
  await passkeys.autofill({ data, profile: "this_device" });
  await passkeys.register({ data: ["captcha", 5], profile: "security_key" });
  await passkeys.stepUp("/transfer", { profile: "security_key" });
  // @ts-expect-error: a sign-in by autofill begins without a user
  await passkeys.autofill({ secondFactor: true });
  // @ts-expect-error: a step-up has a body, and no data beside it
  await passkeys.stepUp("/transfer", { data: 5 });
}

/** Money moves only with the person's consent. */
export async function transfer(amount: number): Promise<number> {
  const body = { to: "bob", amount };
  const { balance } = await passkeys.stepUp<{ balance: number }>("/transfer", { body });
  await passkeys.stepUp("/account?now", { method: "DELETE" });
  // @ts-expect-error: GET requests have no body to consent to
  await passkeys.stepUp("/account", { method: "GET" });
  return balance;
}

export async function manage(client: PasskeyClient): Promise<void> {
  await client.register({ signUp: { name: "Ada" }, deviceName: "Laptop" });
  await client.register({ deviceName: (credential) => credential.authenticatorAttachment });
  const [first]: Passkey[] = await client.list();
  if (!first) return;
  await client.rename(first.id, first.deviceName.trim());
  await client.remove(first.id);
  // @ts-expect-error: not one of the HTTP methods in `Method`
  await request("TRACE", "/me");
  // @ts-expect-error: the type of a response is unknown
  (await client.authenticate()).name;
}
