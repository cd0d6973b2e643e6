// @ts-check
/** `<passkey-sign-in>`: a button, and passkeys in the autofill of the page's fields. */

import { isSupported } from "../client.js";
import { PasskeyElement } from "./base.js";
import { button, field, h } from "./parts.js";

export class PasskeySignIn extends PasskeyElement {
  /** The name of the user whose passkeys are asked for. @type {string | undefined} */
  username;
  #offering = false;
  enters = true;

  build() {
    const { t } = this;
    if (!isSupported()) return [this.alert];
    const hasField = this.hasAttribute("username-field");
    return [
      hasField ? field("username", t.username) : "",
      button("sign-in", t.signIn, "primary wide", () => this.signIn(), {
        icon: "key",
        described: "sign-in-hint",
      }),
      hasField ? "" : h("p", { id: "sign-in-hint", class: "hint", part: "hint" }, t.signInHint),
      this.alert,
    ];
  }

  start() {
    if (!isSupported()) return this.excuse();
    this.resume();
  }

  async signIn() {
    const typed = /** @type {HTMLInputElement | null} */ (this.find("username"))?.value.trim();
    const username = this.username || typed || undefined;
    const { data, profile } = this;
    await this.perform("signIn", "sign-in", async (signal) => {
      this.entered("signed-in", await this.client.authenticate({ username, data, profile, signal }));
    });
  }

  /** Offers passkeys in the autofill of the page's fields, until one is picked or a button is pressed. */
  async resume() {
    if (this.#offering || !this.hasAttribute("autofill") || !this.isConnected || !isSupported()) return;
    this.#offering = true;
    const { data, profile, life } = this;
    try {
      const answer = await this.client.autofill({ data, profile, signal: life.signal });
      if (answer !== null) this.entered("signed-in", answer);
    } catch (error) {
      this.fail(error, "signIn");
    } finally {
      this.#offering = false;
    }
  }

  focus() {
    (this.find("username") ?? this.find("sign-in"))?.focus();
  }
}
