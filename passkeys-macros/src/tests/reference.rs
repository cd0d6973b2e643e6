//! The documentation against the tables: `REFERENCE.md` has one table of keys and one of hooks,
//! which are written by the tests with `BLESS=1`. And its links, which lead to other places in rustdoc
//! than on GitHub.

use std::{collections::BTreeMap, env, fmt::Write as _, fs, path::Path};

use crate::{
    hooks::{Hook, Last},
    keys::Name,
};

fn check(section: &str, table: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("REFERENCE.md");
    let text = fs::read_to_string(&path).unwrap();
    let begin = format!("<!-- {section} -->\n\n");
    let (before, rest) = text.split_once(&begin).unwrap();
    let (written, after) = rest.split_once("\n<!-- end -->").unwrap();
    if env::var_os("BLESS").is_some() {
        fs::write(
            &path,
            format!("{before}{begin}{table}\n<!-- end -->{after}"),
        )
        .unwrap();
        return;
    }
    assert!(
        written == table,
        "the table of {section} is out of date:\n{table}"
    );
}

/// One test for both, which would otherwise write one file at the same time.
#[test]
fn reference_has_the_tables_of_keys_and_hooks() {
    check("keys", &keys());
    check("hooks", &hooks());
}

fn keys() -> String {
    let mut table = String::from("| key | sets | value | default |\n| --- | --- | --- | --- |\n");
    for name in Name::all() {
        let (summary, form, default) = (name.summary(), name.form(), name.default());
        writeln!(table, "| `{name}` | {summary} | {form} | {default} |").unwrap();
    }
    table
}

fn hooks() -> String {
    let mut table = String::from(
        "| hook | what it does | is called for | last argument | returns |\n| --- | --- | --- | --- | --- |\n",
    );
    for hook in Hook::ALL {
        let spec = hook.spec();
        let required = if spec.required { ", **required**" } else { "" };
        let last = match spec.last {
            Last::Extractor => "–".to_owned(),
            Last::Body => "an extractor of the body, such as `Json<SignUp>`".to_owned(),
            Last::Given { ty, .. } => format!("`{ty}`"),
        };
        writeln!(
            table,
            "| `{}`{required} | {} | {} | {last} | {} |",
            spec.name, spec.purpose, spec.called_by, spec.returns
        )
        .unwrap();
    }
    table
}

#[test]
fn suggested_signatures_are_valid() {
    for hook in Hook::ALL {
        let spec = hook.spec();
        let keys = match hook {
            Hook::RelyingParty => "",
            _ => "rp_id = \"example.com\", origins = [\"https://example.com\"]",
        };
        let source = format!(
            "#[passkeys({keys})] impl App {{ type Repository = MemoryRepository; {} {{}} }}",
            spec.signature
        );

        let output = super::annotate(&source).to_string();

        assert!(output.contains(spec.name));
        let about_it = output.split("compile_error").skip(1);
        for message in about_it {
            assert!(message.contains("is missing"), "{message}");
        }
    }
}

#[test]
fn alias_belongs_to_one_hook() {
    for hook in Hook::ALL {
        for alias in hook.spec().aliases {
            let owners = Hook::ALL
                .iter()
                .filter(|one| one.spec().aliases.contains(alias));
            assert_eq!(owners.count(), 1, "{alias}");
            assert!(Hook::from_name(alias).is_none(), "{alias}");
        }
    }
}

/// Returns the link definitions of a text, `[label]: target`.
fn definitions(text: &str) -> BTreeMap<&str, &str> {
    let lines = text.lines().filter_map(|line| line.strip_prefix('['));
    lines.filter_map(|line| line.split_once("]: ")).collect()
}

#[test]
fn every_link_of_the_reference_is_defined_for_rustdoc_and_for_github() {
    let reference = include_str!("../../REFERENCE.md");
    let for_rustdoc = definitions(include_str!("../../rustdoc-links.txt"));
    let for_github = definitions(reference);

    let labels: Vec<_> = for_rustdoc.keys().collect();
    assert_eq!(labels, for_github.keys().collect::<Vec<_>>());
    for (label, target) in for_rustdoc {
        assert!(
            reference.contains(&format!("][{label}]")),
            "the link `{label}` is not used"
        );
        // `Config::from_env` is `struct.Config.html#method.from_env`.
        if label != "repositories" {
            let mut names = label.split("::").map(|name| format!(".{name}"));
            assert!(
                names.all(|name| target
                    .replace(".html", "")
                    .split('#')
                    .any(|part| part.ends_with(&name))),
                "{label}: {target}"
            );
        }
    }
    // An inline link has one target, which is wrong in one of the places.
    assert!(!reference.contains("](.."));
    let used = reference.split("][").skip(1);
    for label in used.map(|rest| rest.split(']').next().unwrap_or_default()) {
        assert!(
            for_github.contains_key(label),
            "the link `{label}` is not defined"
        );
    }
}
