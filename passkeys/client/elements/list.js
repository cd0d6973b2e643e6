// @ts-check
/** `<passkey-list>`: the passkeys of the signed-in user, to add, rename and delete. */

import { PasskeyElement } from "./base.js";
import { changed } from "./page.js";
import { button, fill, h, icon } from "./parts.js";

/**
 * @typedef {import("../client.d.ts").Passkey} Passkey
 * @typedef {import("../client.d.ts").PasskeyError} PasskeyError
 */

export class PasskeyList extends PasskeyElement {
  /** @type {Passkey[]} */
  #passkeys = [];
  #loads = 0;
  #loaded = false;
  /** Whether the server has said that the last passkey stays. */
  #keepsLast = false;
  /** The ID of the passkey that is being renamed. */
  #renaming = "";
  /** The last question whether to delete a passkey. @type {object | undefined} */
  #asked;

  get passkeys() {
    return this.#passkeys;
  }

  build() {
    const { t } = this;
    const rows = h("ul", { id: "list", role: "list", part: "list", "aria-labelledby": "list-title" });
    this.#show(rows);
    return [
      h(
        "div",
        { class: "head", part: "head" },
        h(this.heading(), { id: "list-title", part: "title", tabindex: "-1" }, t.title),
        button("add", t.add, "", () => this.add(), { icon: "plus" }),
      ),
      this.status,
      this.alert,
      rows,
      h("p", { id: "empty", class: "small", hidden: !this.#loaded || !!this.#passkeys[0] }, t.empty),
      button("retry", t.retry, "quiet", () => this.renew(), { hidden: "" }),
      h(
        "p",
        { class: "small", part: "advice" },
        h("span", { id: "only", hidden: !this.#only }, `${t.only} `),
        t.advice,
      ),
      this.#dialog(),
    ];
  }

  start() {
    this.renew().then(() => {
      // Tells the browser about passkeys that were renamed or deleted elsewhere.
      if (this.#loaded) this.client.signal();
    });
  }

  /** Fetches the list again. */
  async renew() {
    if (!this.isConnected) return;
    const load = ++this.#loads;
    try {
      const passkeys = await this.client.list();
      if (load !== this.#loads) return;
      this.#passkeys = passkeys;
      this.#loaded = true;
      this.#update(false);
      this.emit("listed", { passkeys });
    } catch (error) {
      if (load !== this.#loads || !this.isConnected) return;
      // Who is not signed in need not try again.
      this.#update(/** @type {PasskeyError} */ (error).status !== 401);
      this.fail(error, "manage");
    }
  }

  /** @param {boolean} failed */
  #update(failed) {
    const rows = this.find("list");
    if (rows) this.#show(rows);
    for (const [id, hidden] of /** @type {[string, boolean][]} */ ([
      ["only", !this.#only],
      ["empty", !this.#loaded || !!this.#passkeys[0]],
      ["retry", !failed],
    ])) {
      const part = this.find(id);
      if (part) part.hidden = hidden;
    }
    if (!failed && this.alert.textContent === this.#failure) this.say("");
  }

  #failure = "";

  /** The only passkey that can sign in, where it cannot be deleted. */
  get #only() {
    const [only, another] = this.#passkeys.filter(({ suspended }) => !suspended);
    const keeps = this.#keepsLast || this.hasAttribute("keeps-last");
    return keeps && !another ? only : undefined;
  }

  /** Shows the rows, and leaves the one alone in which a name is being typed. @param {HTMLElement} list */
  #show(list) {
    const focused = /** @type {HTMLElement | null} */ (this.shadowRoot?.activeElement);
    const [id, part] = [idOf(focused), focused?.dataset.act];
    const typing = this.find("rename-form")?.closest("li");
    const kept = typing && this.#passkeys.some((it) => it.id === this.#renaming) ? typing : undefined;
    if (!kept) this.#renaming = "";
    list.replaceChildren(...this.#passkeys.map((it) => (kept && it.id === this.#renaming ? kept : this.#row(it))));
    if (kept?.contains(focused)) focused?.focus();
    else if (id) this.#act(id, part)?.focus();
  }

  /** @param {string} id of a passkey @param {string} [act] of its buttons @returns {HTMLElement | undefined | null} */
  #act(id, act = "rename") {
    const rows = [...(this.find("list")?.children ?? [])];
    return rows.find((row) => idOf(row) === id)?.querySelector(`[data-act="${act}"]`);
  }

  /** @param {Passkey} passkey */
  #row(passkey) {
    const { t } = this;
    const { id, current, suspended, provider, backupState, createdAt, lastUsedAt } = passkey;
    const name = this.#nameOf(passkey);
    const kind = [suspended && t.suspended, provider, backupState ? t.synced : t.oneDevice];
    const dates = [
      fill(t.created, { date: this.#day(createdAt) }),
      lastUsedAt ? fill(t.used, { date: this.#day(lastUsedAt) }) : t.unused,
    ];
    const act = (/** @type {"rename" | "delete"} */ which, /** @type {() => void} */ click) =>
      button("", t[which], `quiet ${which}`, click, {
        label: fill(t[`${which}This`], { name }),
        act: which,
        hidden: which === "delete" && passkey === this.#only ? "" : undefined,
      });
    return h(
      "li",
      { "data-id": id, part: "row" },
      icon(iconOf(passkey), "badge"),
      h(
        "div",
        { class: "what" },
        h(
          "div",
          { class: "name" },
          h(this.heading(1), { dir: "auto", part: "name" }, name),
          h("span", { class: "tag", part: "tag", hidden: !current }, t.current),
        ),
        h("p", { class: "small kind" }, kind.filter(Boolean).join(" · ")),
        h("p", { class: "small dates" }, dates.join(" · ")),
      ),
      h(
        "div",
        { class: "actions", part: "actions" },
        act("rename", () => this.#type(passkey)),
        act("delete", () => this.deletePasskey(id)),
      ),
    );
  }

  /** @param {Passkey} passkey */
  #nameOf = ({ deviceName, provider }) => deviceName || provider || this.t.unnamed;

  /** @param {string} time */
  #day(time) {
    const then = new Date(time);
    if (then.toDateString() !== new Date().toDateString()) {
      return then.toLocaleDateString(this.language, { dateStyle: "medium" });
    }
    return new Intl.RelativeTimeFormat(this.language, { numeric: "auto" }).format(0, "day");
  }

  async add() {
    const { data, profile } = this;
    const deviceName = (/** @type {any} */ it) => this.nameNew(it);
    await this.perform("add", "add", async (signal) => {
      const answer = await this.client.register({ deviceName, data, profile, signal });
      await Promise.all([this.renew(), changed(this)]);
      this.say(this.t.added);
      this.emit("added", { answer });
    });
  }

  /** Shows the field for a new name, in the row. @param {Passkey} passkey */
  #type({ id, deviceName }) {
    const { t } = this;
    this.#stop();
    this.#renaming = id;
    const row = this.#act(id)?.closest("li");
    const input = /** @type {HTMLInputElement} */ (
      h("input", {
        id: "device-name", part: "input", value: deviceName, maxlength: "64", autocomplete: "off", dir: "auto",
        required: "", pattern: ".*\\S.*", title: t.deviceNameRule, "aria-describedby": "device-name-hint",
      })
    );
    const submit = (/** @type {Event} */ event) => {
      event.preventDefault();
      this.renamePasskey(id, input.value.trim());
    };
    const keydown = (/** @type {KeyboardEvent} */ { key }) => key === "Escape" && this.#stop(true);
    const form = h(
      "form",
      { id: "rename-form", part: "rename", submit, keydown },
      h("label", { for: "device-name" }, t.deviceName),
      input,
      h("p", { id: "device-name-hint", class: "hint", part: "hint" }, t.deviceNameHint),
      h("div", { class: "choices" }, button("save", t.save, "primary"), button("", t.cancel, "", () => this.#stop(true))),
    );
    row?.append(form);
    row?.classList.add("renaming");
    input.select();
    input.focus();
  }

  /** Ends the renaming. @param {boolean} [back] whether the focus returns to the button */
  #stop(back) {
    const form = this.find("rename-form");
    form?.closest("li")?.classList.remove("renaming");
    form?.remove();
    if (back) this.#act(this.#renaming)?.focus();
    this.#renaming = "";
  }

  /** @param {string} id @param {string} deviceName */
  async renamePasskey(id, deviceName) {
    await this.perform("manage", "save", async () => {
      await this.client.rename(id, deviceName);
      this.#stop(true);
      await this.renew();
      this.say(fill(this.t.renamed, { name: deviceName }));
      this.emit("renamed", { id, deviceName });
    });
  }

  #dialog() {
    const { t } = this;
    return h(
      "dialog",
      { id: "delete-dialog", part: "dialog", role: "alertdialog", "aria-labelledby": "delete-title", "aria-describedby": "delete-text" },
      h(
        "form",
        { method: "dialog" },
        h("h2", { id: "delete-title" }),
        h("p", { id: "delete-text" }, t.deleteText),
        h(
          "div",
          { class: "choices" },
          h("button", { part: "button", value: "", autofocus: "" }, t.deleteKeep),
          h("button", { part: "button danger", class: "primary danger", value: "delete" }, t.deleteConfirm),
        ),
      ),
    );
  }

  /** @param {string} id */
  async deletePasskey(id) {
    const passkey = this.#passkeys.find((it) => it.id === id);
    const dialog = /** @type {HTMLDialogElement | null} */ (this.find("delete-dialog"));
    const title = this.find("delete-title");
    if (!passkey || !dialog || !title || dialog.open) return;
    const name = this.#nameOf(passkey);
    title.textContent = fill(this.t.deleteTitle, { name });
    dialog.returnValue = "";
    const asked = (this.#asked = {});
    dialog.showModal();
    // Afterwards the browser restores the focus.
    await new Promise((resolve) => {
      // The event of the last time may come when the dialog is open again.
      const closed = () => dialog.open || resolve(dialog.removeEventListener("close", closed));
      dialog.addEventListener("close", closed);
    });
    if (asked !== this.#asked || dialog.returnValue !== "delete") return;
    await this.perform("manage", "", async () => {
      try {
        await this.client.remove(id);
      } catch (error) {
        this.#keepsLast ||= /** @type {PasskeyError} */ (error).code === "last_credential";
        throw error;
      } finally {
        // After a failure as well: then the list was out of date.
        await Promise.all([this.renew(), changed(this)]);
        this.focus();
      }
      this.say(fill(this.t.deleted, { name }));
      this.emit("deleted", { id });
    });
  }

  focus() {
    this.find("list-title")?.focus();
  }

  /** @param {string} words */
  complain(words) {
    this.#failure = this.find("retry")?.hidden ? "" : words;
    super.complain(words);
  }
}

/** @param {Passkey} passkey */
function iconOf({ backupEligible, transports }) {
  if (backupEligible) return "cloud";
  return transports.includes("internal") ? "device" : "usb";
}

/** @param {Element | null} part of a row */
const idOf = (part) => /** @type {HTMLElement | null | undefined} */ (part?.closest("li"))?.dataset.id;
