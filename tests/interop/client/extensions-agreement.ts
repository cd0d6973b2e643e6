// Checks the hand-written declarations of `extensions.js` against the module, as `agreement.ts` does for
// `client.js`.

import * as declared from "./extensions.js";
import * as written from "./written-extensions.js";

/** Everything that is declared is there, and of this type. */
export const agrees: Omit<typeof declared, "Extensions"> = written;

/** The results are typed by the inputs, which JavaScript cannot say. */
export const alike: new (inputs: declared.ExtensionInputs) => Pick<declared.Extensions, "create" | "get"> = written.Extensions;
export const hasResults: keyof InstanceType<typeof written.Extensions> = "results";

/** Nothing is there that is not declared. */
type Undeclared = Exclude<keyof typeof written, keyof typeof declared>;
export const complete: [Undeclared] extends [never] ? true : Undeclared = true;
