//! `GET /elements.js`, the custom elements, with its parts, its TypeScript declarations and the texts of their
//! languages.

/// The modules by their paths. `elements.js` imports its parts and the English texts, and those of another language
/// where a page is in that language.
pub(super) const SCRIPTS: &[(&str, &str)] = &[
    ("/elements.js", include_str!("../../client/elements.js")),
    ("/elements.d.ts", include_str!("../../client/elements.d.ts")),
    (
        "/elements/base.js",
        include_str!("../../client/elements/base.js"),
    ),
    (
        "/elements/list.js",
        include_str!("../../client/elements/list.js"),
    ),
    (
        "/elements/offer.js",
        include_str!("../../client/elements/offer.js"),
    ),
    (
        "/elements/page.js",
        include_str!("../../client/elements/page.js"),
    ),
    (
        "/elements/parts.js",
        include_str!("../../client/elements/parts.js"),
    ),
    (
        "/elements/sign-in.js",
        include_str!("../../client/elements/sign-in.js"),
    ),
    (
        "/elements/sign-up.js",
        include_str!("../../client/elements/sign-up.js"),
    ),
    (
        "/elements/style.js",
        include_str!("../../client/elements/style.js"),
    ),
    (
        "/elements/texts.js",
        include_str!("../../client/elements/texts.js"),
    ),
    ("/texts/ar.js", include_str!("../../client/texts/ar.js")),
    ("/texts/de.js", include_str!("../../client/texts/de.js")),
    ("/texts/en.js", include_str!("../../client/texts/en.js")),
    ("/texts/es.js", include_str!("../../client/texts/es.js")),
    ("/texts/fr.js", include_str!("../../client/texts/fr.js")),
    ("/texts/ja.js", include_str!("../../client/texts/ja.js")),
];
