// @ts-check
/**
 * Custom elements for passkeys: `<passkey-sign-in>`, `<passkey-sign-up>`, `<passkey-list>` and
 * `<passkey-offer>`. No dependencies but `client.js`, no build step; they work under a strict content
 * security policy and Trusted Types. `elements.d.ts` documents the exports.
 *
 * ```html
 * <script type="module" src="/auth/passkeys/elements.js"></script>
 * <passkey-sign-in autofill href="/account"></passkey-sign-in>
 * ```
 */

import { PasskeyClient, PasskeyError, isSupported, passkeys } from "./client.js";

/**
 * @typedef {import("./client.d.ts").Passkey} Passkey
 * @typedef {import("./elements.d.ts").Doing} Doing
 * @typedef {import("./elements.d.ts").PartialTexts} PartialTexts
 * @typedef {import("./elements.d.ts").TextName} TextName
 * @typedef {import("./elements.d.ts").Texts} Texts
 */

// Texts

/** @type {Texts} */
const ENGLISH = {
  direction: "ltr",
  signIn: "Sign in with a passkey",
  signInHint: "Your device knows your account: no name to type.",
  username: "User name",
  waiting: "Waiting for your device…",
  unsupported: "This browser can’t use passkeys. Try a current Chrome, Edge, Firefox or Safari, at https or on localhost.",
  signUp: "Create an account",
  name: "Your name",
  nameMissing: "Please enter a name for your account.",
  title: "Your passkeys",
  empty: "There is no passkey in your account yet.",
  advice: "Add one on each device that does not share your passkeys, or a security key kept somewhere safe.",
  only: "Your only passkey cannot be deleted: it is your way back in.",
  add: "Add a passkey",
  added: "Passkey added. Give it a name that tells you which one it is.",
  retry: "Try again",
  unnamed: "Unnamed passkey",
  current: "Signed in now",
  suspended: "Suspended: it may have been copied",
  synced: "Synced",
  oneDevice: "On one device",
  created: "Created {date}",
  used: "Last used {date}",
  unused: "Not used yet",
  rename: "Rename",
  renameThis: "Rename {name}",
  deviceName: "Name",
  deviceNameHint: "For you to tell your passkeys apart, such as “Work laptop”.",
  deviceNameRule: "A name that can be seen",
  save: "Save",
  cancel: "Cancel",
  renamed: "Renamed to “{name}”.",
  delete: "Delete",
  deleteThis: "Delete {name}",
  deleteTitle: "Delete “{name}”?",
  deleteText: "You will not be able to sign in with it any more. Your other passkeys keep working.",
  deleteKeep: "Keep it",
  deleteConfirm: "Delete passkey",
  deleted: "Deleted “{name}”. If your password manager still shows it, remove it there, too.",
  offerTitle: "Sign in faster next time",
  offerText: "A passkey lets you sign in with your fingerprint, your face or your screen lock. There is nothing to remember, and nothing that could be stolen from this site.",
  offerHint: "Create it only on a device that is yours.",
  offerAccept: "Create a passkey",
  offerDecline: "Not now",
  offerAccepted: "Passkey created. Next time, sign in with your fingerprint, your face or your screen lock.",
  offerDeclined: "You can add a passkey here whenever you like.",
  phone: "Phone or tablet",
  securityKey: "Security key",
  thisDevice: "This device",
  browserOnSystem: "{browser} on {system}",
  errors: {
    "not-supported": "This browser or device can’t create a passkey here. Set up a screen lock, or try another browser.",
    "not-supported.signIn": "This browser or device can’t use passkeys here. Try a current Chrome, Edge, Firefox or Safari.",
    cancelled: "Nothing was changed: you cancelled, or it took too long. Try again.",
    "cancelled.signIn": "Not signed in. Either you cancelled, or there is no passkey for this site on this device. Try again, use another device, or create an account.",
    "cancelled.signUp": "No account was created: you cancelled, or it took too long. Nothing was saved. Try again.",
    "cancelled.add": "No passkey was added: you cancelled, or it took too long. Try again.",
    "already-registered": "This device already has a passkey for your account. To add another one, use a different device or a security key.",
    "wrong-origin": "Passkeys don’t work at this address. Open this site at its usual address.",
    "not-allowed-here": "This page is shown inside another one, which does not let it use passkeys. Open it in a window of its own.",
    busy: "The browser is still asking for another passkey. Finish that first, then try again.",
    unreadable: "Your password manager’s answer can’t be read. If it shows a new passkey for this site, delete it there. Then update it, or choose another place for the passkey.",
    "unreadable.signIn": "Your password manager’s answer can’t be read. Update it, or sign in with a passkey from another place.",
    "invalid-options": "The browser does not accept this site’s request. Update the browser, or try another one.",
    failed: "Something went wrong on your device. Please try again.",
    server: "Something went wrong on the server. Please try again.",
    "unexpected-response": "The answer did not come from this site’s server. Reload the page and try again.",
    unreachable: "The server can’t be reached. Check your connection and try again.",
    unexpected: "Something went wrong. Please reload the page.",
    signedOut: "You were signed out. Sign in again to go on.",
    account_already_exists: "This account exists already. Sign in instead.",
    attestation_verification_failed: "The server did not accept this passkey. Nothing was saved. Try another device.",
    authentication_failed: "This passkey can’t sign in here. It may have been deleted from its account. Try another passkey.",
    challenge_not_found: "That took too long. Please try again.",
    credential_not_found: "This passkey is not in your account any more. Reload the page.",
    invalid_request: "The server did not understand the page. Reload it and try again.",
    last_credential: "This is your only passkey left that can sign in, so it stays. Add another one before you delete it.",
    no_passkeys: "Your account has no passkey that can confirm this. Sign out and in again, then add one.",
    reauthentication_required: "Your sign-in was a while ago. Sign out and in again to change your passkeys.",
    storage_unavailable: "The server can’t save or read anything right now. Please try again in a moment.",
    too_many_credentials: "Your account has as many passkeys as it can have. Delete one that you don’t use any more first.",
  },
};

/** Modules of the other languages. Bundlers follow these imports. */
/** @type {Record<string, () => Promise<{ default: Texts }>>} */
const MODULES = {
  ar: () => import("./texts/ar.js"),
  de: () => import("./texts/de.js"),
  es: () => import("./texts/es.js"),
  fr: () => import("./texts/fr.js"),
  ja: () => import("./texts/ja.js"),
};

/** Texts by language tag, in lower case. @type {Map<string, Texts>} */
const CATALOGUE = new Map([["en", ENGLISH]]);

/** The application's changes, by language tag. @type {Map<string, PartialTexts>} */
const CHANGES = new Map();

/** @param {string} language @param {PartialTexts} texts */
export function addTexts(language, texts) {
  const tag = language.toLowerCase();
  CHANGES.set(tag, merged(CHANGES.get(tag) ?? {}, texts));
  drawAll();
}

/** @returns {string[]} */
export const languages = () => [...new Set(["en", ...CHANGES.keys(), ...Object.keys(MODULES)])].sort();

/**
 * @template {PartialTexts} T
 * @param {T} texts
 * @param {PartialTexts} [changes]
 * @returns {T}
 */
const merged = (texts, changes) => ({
  ...texts,
  ...changes,
  errors: { ...texts.errors, ...changes?.errors },
});

/**
 * Returns the texts for a language, or `undefined` while they are fetched.
 *
 * @param {string} wanted such as `de-at`, which falls back on `de`, and then on English
 */
function textsIn(wanted) {
  const tags = [];
  for (let tag = wanted; tag; tag = tag.replace(/-?[^-]*$/, "")) tags.push(tag);
  tags.push("en");
  const known = tags.findIndex((tag) => CATALOGUE.has(tag) || Object.hasOwn(MODULES, tag));
  const texts = CATALOGUE.get(tags[known]);
  if (!texts) return load(tags[known]);
  const changes = tags.slice(0, known + 1).filter((tag) => CHANGES.has(tag));
  const own = texts === ENGLISH ? "en" : tags[known];
  const changed = changes.reduceRight((all, tag) => merged(all, CHANGES.get(tag)), texts);
  return { language: changes[0] ?? own, texts: changed };
}

/** Languages whose texts are being fetched, or were. */
const LOADING = new Set();

/** Fetches the texts of a language, and draws the elements again. @param {string} language */
function load(language) {
  if (LOADING.has(language)) return;
  LOADING.add(language);
  MODULES[language]().then(
    (module) => CATALOGUE.set(language, module.default),
    (error) => {
      console.error(error);
      CATALOGUE.set(language, ENGLISH);
    },
  ).finally(drawAll);
}

/**
 * Returns the element or its closest ancestor with this attribute, also beyond shadow roots.
 *
 * @param {Element} element
 * @param {string} attribute
 * @returns {HTMLElement | null}
 */
function inherited(element, attribute) {
  const found = element.closest(`[${attribute}]`);
  if (found) return /** @type {HTMLElement} */ (found);
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? inherited(root.host, attribute) : null;
}

// Elements

/** The elements that are connected to the page. @type {Set<PasskeyElement>} */
const ELEMENTS = new Set();

function drawAll() {
  for (const each of ELEMENTS) each.draw();
}

/** For server-side rendering, which has no `HTMLElement`. */
const Base = globalThis.HTMLElement ?? /** @type {typeof HTMLElement} */ (/** @type {unknown} */ (class {}));

/** Base class of the elements. */
class PasskeyElement extends Base {
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
      for (const each of ELEMENTS) if (each instanceof PasskeySignIn) each.resume();
    } finally {
      this.#wait(button, false);
    }
  }

  /** @param {string} id @param {boolean} waits */
  #wait(id, waits) {
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
    /** @type {Record<string, string | undefined>} */
    const errors = this.t.errors;
    if (!reason) {
      console.error(error);
      return this.t.errors.unexpected;
    }
    const known = errors[`${code}.${doing}`] ?? errors[code];
    if (known) return known;
    if (status === 401) return errors.signedOut ?? "";
    if (this.isOwn(error)) return message;
    return errors[`${reason}.${doing}`] ?? errors[reason] ?? this.t.errors.unexpected;
  }

  /** Returns whether an error is the application's own, with a message that is meant for its users. @param {unknown} error */
  isOwn(error) {
    const { reason, code, status } = /** @type {PasskeyError} */ (error ?? {});
    return reason === "server" && !!code && status < 500 && !(code in this.t.errors) && !TECHNICAL.includes(code);
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
    /** @type {PasskeyElement | undefined} */
    const first = [...ELEMENTS].find((each) => each instanceof PasskeySignIn || each instanceof PasskeySignUp);
    if (first !== this) return;
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

class PasskeySignIn extends PasskeyElement {
  /** The name of the user whose passkeys are asked for. @type {string | undefined} */
  username;
  #offering = false;

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

class PasskeySignUp extends PasskeyElement {
  /** Returns what the `sign_up` hook reads. @type {((fields: Record<string, any>) => unknown) | undefined} */
  signUpBody;

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

class PasskeyList extends PasskeyElement {
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

class PasskeyOffer extends PasskeyElement {
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

/** Clients by the path of their routes. @type {Map<string, PasskeyClient>} */
const CLIENTS = new Map([["", passkeys]]);

/** @param {string} base */
function clientOf(base) {
  const client = CLIENTS.get(base) ?? new PasskeyClient({ base });
  CLIENTS.set(base, client);
  return client;
}

/** Tells the other elements that passkeys have changed. @param {PasskeyElement} by */
const changed = (by) => Promise.all([...ELEMENTS].map((each) => each !== by && each.renew()));

/**
 * Goes to a page of this site.
 *
 * @param {string | null} href
 */
function follow(href) {
  if (href === null) return;
  const url = new URL(href, document.baseURI);
  // The address may come from a query: no script is run, and no other site is opened. In a frame made of
  // `srcdoc`, `location.origin` is "null", as the origin of `javascript:` is.
  if (/^https?:$/.test(url.protocol) && url.origin === self.origin) location.assign(url);
  else console.error(`${url.origin} is another site: listen for the event instead`);
}

/** Draws the elements again when the language of the page changes. */
let observe = () => {
  observe = () => {};
  const attributeFilter = ["lang", "dir"];
  new MutationObserver(drawAll).observe(document, { subtree: true, attributeFilter });
};

// Parts of the page

/**
 * Creates an element. Functions are listeners; attributes that are `false` or `undefined` are left out.
 *
 * @param {string} tag
 * @param {Record<string, any>} attributes
 * @param {(Node | string)[]} content
 */
function h(tag, attributes, ...content) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...content);
  return element;
}

/**
 * @param {string} id
 * @param {string} label
 * @param {string} kind
 * @param {() => unknown} [click] without, it submits the form
 * @param {{ act?: string, described?: string, hidden?: string, icon?: string, label?: string }} [more]
 */
function button(id, label, kind, click, more = {}) {
  return h(
    "button",
    {
      id: id || undefined, class: kind, part: `button ${kind}`.trim(), type: click ? "button" : "submit", click,
      "aria-label": more.label, "aria-describedby": more.described, "data-act": more.act, hidden: more.hidden,
    },
    more.icon ? icon(more.icon) : "",
    h("span", {}, label),
  );
}

/** @param {string} id @param {string} label */
const field = (id, label) =>
  h(
    "div",
    { class: "field", part: "field" },
    h("label", { for: id, part: "label" }, label),
    h("input", {
      id, name: id, part: "input", autocomplete: "username webauthn", autocapitalize: "none", maxlength: "64", required: "",
      "aria-describedby": `${id}-error`,
    }),
    h("p", { id: `${id}-error`, class: "error", part: "error" }),
  );

/** Outlines in a square of 24. @type {Record<string, string>} */
const ICONS = {
  key: "M3.5 8.5a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0m7.7 3.2 8.8 8.8m-3.4-3.4 2.6-2.6",
  plus: "M12 5v14M5 12h14",
  cloud: "M7 18.5a4.5 4.5 0 0 1-.4-9 6 6 0 0 1 11.5 1.6 3.8 3.8 0 0 1-.6 7.4Z",
  device: "M4 5h16v10.5H4ZM2.5 19h19",
  usb: "M3.5 8.5h12v7h-12ZM15.5 10h5v4h-5M7 12h2",
};

/** @param {string} name @param {string} [kind] */
function icon(name, kind = "icon") {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[name]);
  for (const [key, value] of [["viewBox", "0 0 24 24"], ["aria-hidden", "true"], ["class", kind], ["part", kind]]) {
    svg.setAttribute(key, value);
  }
  svg.append(path);
  return svg;
}

/** @param {Passkey} passkey */
function iconOf({ backupEligible, transports }) {
  if (backupEligible) return "cloud";
  return transports.includes("internal") ? "device" : "usb";
}

/** @param {Element | null} part of a row */
const idOf = (part) => /** @type {HTMLElement | null | undefined} */ (part?.closest("li"))?.dataset.id;

/**
 * Fills the gaps of a text.
 *
 * @param {string} text
 * @param {Record<string, string>} values
 */
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => isolated(values[name], text));

/** Keeps a name that is written in the other direction from changing the order of the words around it. */
const isolated = (/** @type {string} */ name, /** @type {string} */ text) =>
  RIGHT_TO_LEFT.test(name) === RIGHT_TO_LEFT.test(text) ? name : `\u2068${name}\u2069`;

const RIGHT_TO_LEFT = /[\u0590-\u08ff]/;

const CSS = `
:host {
  display: block;
  margin-block: 1em;
  --_accent: var(--passkey-accent, #0b5cad);
  --_on-accent: var(--passkey-on-accent, #fff);
  --_danger: var(--passkey-danger, #b3261e);
  --_on-danger: var(--passkey-on-danger, #fff);
  --_line: var(--passkey-line, #767676);
  --_radius: var(--passkey-radius, .625rem);
  overflow-wrap: anywhere;
  line-height: 1.5;
}
@supports (color: light-dark(#000, #fff)) {
  :host {
    --_accent: var(--passkey-accent, light-dark(#0b5cad, #8ec3ff));
    --_on-accent: var(--passkey-on-accent, light-dark(#fff, #04213f));
    --_danger: var(--passkey-danger, light-dark(#b3261e, #ff9a90));
    --_on-danger: var(--passkey-on-danger, light-dark(#fff, #2b0704));
    --_line: var(--passkey-line, light-dark(#767676, #8c8c8c));
  }
}
:host([hidden]), [hidden] { display: none !important; }
* { box-sizing: border-box; }
h1, h2, h3, h4, h5, h6, p, ul { margin: 0; padding: 0; }
h2 { font-size: 1.125em; line-height: 1.3; }
h3, h4, h5, h6 { font-size: 1em; font-weight: 600; }
.small, .hint, .error { font-size: .875em; }
.small, .hint { color: color-mix(in srgb, currentcolor 78%, transparent); }
button, input { font: inherit; color: inherit; min-block-size: 2.75rem; border: 1px solid var(--_line); border-radius: var(--_radius); }
button {
  display: inline-flex; align-items: center; justify-content: center; gap: .5em;
  padding: .5em 1em; background: transparent; font-weight: 600; overflow-wrap: break-word; cursor: pointer;
}
button:hover { border-color: currentcolor; }
.wide { inline-size: 100%; min-block-size: 3rem; }
.primary { border-color: transparent; background: var(--_accent); color: var(--_on-accent); }
.quiet { padding-inline: .75em; border-color: transparent; color: var(--_accent); }
.quiet.delete { color: var(--_danger); }
.primary.danger { background: var(--_danger); color: var(--_on-danger); }
button[aria-disabled] { cursor: progress; opacity: .7; }
svg { flex: none; inline-size: 1.25em; block-size: 1.25em; fill: none; stroke: currentcolor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
.badge { inline-size: 2.5em; block-size: 2.5em; padding: .5em; border-radius: var(--_radius); color: var(--_accent); background: color-mix(in srgb, currentcolor 12%, transparent); }
label { display: block; margin-block-end: .375em; font-weight: 600; }
input { inline-size: 100%; padding: .5em .875em; background: transparent; }
input[aria-invalid] { border-color: var(--_danger); box-shadow: inset 0 0 0 1px var(--_danger); }
.error { color: var(--_danger); font-weight: 500; }
.error:not(:empty), .hint { margin-block-start: .5em; }
form > button, .field + button { margin-block-start: 1em; }
#sign-in-hint { text-align: center; text-wrap: balance; }
.notice { scroll-margin: 1rem; }
.notice:not(:empty) { margin-block: 1em; padding: .75em 1em; border: 1px solid var(--_accent); border-radius: var(--_radius); background: color-mix(in srgb, var(--_accent) 10%, transparent); font-weight: 500; }
.notice.bad:not(:empty) { border-color: var(--_danger); background: color-mix(in srgb, var(--_danger) 10%, transparent); }
:focus-visible { outline: 3px solid var(--_accent); outline-offset: 2px; }
[tabindex="-1"]:focus { outline: none; }
.head, .name, .choices { display: flex; flex-wrap: wrap; align-items: center; gap: .75em; }
.head { justify-content: space-between; }
.head button { white-space: nowrap; }
ul { list-style: none; margin-block: .75em; }
li { display: grid; grid-template-columns: auto 1fr auto; align-items: center; gap: .25em .875em; padding-block: .875em; border-block-start: 1px solid color-mix(in srgb, currentcolor 18%, transparent); }
.name { gap: .125em .625em; }
.tag { padding: 0 .5em; border: 1px solid transparent; border-radius: 1em; background: color-mix(in srgb, var(--_accent) 12%, transparent); color: var(--_accent); font-size: .75em; font-weight: 600; }
.actions { display: flex; }
.renaming .what, .renaming .actions { display: none; }
.renaming { align-items: start; }
#rename-form { grid-column: 2 / -1; }
.choices { margin-block-start: 1em; }
#offer-text { margin-block-start: .5em; }
dialog { inline-size: min(100% - 2.5rem, 26rem); padding: 1.5em; border: 1px solid var(--_line); border-radius: calc(var(--_radius) * 1.5); background: var(--passkey-surface, Canvas); color: var(--passkey-text, CanvasText); }
dialog::backdrop { background: rgb(0 0 0 / 55%); }
dialog h2 { margin-block-end: .75em; }
dialog .choices { justify-content: flex-end; }
@media (max-width: 32rem) {
  li { grid-template-columns: auto 1fr; }
  .actions { grid-column: 2; margin-inline: -.75em 0; }
  .head button, .choices button { flex: 1 1 auto; }
}
`;

/** @type {CSSStyleSheet | undefined} */
let sheet;

/** Applies the style sheet, which no content security policy forbids. @param {ShadowRoot} shadow */
function dress(shadow) {
  try {
    if (!sheet) (sheet = new CSSStyleSheet()).replaceSync(CSS);
    shadow.adoptedStyleSheets = [sheet];
  } catch {
    // Safari 16.3 and before.
    shadow.append(h("style", {}, CSS));
  }
}

for (const [name, element] of Object.entries({
  "passkey-sign-in": PasskeySignIn,
  "passkey-sign-up": PasskeySignUp,
  "passkey-list": PasskeyList,
  "passkey-offer": PasskeyOffer,
})) {
  // Another copy of the module may have defined it.
  if (globalThis.customElements && !customElements.get(name)) customElements.define(name, element);
}

export { PasskeyList, PasskeyOffer, PasskeySignIn, PasskeySignUp };
