// The declarations agree with the modules, which are copied beside them.

import type * as declared from "@passkeys-rs/client";
import type * as declaredForReact from "@passkeys-rs/client/react";
import type * as declaredForVue from "@passkeys-rs/client/vue";
import * as entry from "./written/entry.js";
import * as react from "./written/hook.js";
import * as vue from "./written/composable.js";

/** Without a client that is ready-made, and with the general types. */
type Declared = Omit<typeof declared, "passkeys" | "PasskeyClient"> & {
  PasskeyClient: typeof declared.PasskeyClient<declared.ApplicationTypes>;
};

export const agreed: [Declared, typeof declaredForReact, typeof declaredForVue] = [entry, react, vue];
