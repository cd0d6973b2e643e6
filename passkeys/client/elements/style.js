// @ts-check
/** The style sheet of the elements. */

export const CSS = `
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
