//! Compiler messages for mistakes in the annotated block: each file in a folder here is one mistake,
//! or one combination of mistakes, and the `.stderr` beside it is the expected output of the
//! compiler. `README.md` lists them and says how to change them.

use std::{env, fmt::Write as _, fs, path::Path};

#[test]
fn every_mistake_has_its_compiler_message() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("*/*.rs");
}

/// The folders of the catalogue, in the order of the README.
const FOLDERS: [(&str, &str); 15] = [
    (
        "attribute",
        "The attribute: its keys and the kinds of their values",
    ),
    ("rp_id", "`rp_id`"),
    ("origins", "`origins`"),
    ("related_origins", "`related_origins`"),
    ("top_origins", "`top_origins`"),
    (
        "well_known",
        "Pages and apps, which the well-known documents name",
    ),
    ("options", "The other keys"),
    ("extensions", "`extensions`"),
    ("profiles", "`profiles`"),
    (
        "features",
        "Cargo features of `passkeys` that the program lacks",
    ),
    ("block", "The block"),
    ("hooks", "The signature of a hook"),
    ("arguments", "The arguments of a hook"),
    ("tenants", "The hook `relying_party`"),
    ("types", "Types, with messages of the compiler itself"),
];

#[test]
fn readme_lists_every_mistake() {
    let ui = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = fs::read_dir(ui).unwrap().filter_map(Result::ok);
    let folders = folders.filter(|entry| entry.path().is_dir());
    assert_eq!(folders.count(), FOLDERS.len(), "a folder is not listed");
    let mut catalogue = String::new();
    let mut count = 0;
    for (folder, title) in FOLDERS {
        write!(catalogue, "\n## {title}\n\n").unwrap();
        let mut cases: Vec<_> = fs::read_dir(ui.join(folder))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
            .collect();
        cases.sort();
        count += cases.len();
        for case in cases {
            let name = case.file_stem().unwrap().to_string_lossy().into_owned();
            let messages = messages(&case.with_extension("stderr"));
            writeln!(
                catalogue,
                "- [{}]({folder}/{name}.rs)",
                name.replace('_', " ")
            )
            .unwrap();
            for message in messages {
                writeln!(catalogue, "  - {message}").unwrap();
            }
        }
    }
    let readme = ui.join("README.md");
    let text = fs::read_to_string(&readme).unwrap();
    let (introduction, listed) = text.split_once("<!-- catalogue -->\n").unwrap();
    let catalogue = format!("\n{count} cases.\n{catalogue}");
    if env::var_os("BLESS").is_some() {
        fs::write(
            &readme,
            format!("{introduction}<!-- catalogue -->\n{catalogue}"),
        )
        .unwrap();
        return;
    }
    assert!(listed == catalogue, "run with BLESS=1 to update README.md");
}

/// The first lines of the messages in a file.
fn messages(stderr: &Path) -> Vec<String> {
    let text = fs::read_to_string(stderr).unwrap();
    let lines = text.lines().filter(|line| line.starts_with("error"));
    let messages = lines.filter_map(|line| line.split_once(": "));
    messages.map(|(_, message)| message.to_owned()).collect()
}
