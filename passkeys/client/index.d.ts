/** Passkeys in the browser, from npm: the types and documentation of `index.js`. */

import {
  PasskeyClient as ServedClient,
  type ApplicationTypes,
  type ClientOptions as ServedOptions,
} from "./client.js";

// As a type only: there is no ready-made client `passkeys`.
export type * from "./client.js";
export { PasskeyError, capabilities, isSupported, request } from "./client.js";

export interface ClientOptions extends ServedOptions {
  /** The path of the mounted router, such as `/auth/passkeys`. */
  base: string;
}

/** Client of one mounted router. */
export class PasskeyClient<A = ApplicationTypes> extends ServedClient<A> {
  /** Fails with a {@link PasskeyError} without `base`, which a bundle cannot know. */
  constructor(options: ClientOptions);
}
