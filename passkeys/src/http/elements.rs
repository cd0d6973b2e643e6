//! `GET /elements.js`, the custom elements, and the texts of their languages.

/// The modules by their paths. `elements.js` has the English texts, and imports the others where a page
/// is in that language.
pub(super) const SCRIPTS: &[(&str, &str)] = &[
    ("/elements.js", include_str!("../../client/elements.js")),
    ("/texts/ar.js", include_str!("../../client/texts/ar.js")),
    ("/texts/de.js", include_str!("../../client/texts/de.js")),
    ("/texts/es.js", include_str!("../../client/texts/es.js")),
    ("/texts/fr.js", include_str!("../../client/texts/fr.js")),
    ("/texts/ja.js", include_str!("../../client/texts/ja.js")),
];
