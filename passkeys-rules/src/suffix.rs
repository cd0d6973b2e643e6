//! Queries of the public suffix list.

/// Returns the public suffix of a host that [`crate::host::check`] accepts. For a name that is not on
/// the list it is the last label (the list's default rule `*`), as in browsers.
pub(crate) fn public_suffix(host: &str) -> &str {
    psl::suffix_str(host).unwrap_or(host)
}

/// Returns whether a suffix is on the list, rather than a suffix by the default rule.
pub(crate) fn is_listed(suffix: &str) -> bool {
    psl::suffix(suffix.as_bytes()).is_some_and(|suffix| suffix.is_known())
}

/// Returns the registrable domain: the public suffix and one more label.
pub(crate) fn registrable_domain(host: &str) -> Option<&str> {
    psl::domain_str(host)
}

/// Returns the label left of the public suffix: `example` for `www.example.co.uk`.
pub(crate) fn registrable_label(host: &str) -> Option<&str> {
    registrable_domain(host)?.split('.').next()
}
