// Checks the hand-written declarations of `elements.js` against the module, as `agreement.ts` does for
// `client.js`. The languages are checked by their own annotations.

import * as declared from "./elements.js";
import * as written from "./written-elements.js";

/** Everything that is declared is there, and of this type. */
export const agrees: typeof declared = written;

/** Nothing is there that is not declared. */
type Undeclared = Exclude<keyof typeof written, keyof typeof declared>;
export const complete: [Undeclared] extends [never] ? true : Undeclared = true;
