//! Names of passkey providers and authenticator models, by AAGUID.

use std::sync::LazyLock;

/// Pairs of AAGUID and name, sorted by the AAGUID's text.
static NAMES: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
    let lines = include_str!("../../data/provider-names.tsv").lines();
    // The comments at the top of the file have no tabs.
    lines.filter_map(|line| line.split_once('\t')).collect()
});

/// Returns the name of an AAGUID, which is given in the form of a UUID.
pub(crate) fn find(aaguid: &str) -> Option<&'static str> {
    let at = NAMES.binary_search_by_key(&aaguid, |(aaguid, _)| aaguid);
    Some(NAMES[at.ok()?].1)
}

#[cfg(test)]
mod tests {
    use super::{NAMES, find};
    use crate::Aaguid;

    #[test]
    fn every_line_of_the_list_has_an_aaguid_and_a_name() {
        let lines = include_str!("../../data/provider-names.tsv").lines();
        let entries = lines.filter(|line| !line.starts_with('#')).count();
        assert_eq!(entries, NAMES.len());
        assert!(entries > 300, "only {entries} entries");
        for (id, name) in &*NAMES {
            let aaguid: Aaguid = id.parse().unwrap();
            assert_eq!(aaguid.to_string(), *id, "in lower case");
            let clean = !name.contains(char::is_control) && name.trim() == *name;
            assert!(clean && !name.is_empty(), "{id}: {name:?}");
        }
    }

    #[test]
    fn list_is_sorted_by_aaguid_without_duplicates() {
        assert!(NAMES.is_sorted_by(|(one, _), (next, _)| one < next));
    }

    #[test]
    fn provider_name_is_found_for_listed_aaguids_only() {
        for (id, name) in &*NAMES {
            let aaguid: Aaguid = id.parse().unwrap();
            assert_eq!(aaguid.provider_name(), Some(*name));
        }
        for unknown in [
            "",
            "00000000-0000-0000-0000-000000000000",
            "01020304-0506-0708-0102-030405060708",
            "ffffffff-ffff-ffff-ffff-ffffffffffff",
        ] {
            assert_eq!(find(unknown), None, "{unknown}");
        }
    }
}
