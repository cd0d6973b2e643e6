//! Who makes the authenticators that say what model they are.

use std::sync::LazyLock;

/// By AAGUID, in the order of its text.
static NAMES: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
    let lines = include_str!("../../data/provider-names.tsv").lines();
    // The comments at the top have no tabs.
    lines.filter_map(|line| line.split_once('\t')).collect()
});

/// The name that goes with an AAGUID, written like a UUID.
pub(crate) fn find(aaguid: &str) -> Option<&'static str> {
    let at = NAMES.binary_search_by_key(&aaguid, |(aaguid, _)| aaguid);
    Some(NAMES[at.ok()?].1)
}

#[cfg(test)]
mod tests {
    use super::{NAMES, find};
    use crate::Aaguid;

    #[test]
    fn every_line_is_an_aaguid_and_a_name() {
        let lines = include_str!("../../data/provider-names.tsv").lines();
        let entries = lines.filter(|line| !line.starts_with('#')).count();
        assert_eq!(entries, NAMES.len());
        assert!(entries > 300, "the list is there: {entries}");
        for (id, name) in &*NAMES {
            let aaguid: Aaguid = id.parse().unwrap();
            assert_eq!(aaguid.to_string(), *id, "in lower case");
            let clean = !name.contains(char::is_control) && name.trim() == *name;
            assert!(clean && !name.is_empty(), "{id}: {name:?}");
        }
    }

    #[test]
    fn the_list_is_sorted_and_names_each_once() {
        assert!(NAMES.is_sorted_by(|(one, _), (next, _)| one < next));
    }

    #[test]
    fn every_name_is_found_and_no_other() {
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
