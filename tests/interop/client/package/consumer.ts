// A use of every export that the pages do not use.

import {
  PasskeyClient,
  PasskeyError,
  capabilities,
  isSupported,
  passkeys,
  request,
  type Capability,
  type ClientOptions,
  type Passkey,
  type Reason,
} from "@passkeys-rs/client";
import { addTexts, languages, type PartialTexts, type PasskeyEvents } from "@passkeys-rs/client/elements";
import manifest from "@passkeys-rs/client/package.json" with { type: "json" };
import type * as react from "@passkeys-rs/client/react";
import type * as vue from "@passkeys-rs/client/vue";

const options: ClientOptions = { base: "/auth/passkeys", fetch };
export const client = new PasskeyClient(options);
export const listed: Promise<Passkey[]> = client.list();
export const version: string = manifest.version;

// @ts-expect-error: a bundle does not know where the routes are
new PasskeyClient({});
// @ts-expect-error: nor is there a client that would
passkeys.list();

/** Types of an application, as its server makes them. */
interface Shop {
  signUp: { name: string };
  registered: undefined;
  authenticated: { name: string };
  profile: "strict";
}

export async function typed(shop: PasskeyClient<Shop>): Promise<string> {
  await shop.register({ signUp: { name: "Ada" }, profile: "strict" });
  // @ts-expect-error: no such profile
  await shop.authenticate({ profile: "lax" });
  const { name } = await shop.authenticate();
  return name;
}

export const shop = new PasskeyClient<Shop>({ base: "/shop/passkeys" });

export async function reason(): Promise<Reason | Capability> {
  if (!isSupported()) return (await capabilities()).passkeys;
  const error: unknown = await request("GET", "/account").catch((error) => error);
  return error instanceof PasskeyError ? error.reason : "failed";
}

const texts: PartialTexts = { signIn: "Accedi" };
addTexts("it", texts);
export const listen = (event: PasskeyEvents["passkey-error"]) => [event.detail.words, languages()];

export const ceremony: react.Ceremony & vue.Ceremony = (signal) => client.authenticate({ signal });

export function states(inReact: react.Passkeys, inVue: vue.Passkeys): (string | undefined)[] {
  // @ts-expect-error: the state is the composable's
  inVue.pending.value = true;
  return [inReact.error?.code, inVue.error.value?.code];
}
