// @ts-check
/**
 * Custom elements for passkeys: `<passkey-sign-in>`, `<passkey-sign-up>`, `<passkey-list>` and
 * `<passkey-offer>`. No dependencies but `client.js`, no build step; they work under a strict content
 * security policy and Trusted Types. `elements.d.ts` documents the exports.
 *
 * ```html
 * <script type="module" src="/auth/passkeys/elements.js"></script>
 * <passkey-sign-in autofill href="/account"></passkey-sign-in>
 * ```
 */

// Each part, so that a browser fetches them in one round trip and not one after the other.
import "./client.js";
import "./elements/base.js";
import "./elements/page.js";
import "./elements/parts.js";
import "./elements/style.js";
import "./texts/en.js";
import { PasskeyList } from "./elements/list.js";
import { PasskeyOffer } from "./elements/offer.js";
import { PasskeySignIn } from "./elements/sign-in.js";
import { PasskeySignUp } from "./elements/sign-up.js";
import { addTexts, languages } from "./elements/texts.js";

for (const [name, element] of Object.entries({
  "passkey-sign-in": PasskeySignIn,
  "passkey-sign-up": PasskeySignUp,
  "passkey-list": PasskeyList,
  "passkey-offer": PasskeyOffer,
})) {
  // Another copy of the module may have defined it.
  if (globalThis.customElements && !customElements.get(name)) customElements.define(name, element);
}

export { PasskeyList, PasskeyOffer, PasskeySignIn, PasskeySignUp, addTexts, languages };
