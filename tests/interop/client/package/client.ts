import { PasskeyClient } from "@passkeys-rs/client";

export const passkeys = new PasskeyClient({ base: "/auth/passkeys" });

export interface Account {
  name: string;
}
