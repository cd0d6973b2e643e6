//! Checks that the page of the book shows the difference between the example `passwords` and this one.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
};

use similar::TextDiff;

/// Files that the page leaves out: tests of what is new.
const LEFT_OUT: [&str; 2] = ["difference.rs", "passkey_tests.rs"];

/// Returns the files of an example by their paths in it.
fn files(example: &str) -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(example);
    let mut files = BTreeMap::new();
    let mut directories = vec![PathBuf::new()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(root.join(&directory)).unwrap() {
            let entry = entry.unwrap();
            let path = directory.join(entry.file_name());
            if entry.file_type().unwrap().is_dir() {
                directories.push(path);
            } else if let Ok(text) = fs::read_to_string(entry.path()) {
                files.insert(path.to_str().unwrap().replace('\\', "/"), text);
            }
        }
    }
    files
}

/// Returns the difference of each file that is not in both examples alike.
fn differences() -> BTreeMap<String, String> {
    let (mut before, mut after) = (files("passwords"), files("passwords_and_passkeys"));
    before.retain(|path, text| after.get(path) != Some(text));
    after.retain(|path, text| files("passwords").get(path) != Some(text));
    let paths: Vec<_> = before.keys().chain(after.keys()).cloned().collect();
    let difference = |path: String| {
        let [old, new] = [&before, &after].map(|files| files.get(&path).map_or("", String::as_str));
        let difference = TextDiff::from_lines(old, new).unified_diff().to_string();
        (path, difference)
    };
    let mut differences: BTreeMap<_, _> = paths.into_iter().map(difference).collect();
    differences.retain(|path, _| !LEFT_OUT.contains(&path.as_str()));
    differences
}

/// Returns the page with these differences: each in a block after its heading, "### `path`".
fn with_blocks(page: &str, differences: &BTreeMap<String, String>) -> String {
    // Each line of a difference begins with a mark: none is like the end of a block.
    let (before, after) = ("\n\n```diff", "\n```\n");
    let mut parts = page.split("\n### `");
    let mut written = parts.next().unwrap().to_owned();
    for part in parts {
        let (path, text) = part.split_once('`').expect("a path in backticks");
        let difference = differences.get(path).map_or("", String::as_str);
        let (words, rest) = text.split_once(before).unwrap_or((text, after));
        let (_, rest) = rest.split_once(after).expect("a block that ends");
        let difference = difference.trim_end_matches('\n');
        let part = [
            "\n### `", path, "`", words, before, "\n", difference, after, rest,
        ];
        written.extend(part);
    }
    written
}

#[test]
fn page_of_the_book_shows_the_difference_to_the_application_without_passkeys() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/passwords-and-passkeys.md");
    let page = fs::read_to_string(&path).unwrap();
    let differences = differences();
    let mut shown: Vec<_> = page
        .split("\n### `")
        .skip(1)
        .map(|part| part.split('`').next().unwrap())
        .collect();
    shown.sort_unstable();
    let differ: Vec<_> = differences.keys().collect();
    assert_eq!(shown, differ, "a heading for each file that differs");
    let expected = with_blocks(&page, &differences);
    if env::var_os("BLESS").is_some_and(|bless| bless == "1") {
        fs::write(&path, expected).unwrap();
    } else {
        let changed = TextDiff::from_lines(&page, &expected)
            .unified_diff()
            .to_string();
        assert!(
            changed.is_empty(),
            "run with BLESS=1, then read the difference:\n{changed}"
        );
    }
}
