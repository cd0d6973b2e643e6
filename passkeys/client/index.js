// @ts-check
/**
 * The entry of the npm package. A bundle does not know where the routes are, so clients are made with a
 * `base`, and there is none ready-made. `index.d.ts` documents the exports.
 */

import { PasskeyClient as ServedClient, PasskeyError } from "./client.js";

export { PasskeyError, capabilities, isSupported, request } from "./client.js";

/** @extends {ServedClient<import("./client.d.ts").ApplicationTypes>} */
export class PasskeyClient extends ServedClient {
  /** @param {import("./index.d.ts").ClientOptions} options */
  constructor(options) {
    if (typeof options?.base !== "string") {
      const example = 'new PasskeyClient({ base: "/auth/passkeys" })';
      throw new PasskeyError("unexpected-response", `\`base\` is missing, the path of the mounted router: ${example}`);
    }
    super(options);
  }
}
