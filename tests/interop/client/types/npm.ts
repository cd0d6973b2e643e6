// A front end with the npm package, whose types are made those of its application.

import { PasskeyClient, PasskeyError, type ApplicationTypes } from "@passkeys-rs/client";
import "@passkeys-rs/client/elements";
import type { ApplicationTypes as Own, Schemas } from "./library/client.js";

declare module "@passkeys-rs/client" {
  interface ApplicationTypes extends Own {}
}

const passkeys = new PasskeyClient({ base: "/auth/passkeys" });

export async function signIn(): Promise<Schemas.Reader> {
  // @ts-expect-error: the hook does not do without data
  await passkeys.authenticate();
  return passkeys.authenticate({ data: { remember: true } });
}

export function isExpired(error: unknown): boolean {
  if (!(error instanceof PasskeyError)) return false;
  // @ts-expect-error: there is no such code
  if (error.code === "card_expire") return true;
  return error.code === "card_expired";
}

document.addEventListener("passkey-signed-in", ({ detail }) => {
  // @ts-expect-error: a reader has no such member
  detail.answer.surname;
  document.title = detail.answer.name;
});

/** A client of another server. */
interface Shop {
  authenticated: { basket: number };
}
export const shop = new PasskeyClient<Shop>({ base: "/shop/passkeys" });
export const basket = async (): Promise<number> => (await shop.authenticate()).basket;
export const own: PasskeyClient<ApplicationTypes> = passkeys;
