// @ts-check
/** `<passkey-offer>`: offers a passkey where that helps. */

import { PasskeyElement } from "./base.js";
import { PasskeyList } from "./list.js";
import { ELEMENTS, changed } from "./page.js";
import { button, h } from "./parts.js";

export class PasskeyOffer extends PasskeyElement {
  #offers = false;

  build() {
    const { t } = this;
    return [
      h(
        "section",
        { id: "offer", part: "offer", hidden: !this.#offers, "aria-labelledby": "offer-title", "aria-describedby": "offer-text" },
        h(this.heading(), { id: "offer-title", part: "title" }, t.offerTitle),
        h("p", { id: "offer-text" }, t.offerText),
        h("p", { id: "offer-hint", class: "hint", part: "hint" }, t.offerHint),
        h(
          "div",
          { class: "choices" },
          button("offer-accept", t.offerAccept, "primary", () => this.accept(), { icon: "key", described: "offer-hint" }),
          button("offer-decline", t.offerDecline, "", () => this.decline()),
        ),
      ),
      this.status,
      this.alert,
    ];
  }

  async start() {
    if (this.hasAttribute("upgrade")) await this.#upgrade();
    await this.renew();
  }

  /** Creates a passkey without asking, where the browser can. */
  async #upgrade() {
    const { data, profile, life } = this;
    const deviceName = (/** @type {any} */ it) => this.nameNew(it);
    try {
      const answer = await this.client.upgrade({ deviceName, data, profile, signal: life.signal });
      if (answer === null) return;
      await changed(this);
      this.say(this.t.offerAccepted);
      this.emit("added", { answer });
    } catch (error) {
      this.fail(error, "add");
    }
  }

  async renew() {
    this.#offers = this.isConnected && (await this.client.shouldOffer());
    const section = this.find("offer");
    if (section) section.hidden = !this.#offers;
  }

  async accept() {
    const { data, profile } = this;
    const deviceName = (/** @type {any} */ it) => this.nameNew(it);
    await this.perform("add", "offer-accept", async (signal) => {
      const answer = await this.client.register({ deviceName, data, profile, signal });
      await this.#done(this.t.offerAccepted);
      this.emit("added", { answer });
    });
  }

  async decline() {
    this.client.declineOffer();
    await this.#done(this.t.offerDeclined);
    this.emit("declined", {});
  }

  /** @param {string} words */
  async #done(words) {
    this.#offers = false;
    await changed(this);
    const section = this.find("offer");
    if (section) section.hidden = true;
    this.say(words);
    // The buttons are gone: the focus goes to the list, or to the message.
    const list = [...ELEMENTS].find((each) => each instanceof PasskeyList);
    (list ?? this.status).focus();
  }
}
