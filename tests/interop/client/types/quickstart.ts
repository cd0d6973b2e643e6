// Right and wrong uses of the quickstart's own types, beside its page.

import { PasskeyError, passkeys } from "/auth/passkeys/client.js";
import "/auth/passkeys/elements.js";

export async function names(): Promise<string[]> {
  const account = await passkeys.register({ signUp: { name: "Ada" } });
  // @ts-expect-error: an account has no such member
  account.surname;
  // @ts-expect-error: the sign-up has no such member
  await passkeys.register({ signUp: { surname: "Lovelace" } });
  return [account.name, (await passkeys.authenticate()).name];
}

document.addEventListener("passkey-signed-in", ({ detail }) => {
  // @ts-expect-error: nor has the event's account
  detail.answer.surname;
  document.title = detail.answer.name;
});

export function isTaken(error: unknown): boolean {
  if (!(error instanceof PasskeyError)) return false;
  // @ts-expect-error: there is no such code
  if (error.code === "name_took") return true;
  return error.code === "name_taken";
}
