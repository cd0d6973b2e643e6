// @ts-check
/** `<passkey-sign-up>`: a form with a name, or with fields of the page. */

import { isSupported } from "../client.js";
import { PasskeyElement } from "./base.js";
import { button, field, h } from "./parts.js";

export class PasskeySignUp extends PasskeyElement {
  /** Returns what the `sign_up` hook reads. @type {((fields: Record<string, any>) => unknown) | undefined} */
  signUpBody;
  enters = true;

  build() {
    if (!isSupported()) return [this.alert];
    const { t } = this;
    const send = (/** @type {Event} */ event) => {
      event.preventDefault();
      this.signUp();
    };
    return [
      h(
        "form",
        { novalidate: "", submit: send },
        // The page's own fields, if it has some.
        h("slot", { keydown: (/** @type {KeyboardEvent} */ event) => this.#enter(event, send) }, field("name", t.name)),
        button("create", t.signUp, "wide"),
      ),
      this.alert,
    ];
  }

  start() {
    if (!isSupported()) this.excuse();
  }

  /** Submits by Enter in a field of the page. @param {KeyboardEvent} event @param {(event: Event) => void} send */
  #enter(event, send) {
    const { key, isComposing, target } = event;
    if (key === "Enter" && !isComposing && this.#own.includes(/** @type {any} */ (target))) send(event);
  }

  /** The page's fields. @returns {HTMLInputElement[]} */
  get #own() {
    return [.../** @type {NodeListOf<HTMLInputElement>} */ (this.querySelectorAll("input[name], select[name]"))];
  }

  /** The entered values, by the names of the fields. @returns {Record<string, string | boolean>} */
  get fields() {
    const own = this.#own;
    if (!own[0]) return { name: this.#input?.value.trim() ?? "" };
    const sent = own.filter(({ type, checked }) => type !== "radio" || checked);
    return Object.fromEntries(
      sent.map(({ name, type, checked, value }) => [name, type === "checkbox" ? checked : value]),
    );
  }

  get #input() {
    return /** @type {HTMLInputElement | null} */ (this.find("name"));
  }

  async signUp() {
    const { data, fields, profile } = this;
    const own = this.#own;
    if (own.some((each) => !each.reportValidity())) return;
    if (!own[0] && !fields.name) return this.#complainAtName(this.t.nameMissing);
    this.#complainAtName("");
    await this.perform("signUp", "create", async (signal) => {
      const signUp = this.signUpBody ? await this.signUpBody(fields) : fields;
      const deviceName = (/** @type {any} */ it) => this.nameNew(it);
      const answer = await this.client.register({ signUp, deviceName, data, profile, signal });
      this.entered("signed-up", answer);
    });
  }

  /** @param {string} words @param {boolean} isOwn */
  complain(words, isOwn) {
    // An error of the `sign_up` hook is about what was entered.
    if (!isOwn) return super.complain(words);
    if (!this.#own[0]) return this.#complainAtName(words);
    super.complain(words);
    if (!this.#own[1]) this.#own[0].focus();
  }

  /** @param {string} words an empty string clears the message */
  #complainAtName(words) {
    const input = this.#input;
    const place = this.find("name-error");
    if (!input || !place) return;
    place.textContent = words;
    if (words) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    if (words) input.focus();
  }

  focus() {
    (this.#own[0] ?? this.#input)?.focus();
  }
}
