// Right and wrong uses of a client whose server has the required hooks only.

import { PasskeyError, passkeys } from "./small/client.js";

export async function use(): Promise<string> {
  const id: string = await passkeys.authenticate();
  await passkeys.authenticate({ userId: id });
  // @ts-expect-error: there is no `find_user`
  await passkeys.authenticate({ username: "ada" });
  // @ts-expect-error: the hook reads no data
  await passkeys.authenticate({ data: { remember: true } });
  // @ts-expect-error: there are no profiles
  await passkeys.authenticate({ profile: "strict" });
  // @ts-expect-error: there is no `sign_up`
  await passkeys.register({ signUp: { name: "Ada" } });
  // @ts-expect-error: the document does not know the response
  (await passkeys.register()).name;
  // The page does.
  return (await passkeys.register<{ name: string }>()).name;
}

/** Errors of a type that is not described may have any code. */
export function isOwn(error: unknown): boolean {
  return error instanceof PasskeyError && (error.code === "own_code" || error.code === "no_passkeys");
}
