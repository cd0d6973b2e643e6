//! Checks references in the documentation: the tests that `docs/threat-model.md` names, and files,
//! headings and pages that the other documents link to.

use std::{
    fs,
    path::{Path, PathBuf},
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Returns each linked test of a document: its name, and its file.
fn named_tests(document: &str) -> Vec<(&str, &str)> {
    let links = document.split("[`").skip(1);
    links
        .filter_map(|link| {
            let (name, link) = link.split_once("`](../")?;
            let (file, _) = link.split_once(')')?;
            let names_a_test = name
                .chars()
                .all(|char| matches!(char, 'a'..='z' | '0'..='9' | '_'));
            names_a_test.then_some((name, file))
        })
        .collect()
}

/// Returns the names of the test functions in a file.
fn tests(file: &str) -> Vec<String> {
    let source = fs::read_to_string(root().join(file)).unwrap_or_else(|error| {
        panic!("{file}: {error}");
    });
    let mut tests = Vec::new();
    let mut attributes = false;
    for line in source.lines().map(str::trim) {
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            attributes = true;
        } else if let Some((_, rest)) = line.split_once("fn ")
            && std::mem::take(&mut attributes)
        {
            tests.push(rest.split('(').next().unwrap_or_default().to_owned());
        }
    }
    tests
}

#[test]
fn every_test_that_the_threat_model_or_the_page_on_recovery_names_exists() {
    for (document, at_least) in [("docs/threat-model.md", 30), ("docs/recovery.md", 12)] {
        let document = fs::read_to_string(root().join(document)).unwrap();
        let named = named_tests(&document);
        assert!(named.len() >= at_least, "{named:?}");
        for (name, file) in named {
            assert!(
                tests(file).iter().any(|test| test == name),
                "{file} has no test `{name}`"
            );
        }
    }
}

#[test]
fn every_test_of_a_published_weakness_is_in_the_threat_model() {
    const FILE: &str = "tests/attacks/published_weaknesses.rs";
    let document = fs::read_to_string(root().join("docs/threat-model.md")).unwrap();
    let named = named_tests(&document);
    for test in tests(FILE) {
        assert!(
            named.contains(&(test.as_str(), FILE)),
            "`{test}` is not in the threat model"
        );
    }
}

/// Returns the Markdown files of the repository.
fn pages() -> Vec<PathBuf> {
    fn collect(directory: &Path, pages: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(directory).unwrap() {
            let entry = entry.unwrap();
            let (path, name) = (entry.path(), entry.file_name());
            let name = name.to_string_lossy();
            if entry.file_type().unwrap().is_dir() {
                // What cargo and npm have put there, and what is no part of the documentation.
                let is_foreign =
                    name.starts_with('.') || name == "target" || name == "node_modules";
                if !is_foreign {
                    collect(&path, pages);
                }
            } else if path.extension().is_some_and(|extension| extension == "md") {
                pages.push(path);
            }
        }
    }
    let mut pages = Vec::new();
    collect(&root(), &mut pages);
    pages
}

/// Returns the text of a page without its code blocks, where brackets are not links.
fn prose(page: &Path) -> String {
    let text = fs::read_to_string(page).unwrap();
    let blocks = text.split("\n```");
    blocks.step_by(2).collect()
}

/// Returns the anchor that GitHub and mdBook generate for a heading.
fn anchor(heading: &str) -> String {
    let kept = heading
        .chars()
        .filter(|char| char.is_alphanumeric() || matches!(char, ' ' | '-' | '_'));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

/// Returns the targets of the links in a text: `[text](target)`, and `[label]: target`.
fn targets(text: &str) -> Vec<&str> {
    let inline = text.split("](").skip(1);
    let inline = inline.map(|link| link.split(')').next().unwrap_or_default());
    let lines = text.lines().filter(|line| line.starts_with('['));
    let defined = lines.filter_map(|line| line.split_once("]: "));
    inline.chain(defined.map(|(_, target)| target)).collect()
}

#[test]
fn every_link_in_the_documentation_leads_to_an_existing_file_and_heading() {
    let mut broken = Vec::new();
    let pages = pages();
    assert!(pages.len() >= 35, "{pages:?}");
    for page in pages {
        let text = prose(&page);
        for link in targets(&text) {
            if link.contains("://") {
                continue;
            }
            let (target, heading) = link.split_once('#').unwrap_or((link, ""));
            let file = if target.is_empty() {
                page.clone()
            } else {
                page.with_file_name("").join(target)
            };
            let found = file.exists()
                && (heading.is_empty()
                    || prose(&file)
                        .lines()
                        .filter(|line| line.starts_with('#'))
                        .any(|line| anchor(line.trim_start_matches('#').trim()) == heading));
            if !found {
                broken.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

/// Returns what is wrong with a text in the format of <https://llmstxt.org>: a title, a summary as a
/// quotation, details, then sections that are lists of links.
fn mistakes_in_llms_txt(text: &str) -> Vec<String> {
    let mut mistakes = Vec::new();
    let (head, sections) = text.split_once("\n## ").unwrap_or((text, ""));
    let mut blocks = head.split("\n\n");
    let title = blocks
        .next()
        .is_some_and(|block| block.starts_with("# ") && block.lines().count() == 1);
    let summary = blocks
        .next()
        .is_some_and(|block| block.lines().all(|line| line.starts_with("> ")));
    if !title || !summary {
        mistakes.push("it does not begin with a title and a summary".to_owned());
    }
    for section in sections.split("\n## ") {
        let (name, links) = section.split_once("\n\n").unwrap_or((section, ""));
        let mut links = links.lines().filter(|line| !line.is_empty()).peekable();
        if links.peek().is_none()
            || !links.all(|line| line.starts_with("- [") && line.contains("): "))
        {
            mistakes.push(format!("section {name} is not a list of links with notes"));
        }
    }
    mistakes
}

#[test]
fn llms_txt_has_its_format_and_lists_every_page_of_the_book() {
    let text = fs::read_to_string(root().join("llms.txt")).unwrap();
    assert_eq!(mistakes_in_llms_txt(&text), Vec::<String>::new());
    for link in targets(&text) {
        assert!(root().join(link).exists(), "llms.txt: {link}");
    }
    let summary = fs::read_to_string(root().join("docs/SUMMARY.md")).unwrap();
    for page in targets(&summary) {
        let link = format!("(docs/{page})");
        assert!(text.contains(&link), "llms.txt does not list docs/{page}");
    }
}

#[test]
fn llms_txt_of_another_format_is_found() {
    for wrong in [
        "passkeys\n\n> Summary\n\n## Links\n\n- [One](one.md): first",
        "# passkeys\n\nSummary\n\n## Links\n\n- [One](one.md): first",
        "# passkeys\n\n> Summary\n\n## Links\n\nSee [one](one.md).",
        "# passkeys\n\n> Summary\n\n## Links\n\n- [One](one.md)",
    ] {
        assert!(!mistakes_in_llms_txt(wrong).is_empty(), "{wrong}");
    }
}

#[test]
fn links_are_found_in_the_text_and_in_definitions() {
    let text = "See [one](one.md#part), [`two`][two] and an array\n[0].\n\n[two]: ../two.html\n";
    assert_eq!(targets(text), ["one.md#part", "../two.html"]);
}

#[test]
fn every_page_of_the_book_is_in_its_summary_and_its_rust_code_is_compiled() {
    let summary = fs::read_to_string(root().join("docs/SUMMARY.md")).unwrap();
    // The macro's reference is compiled in another package, which can use the library.
    let compiled = ["passkeys/src/book.rs", "tests/edition-2021/lib.rs"]
        .map(|file| fs::read_to_string(root().join(file)).unwrap())
        .concat();
    for page in pages() {
        let name = page.file_name().unwrap().to_string_lossy();
        let is_in_the_book = page.parent().unwrap().ends_with("docs") && name != "SUMMARY.md";
        assert!(
            !is_in_the_book || summary.contains(&format!("({name})")),
            "docs/SUMMARY.md does not list {name}"
        );
        let has_code = fs::read_to_string(&page).unwrap().contains("```rust");
        assert!(
            !has_code || compiled.contains(&format!("{name}\"")),
            "passkeys/src/book.rs does not compile the code of {name}"
        );
    }
}
