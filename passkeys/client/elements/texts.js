// @ts-check
/**
 * The catalogue of texts: languages, changes of the application, and which of them an element shows.
 */

import ENGLISH from "../texts/en.js";
import { drawAll } from "./page.js";

/**
 * @typedef {import("../elements.d.ts").PartialTexts} PartialTexts
 * @typedef {import("../elements.d.ts").Texts} Texts
 */

/** Modules of the other languages. Bundlers follow these imports. */
/** @type {Record<string, () => Promise<{ default: Texts }>>} */
const MODULES = {
  ar: () => import("../texts/ar.js"),
  de: () => import("../texts/de.js"),
  es: () => import("../texts/es.js"),
  fr: () => import("../texts/fr.js"),
  ja: () => import("../texts/ja.js"),
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
export const merged = (texts, changes) => ({
  ...texts,
  ...changes,
  errors: { ...texts.errors, ...changes?.errors },
});

/**
 * Returns the texts for a language, or `undefined` while they are fetched.
 *
 * @param {string} wanted such as `de-at`, which falls back on `de`, and then on English
 */
export function textsIn(wanted) {
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
export function inherited(element, attribute) {
  const found = element.closest(`[${attribute}]`);
  if (found) return /** @type {HTMLElement} */ (found);
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? inherited(root.host, attribute) : null;
}
