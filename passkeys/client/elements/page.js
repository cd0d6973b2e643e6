// @ts-check
/** The elements of a page, which know of each other, and the pages that they lead to. */

/** @typedef {import("./base.js").PasskeyElement} PasskeyElement */

/** The elements that are connected to the page. @type {Set<PasskeyElement>} */
export const ELEMENTS = new Set();

/** Draws the elements again, after a change of texts. */
export function drawAll() {
  for (const each of ELEMENTS) each.draw();
}

/** Tells the other elements that passkeys have changed. @param {PasskeyElement} by */
export const changed = (by) => Promise.all([...ELEMENTS].map((each) => each !== by && each.renew()));

/**
 * Goes to a page of this site.
 *
 * @param {string | null} href
 */
export function follow(href) {
  if (href === null) return;
  // The address may come from a query: no script is run, no other site is opened, and one that is none, such
  // as `//`, does not fail the sign-in. In a frame made of `srcdoc`, `location.origin` is "null", as the
  // origin of `javascript:` is.
  let url;
  try {
    url = new URL(href, document.baseURI);
  } catch {}
  if (url && /^https?:$/.test(url.protocol) && url.origin === self.origin) location.assign(url);
  else console.error(`${href} is no page of this site: listen for the event instead`);
}

let observes = false;

/** Draws the elements again when the language of the page changes. */
export function observe() {
  if (observes) return;
  observes = true;
  const attributeFilter = ["lang", "dir"];
  new MutationObserver(drawAll).observe(document, { subtree: true, attributeFilter });
}
