//! Public suffixes: where the domains of one owner end and those of everybody begin.

/// The public suffix of a host that [`crate::host::check`] accepts. A name that the list does not
/// know has its last label (the list's default rule `*`), as in browsers.
pub(crate) fn public_suffix(host: &str) -> &str {
    psl::suffix_str(host).unwrap_or(host)
}

/// Whether it is in the list, not only by the default rule.
pub(crate) fn is_listed(suffix: &str) -> bool {
    psl::suffix(suffix.as_bytes()).is_some_and(|suffix| suffix.is_known())
}

/// The public suffix and one label: what can be registered.
pub(crate) fn registrable_domain(host: &str) -> Option<&str> {
    psl::domain_str(host)
}

/// The label left of the public suffix: `example` for `www.example.co.uk`.
pub(crate) fn registrable_label(host: &str) -> Option<&str> {
    registrable_domain(host)?.split('.').next()
}
