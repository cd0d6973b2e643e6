// A page in TypeScript with the elements.

import { PasskeyClient, PasskeyError, type Passkey } from "./client.js";
import { addTexts, languages, type ErrorName, type Texts } from "./elements.js";

export function start(client: PasskeyClient): void {
  const list = document.querySelector("passkey-list");
  const signUp = document.createElement("passkey-sign-up");
  if (!list) return;
  list.client = client;
  list.texts = { title: "Keys", errors: { cancelled: "Cancelled." } };
  // @ts-expect-error: there is no such text
  list.texts = { heading: "Keys" };
  const first: Passkey | undefined = list.passkeys[0];
  if (first) void list.renamePasskey(first.id, "Laptop");
  signUp.signUpBody = ({ email }) => ({ email, terms: 3 });
  signUp.data = () => ({ captcha: "x" });
  // @ts-expect-error: it has no list
  signUp.passkeys;
}

document.addEventListener("passkey-error", ({ detail }) => {
  if (detail.doing === "signIn" && detail.error instanceof PasskeyError) console.log(detail.error.code, detail.words);
  // @ts-expect-error: not something that users do
  detail.doing === "signOut";
});

document.addEventListener("passkey-signed-in", ({ detail }) => {
  const answer: unknown = detail.answer;
  console.log(answer, languages());
});

addTexts("it", { signIn: "Accedi con una passkey", errors: { account_locked: "Account bloccato." } });

/** A language needs every text. */
// @ts-expect-error: `errors` is missing
export const incomplete: Texts = { ...({} as Record<Exclude<keyof Texts, "errors" | "direction">, string>), direction: "ltr" };

/** Every reason has words. */
export const reason: ErrorName = "unreachable";
