// @ts-check
/** The base class of the elements: drawing, ceremonies, failures and their words. */

import { PasskeyClient, PasskeyError, passkeys } from "../client.js";
import ENGLISH from "../texts/en.js";
import { ELEMENTS, changed, follow, observe } from "./page.js";
import { dress, fill, h } from "./parts.js";
import { inherited, merged, textsIn } from "./texts.js";

/**
 * @typedef {import("../elements.d.ts").Doing} Doing
 * @typedef {import("../elements.d.ts").PartialTexts} PartialTexts
 * @typedef {import("../elements.d.ts").Texts} Texts
 */

/** Clients by the path of their routes. @type {Map<string, PasskeyClient>} */
const CLIENTS = new Map([["", passkeys]]);

/** @param {string} base */
function clientOf(base) {
  const client = CLIENTS.get(base) ?? new PasskeyClient({ base });
  CLIENTS.set(base, client);
  return client;
}

/** For server-side rendering, which has no `HTMLElement`. */
const Base = globalThis.HTMLElement ?? /** @type {typeof HTMLElement} */ (/** @type {unknown} */ (class {}));

/**
 * Returns the words for a reason or a code, which may be any text, such as `constructor`.
 *
 * @param {Record<string, string>} errors
 * @param {string} name
 * @param {Doing} doing
 */
const failure = (errors, name, doing) =>
  [`${name}.${doing}`, name].filter((it) => Object.hasOwn(errors, it)).map((it) => errors[it])[0];

/** Base class of the elements. */
export class PasskeyElement extends Base {
  static observedAttributes = ["keeps-last", "heading-level", "username-field"];

  /** The value for the member `data` of finish requests. @type {unknown} */
  data;
  /** @type {Texts} */
  t = ENGLISH;
  /** @type {PartialTexts} */
  #texts = {};
  /** @type {PasskeyClient | undefined} */
  #client;
  /** Ends with the connection to the page. */
  life = new AbortController();
  /** The operation in progress. */
  #current = new AbortController();
  /** IDs of the buttons whose operations are in progress. @type {Set<string>} */
  #waiting = new Set();
  #started = false;
  language = "en";
  #root = h("div", { part: "root" });
  /** Live regions: screen readers announce changes only of those that exist beforehand. */
  status = h("p", { id: "status", role: "status", class: "notice", part: "notice status", tabindex: "-1" });
  alert = h("p", { id: "alert", role: "alert", class: "notice bad", part: "notice alert" });

  constructor() {
    super();
    const shadow = this.attachShadow({ mode: "open" });
    dress(shadow);
    shadow.append(this.#root);
  }

  get client() {
    return this.#client ?? clientOf(this.base);
  }
  set client(client) {
    this.#client = client;
    this.renew();
  }

  get texts() {
    return this.#texts;
  }
  set texts(texts) {
    this.#texts = texts;
    this.draw();
  }

  get base() {
    return this.getAttribute("base") ?? "";
  }
  set base(base) {
    this.setAttribute("base", base);
  }

  get profile() {
    return this.getAttribute("profile") ?? undefined;
  }
  set profile(profile) {
    if (profile === undefined) this.removeAttribute("profile");
    else this.setAttribute("profile", profile);
  }

  connectedCallback() {
    this.life = new AbortController();
    ELEMENTS.add(this);
    observe();
    this.draw();
  }

  disconnectedCallback() {
    ELEMENTS.delete(this);
    this.#started = false;
    this.life.abort();
    this.#current.abort();
  }

  attributeChangedCallback() {
    this.draw();
  }

  /** Shows the texts in the language of the page. */
  draw() {
    if (!ELEMENTS.has(this)) return;
    const found = textsIn(inherited(this, "lang")?.lang.toLowerCase() ?? "");
    if (!found) return;
    this.t = merged(found.texts, this.#texts);
    this.language = found.language;
    const root = this.#root;
    root.lang = found.language;
    // The direction is the page's, unless a part of it names a language and no direction.
    const [lang, dir] = [inherited(this, "lang"), inherited(this, "dir")];
    root.dir = dir && (!lang || lang.contains(dir)) ? "" : this.t.direction;
    const typed = [...root.querySelectorAll("input")].map(({ id, value }) => [id, value]);
    const focused = this.shadowRoot?.activeElement?.id ?? "";
    root.replaceChildren(...this.build());
    for (const id of this.#waiting) this.#wait(id, true);
    for (const [id, value] of typed) {
      const input = /** @type {HTMLInputElement | null | undefined} */ (this.find(id));
      if (input) input.value = value;
    }
    this.find(focused)?.focus();
    if (this.#started) return;
    this.#started = true;
    this.start();
  }

  /** @returns {(Node | string)[]} the content, which is drawn again when the language changes */
  build() {
    return [];
  }

  /** Returns the tag of a heading. @param {number} [below] how much further down it is */
  heading(below = 0) {
    const level = Number(this.getAttribute("heading-level")) || 2;
    return `h${Math.max(1, Math.min(6, level + below))}`;
  }

  /** Called when the element was connected, and has its texts. */
  start() {}

  /** Called when passkeys have changed, or who is signed in. @returns {Promise<void>} */
  async renew() {}

  /** Called after a ceremony that failed, which has ended autofill. @returns {Promise<void>} */
  async resume() {}

  /** Set in elements by which users enter the site: the first of them says where the browser has no passkeys. */
  enters = false;

  /**
   * Runs an operation, and shows its error if it fails.
   *
   * @param {Doing} doing
   * @param {string} button ID of the one that shows that the page is waiting
   * @param {(signal: AbortSignal) => Promise<void>} task
   */
  async perform(doing, button, task) {
    const pressed = this.find(button);
    if (pressed?.getAttribute("aria-disabled")) return;
    for (const each of ELEMENTS) each.say("");
    this.#current.abort();
    const { signal } = (this.#current = new AbortController());
    this.#wait(button, true);
    try {
      await task(signal);
    } catch (error) {
      if (signal.aborted) return;
      this.fail(error, doing);
      for (const each of ELEMENTS) each.resume();
    } finally {
      this.#wait(button, false);
    }
  }

  /**
   * Shows whether the page waits for what a button has begun.
   *
   * @param {string} id
   * @param {boolean} waits
   */
  #wait(id, waits) {
    // A button that is drawn anew in the meantime waits as well.
    if (waits) this.#waiting.add(id);
    else this.#waiting.delete(id);
    const button = this.find(id);
    const label = button?.querySelector("span");
    if (!button || !label) return;
    // `disabled` would move the focus away.
    if (waits) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
    label.dataset.idle ??= label.textContent ?? "";
    label.textContent = waits ? this.t.waiting : label.dataset.idle;
  }

  /** @param {string} id @returns {HTMLElement | null | undefined} */
  find(id) {
    return this.shadowRoot?.getElementById(id);
  }

  /**
   * @param {unknown} error
   * @param {Doing} doing
   */
  fail(error, doing) {
    const { reason, code, status } = /** @type {PasskeyError} */ (error ?? {});
    if (reason === "aborted") return;
    const words = this.words(error, doing);
    const detail = { error, doing, words };
    if (status === 401 && code !== "authentication_failed" && doing !== "signIn") {
      if (this.emit("signed-out", detail)) follow(this.getAttribute("sign-in-href"));
    }
    if (this.emit("error", detail)) this.complain(words, this.isOwn(error));
  }

  /**
   * Returns what to tell the user about a failure.
   *
   * @param {unknown} error
   * @param {Doing} doing
   */
  words(error, doing) {
    const { reason, code, status, message } = /** @type {PasskeyError} */ (error ?? {});
    const { errors } = this.t;
    if (!reason) {
      console.error(error);
      return errors.unexpected;
    }
    const known = code && failure(errors, code, doing);
    if (known) return known;
    if (status === 401) return errors.signedOut;
    if (this.isOwn(error)) return message;
    return failure(errors, reason, doing) ?? errors.unexpected;
  }

  /** Returns whether an error is the application's own, with a message that is meant for its users. @param {unknown} error */
  isOwn(error) {
    const { reason, code, status } = /** @type {PasskeyError} */ (error ?? {});
    return reason === "server" && !!code && status < 500 && !Object.hasOwn(this.t.errors, code) && !TECHNICAL.includes(code);
  }

  /**
   * Shows a failure.
   *
   * @param {string} words
   * @param {boolean} [_isOwn] whether it is the application's own
   */
  complain(words, _isOwn) {
    this.say(words, this.alert);
  }

  /** Shows a message. @param {string} words @param {HTMLElement} [place] */
  say(words, place = this.status) {
    for (const each of [this.status, this.alert]) each.textContent = each === place ? words : "";
    // On a phone the message may be outside the visible part of the page.
    if (words) place.scrollIntoView({ block: "nearest" });
  }

  /**
   * @param {string} name
   * @param {unknown} detail
   * @returns {boolean} whether no listener has prevented what follows
   */
  emit(name, detail) {
    const event = { bubbles: true, composed: true, cancelable: true, detail };
    return this.dispatchEvent(new CustomEvent(`passkey-${name}`, event));
  }

  /** @param {string} name of the event @param {unknown} answer of the application's hook */
  entered(name, answer) {
    changed(this);
    if (this.emit(name, { answer })) follow(this.getAttribute("href"));
  }

  /** @returns {string} the initial name of a new passkey @param {any} credential */
  nameNew({ authenticatorAttachment, response }) {
    const { t } = this;
    if (authenticatorAttachment === "cross-platform") {
      return response.transports?.includes("hybrid") ? t.phone : t.securityKey;
    }
    const find = (/** @type {[string, RegExp][]} */ names) =>
      names.find(([, pattern]) => pattern.test(navigator.userAgent))?.[0];
    const browser = find(BROWSERS);
    const system = find(SYSTEMS);
    return browser && system ? fill(t.browserOnSystem, { browser, system }) : (browser ?? t.thisDevice);
  }

  /** Explains that the browser has no passkeys, once on a page. */
  excuse() {
    if ([...ELEMENTS].find((each) => each.enters) !== this) return;
    const error = new PasskeyError("not-supported", "no passkeys in this browser");
    const words = this.t.unsupported;
    if (this.emit("error", { error, doing: "signIn", words })) this.say(words, this.alert);
  }
}

/** @type {[string, RegExp][]} */
const BROWSERS = [["Edge", /Edg/], ["Firefox", /Firefox|FxiOS/], ["Chrome", /Chrome|CriOS/], ["Safari", /Safari/]];
/** @type {[string, RegExp][]} */
const SYSTEMS = [
  ["Android", /Android/], ["iPhone", /iPhone/], ["iPad", /iPad/], ["Windows", /Windows/],
  ["Mac", /Mac/], ["ChromeOS", /CrOS/], ["Linux", /Linux/],
];

/** Codes of the library whose messages are for developers. */
const TECHNICAL = ["internal_error", "method_not_allowed", "payload_too_large", "step_up_required", "unsupported_media_type"];
