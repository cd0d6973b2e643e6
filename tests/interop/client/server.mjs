// Server-side rendering loads the module where there is no browser.

import assert from "node:assert/strict";

const { PasskeyError, capabilities, isSupported, passkeys } = await import("./client.js?v=1/2#3");

assert.equal(isSupported(), false);
assert.ok(Object.values(await capabilities()).every((it) => it === "unsupported"));
assert.equal(await passkeys.autofill(), null);
assert.equal(await passkeys.immediate(), null);
assert.equal(await passkeys.upgrade(), null);
assert.equal(await passkeys.shouldOffer(), false);
passkeys.declineOffer();
await assert.rejects(passkeys.authenticate(), (error) => {
  return error instanceof PasskeyError && error.reason === "not-supported";
});

// The base is the module's own directory, without query and fragment.
const asked = [];
globalThis.fetch = async (url) => {
  asked.push(url);
  return Response.json([]);
};
await passkeys.list();
assert.deepEqual(asked, [new URL("credentials", import.meta.url).href]);
