// Server-side rendering.

import assert from "node:assert/strict";

import * as entry from "@passkeys-rs/client";
import "@passkeys-rs/client/elements";
import * as react from "@passkeys-rs/client/react";
import * as vue from "@passkeys-rs/client/vue";
import { createElement } from "react";
import { renderToString as reactToString } from "react-dom/server";
import { createSSRApp, h } from "vue";
import { renderToString as vueToString } from "vue/server-renderer";

const offered = () => assert.fail("nobody is there to pick a passkey");

const InReact = () => {
  const { supported, pending, error } = react.usePasskeys(offered);
  return createElement("p", null, `${supported} ${pending} ${error}`);
};
assert.equal(reactToString(createElement(InReact)), "<p>false false undefined</p>");

const InVue = {
  setup() {
    const { supported, pending, error } = vue.usePasskeys(offered);
    return () => h("p", `${supported.value} ${pending.value} ${error.value}`);
  },
};
assert.equal(await vueToString(createSSRApp(InVue)), "<p>false false undefined</p>");

// Clients know where the routes are, or say so.
for (const options of [undefined, {}]) {
  assert.throws(() => new entry.PasskeyClient(options), (error) => {
    return error instanceof entry.PasskeyError && error.message.includes("`base` is missing");
  });
}
assert.ok(!("passkeys" in entry));
const asked = [];
const fetch = async (url) => {
  asked.push(url);
  return Response.json([]);
};
await new entry.PasskeyClient({ base: "/auth/passkeys/", fetch }).list();
assert.deepEqual(asked, ["/auth/passkeys/credentials"]);
