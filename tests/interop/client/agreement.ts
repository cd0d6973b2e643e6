// Checks the hand-written declarations against the module. `written.js` is the module under another
// name, because TypeScript ignores a module that has a declaration file beside it.

import * as declared from "./client.js";
import * as written from "./written.js";

/** The module has the types of the general declarations, without those of an application. */
type Declared = Omit<typeof declared, "PasskeyClient"> & {
  PasskeyClient: typeof declared.PasskeyClient<declared.ApplicationTypes>;
};
type Written = typeof written;

/** Everything that is declared is there, and of this type. */
export const agrees: Declared = written;

/** Nothing is there that is not declared. */
type Undeclared = Exclude<keyof Written, keyof Declared>;
export const complete: [Undeclared] extends [never] ? true : Undeclared = true;
