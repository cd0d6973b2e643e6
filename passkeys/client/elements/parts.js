// @ts-check
/** What the elements are made of: buttons, fields, icons, and texts with gaps. */

import { CSS } from "./style.js";

/**
 * Creates an element. Functions are listeners; attributes that are `false` or `undefined` are left out.
 *
 * @param {string} tag
 * @param {Record<string, any>} attributes
 * @param {(Node | string)[]} content
 */
export function h(tag, attributes, ...content) {
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
export function button(id, label, kind, click, more = {}) {
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
export const field = (id, label) =>
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
export function icon(name, kind = "icon") {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[name]);
  for (const [key, value] of [["viewBox", "0 0 24 24"], ["aria-hidden", "true"], ["class", kind], ["part", kind]]) {
    svg.setAttribute(key, value);
  }
  svg.append(path);
  return svg;
}

/**
 * Fills the gaps of a text.
 *
 * @param {string} text
 * @param {Record<string, string>} values
 */
export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => isolated(values[name], text));

/** Keeps a name that is written in the other direction from changing the order of the words around it. */
const isolated = (/** @type {string} */ name, /** @type {string} */ text) =>
  RIGHT_TO_LEFT.test(name) === RIGHT_TO_LEFT.test(text) ? name : `\u2068${name}\u2069`;

const RIGHT_TO_LEFT = /[\u0590-\u08ff]/;

/** @type {CSSStyleSheet | undefined} */
let sheet;

/** Applies the style sheet, which no content security policy forbids. @param {ShadowRoot} shadow */
export function dress(shadow) {
  try {
    if (!sheet) (sheet = new CSSStyleSheet()).replaceSync(CSS);
    shadow.adoptedStyleSheets = [sheet];
  } catch {
    // Safari 16.3 and before.
    shadow.append(h("style", {}, CSS));
  }
}
