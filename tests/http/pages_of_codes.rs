//! The pages that explain every error code, browser failure and audit reason. The codes are read from
//! the source, so that none can be added without its section, or removed without it.

use std::{collections::BTreeMap, fs, path::Path};

use passkeys::audit::Reason;

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Returns the arms of the function's `match self`, each as its variants and its value.
fn arms(source: &str, function: &str) -> Vec<(Vec<String>, String)> {
    let (_, rest) = source
        .split_once(&format!("pub fn {function}("))
        .unwrap_or_else(|| panic!("no function `{function}`"));
    let (_, rest) = rest.split_once("match self {").expect("a match");
    let (arms, _) = rest.split_once("\n        }\n").expect("its end");
    let arms = arms.split(',').filter(|arm| !arm.trim().is_empty());
    arms.map(|arm| {
        let (patterns, value) = arm.split_once("=>").expect("an arm");
        let variants = patterns.split('|').map(|pattern| {
            let variant = pattern.trim().trim_start_matches("Self::");
            variant.split('(').next().unwrap_or_default().to_owned()
        });
        let value = value.trim().trim_matches('"').to_owned();
        (variants.collect(), value)
    })
    .collect()
}

/// Returns the sections of a page whose headings are one code each, by code.
fn sections(page: &str) -> BTreeMap<String, String> {
    let mut sections = BTreeMap::new();
    let mut lines = page.lines().peekable();
    while let Some(line) = lines.next() {
        let heading = line.trim_start_matches('#').trim();
        let code = heading
            .strip_prefix('`')
            .and_then(|code| code.strip_suffix('`'));
        if let Some(code) = code.filter(|_| line.starts_with("##")) {
            let mut text = String::new();
            while let Some(line) = lines.next_if(|line| !line.starts_with("##")) {
                text.push_str(line);
                text.push('\n');
            }
            let before = sections.insert(code.to_owned(), text);
            assert_eq!(before, None, "two sections of `{code}`");
        }
    }
    sections
}

/// Returns the lines about sections that are missing, left over or incomplete.
fn mistakes(codes: &[String], sections: &BTreeMap<String, String>) -> Vec<String> {
    let mut mistakes = Vec::new();
    for code in codes {
        let Some(text) = sections.get(code) else {
            mistakes.push(format!(
                "`{code}` has no section: add a heading of this code"
            ));
            continue;
        };
        let meaning = text.trim_start();
        for part in ["**Usual causes:**", "**What to do:**"] {
            let place = meaning.find(part);
            let rest = place.map(|place| meaning[place + part.len()..].trim());
            if place.is_none_or(|place| place == 0)
                || rest.is_none_or(|rest| rest.is_empty() || rest.starts_with("**"))
            {
                mistakes.push(format!(
                    "the section of `{code}` lacks its meaning or {part}"
                ));
            }
        }
    }
    for code in sections.keys().filter(|code| !codes.contains(code)) {
        mistakes.push(format!("the section of `{code}` is about no code"));
    }
    mistakes
}

/// Checks that a page has a section for each code, and for nothing else.
fn assert_explains(page: &str, codes: &[String]) {
    assert!(codes.len() >= 8, "{codes:?}");
    let mistakes = mistakes(codes, &sections(&read(page)));
    assert!(mistakes.is_empty(), "{page}: {mistakes:#?}");
}

fn codes(arms: Vec<(Vec<String>, String)>) -> Vec<String> {
    arms.into_iter().map(|(_, code)| code).collect()
}

const ERRORS: &str = "passkeys/src/domain/error.rs";

#[test]
fn every_error_code_has_a_section_and_every_section_a_code() {
    let codes = codes(arms(&read(ERRORS), "code"));
    assert_explains("docs/errors-http.md", &codes);
}

#[test]
fn sections_of_error_codes_begin_with_their_status() {
    let source = read(ERRORS);
    let statuses = arms(&source, "status");
    let sections = sections(&read("docs/errors-http.md"));
    for (variants, code) in arms(&source, "code") {
        let of_code = statuses
            .iter()
            .filter(|(others, _)| others.iter().any(|other| variants.contains(other)));
        let text = &sections[&code];
        let meaning = text.split("**Usual causes:**").next().unwrap_or_default();
        for (_, status) in of_code {
            assert!(
                text.trim_start().starts_with("HTTP ")
                    && meaning.contains(&format!("HTTP {status}")),
                "the section of `{code}` does not begin with `HTTP {status}`"
            );
        }
    }
}

#[test]
fn routes_page_lists_every_error_code() {
    let routes = read("docs/routes.md");
    for code in codes(arms(&read(ERRORS), "code")) {
        assert!(
            routes.contains(&format!("[`{code}`](errors-http.md#{code})")),
            "docs/routes.md does not list `{code}`"
        );
    }
}

#[test]
fn every_audit_reason_has_a_section_and_every_section_a_reason() {
    let codes: Vec<_> = Reason::ALL.iter().map(ToString::to_string).collect();
    assert_explains("docs/audit-reasons.md", &codes);
}

#[test]
fn every_failure_in_the_browser_has_a_section_and_every_section_a_failure() {
    let types = read("passkeys/client/client.d.ts");
    let (_, union) = types.split_once("export type Reason =").unwrap();
    let (union, _) = union.split_once(';').unwrap();
    let codes: Vec<String> = union
        .split('"')
        .skip(1)
        .step_by(2)
        .map(Into::into)
        .collect();
    assert_explains("docs/errors-browser.md", &codes);
    // The table of what to show.
    let page = read("docs/browser.md");
    for code in codes {
        assert!(
            page.contains(&format!("[`{code}`](errors-browser.md#{code})")),
            "docs/browser.md does not list `{code}`"
        );
    }
}

#[test]
fn sections_that_are_missing_incomplete_or_about_nothing_are_found() {
    let page = "# Page\n\n## `good`\n\nMeaning.\n\n**Usual causes:** One.\n\n**What to do:** This.\n\n\
                ## `no_advice`\n\nMeaning.\n\n**Usual causes:** One.\n\n\
                ## `no_meaning`\n\n**Usual causes:** One.\n\n**What to do:** This.\n\n\
                ## Other heading\n\n## `gone`\n\nMeaning.\n";
    let codes = ["good", "no_advice", "no_meaning", "missing"].map(String::from);
    let mistakes = mistakes(&codes, &sections(page)).join("\n");
    for code in ["no_advice", "no_meaning", "missing", "gone"] {
        assert!(mistakes.contains(&format!("`{code}`")), "{mistakes}");
    }
    assert!(!mistakes.contains("`good`"), "{mistakes}");
}
