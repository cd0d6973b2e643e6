//! Documentation, definitions and completion of keys and hooks in a real rust-analyzer.
//!
//! One test, since loading the library takes most of the time.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use passkeys_rules::Key;
use passkeys_tests_editor::{CURSOR, Editor, rust_analyzer};

const ATTRIBUTE: &str = r#"#[passkeys(
    rp_id = "localhost",
    origins = ["http://localhost:3000"],
    profiles(strict(hints = ["security-key"])),
    response = String,
    crate = ::passkeys,
)]"#;

const HOOKS: [&str; 7] = [
    "get_user",
    "on_authenticated",
    "sign_up",
    "on_registered",
    "find_user",
    "second_factor_user",
    "on_removed",
];

/// Returns a program with this attribute and these items in the block.
fn program(attribute: &str, items: &str) -> String {
    format!(
        "use passkeys::{{AuthenticationResult, CredentialRemoval, PasskeyUser, RegistrationResult, \
         passkeys, store::MemoryRepository}};\n\
         #[derive(Clone)]\n\
         pub struct App;\n\
         {attribute}\n\
         impl App {{\n\
         {items}\n\
         }}\n\
         fn main() {{ let _ = passkeys::profile!(App, strict); }}\n"
    )
}

const ITEMS: &str = r#"    type Repository = MemoryRepository;
    /// My own words.
    async fn get_user(&self) -> PasskeyUser { PasskeyUser::new("1", "ada", "Ada") }
    async fn on_authenticated(&self, login: AuthenticationResult) -> String { String::new() }
"#;

/// Every hook, with a signature of its own.
const ALL_ITEMS: &str = r#"    type Repository = MemoryRepository;
    async fn get_user(&self) -> PasskeyUser { PasskeyUser::new("1", "ada", "Ada") }
    async fn on_authenticated(&self, login: AuthenticationResult) -> String { String::new() }
    async fn sign_up(&self, form: axum::Json<u8>) -> PasskeyUser { PasskeyUser::new("1", "ada", "Ada") }
    async fn on_registered(&self, registration: RegistrationResult) {}
    async fn find_user(&self, username: String) -> Option<PasskeyUser> { None }
    async fn second_factor_user(&self) -> PasskeyUser { PasskeyUser::new("1", "ada", "Ada") }
    async fn on_removed(&self, removal: CredentialRemoval) {}
"#;

/// Returns the program with the cursor in the word.
fn at(source: &str, word: &str) -> String {
    let start = source
        .find(word)
        .unwrap_or_else(|| panic!("no {word} in {source}"));
    format!("{}{CURSOR}{}", &source[..=start], &source[start + 1..])
}

/// Creates a package that depends on the library, with the dependencies of the workspace.
fn package() -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let workspace = workspace.canonicalize().expect("the workspace");
    let package = Path::new(env!("CARGO_TARGET_TMPDIR")).join("editor");
    fs::create_dir_all(&package).expect("a directory");
    let manifest = format!(
        "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
         [dependencies]\n\
         axum = {{ version = \"0.8\", default-features = false, features = [\"json\"] }}\n\
         passkeys = {{ path = \"{}\" }}\n\n[workspace]\n",
        workspace.join("passkeys").display()
    );
    fs::write(package.join("Cargo.toml"), manifest).expect("a file");
    fs::copy(workspace.join("Cargo.lock"), package.join("Cargo.lock")).expect("a file");
    package
}

#[test]
fn editors_document_and_complete_keys_and_hooks() {
    let Some(rust_analyzer) = rust_analyzer() else {
        return;
    };
    let valid = program(ATTRIBUTE, ITEMS);
    let editor = &mut Editor::open(&rust_analyzer, &package(), &valid);

    valid_programs_have_no_messages(editor);
    keys_show_their_documentation(editor);
    keys_of_profiles_show_their_documentation(editor);
    hooks_show_their_documentation_after_the_applications(editor);
    definitions_lead_to_the_documentation(editor);
    profiles_lead_to_the_attribute(editor);
    missing_keys_are_offered(editor);
    missing_hooks_are_offered(editor);
    bodies_are_completed_as_before(editor);
}

fn valid_programs_have_no_messages(editor: &mut Editor) {
    for items in [ITEMS, ALL_ITEMS] {
        let messages = editor.messages(&program(ATTRIBUTE, items));
        // Without the sources of the standard library types are unknown, and nothing is said about them.
        assert_eq!(messages, Vec::<String>::new());
    }
}

fn keys_show_their_documentation(editor: &mut Editor) {
    for key in Key::ALL {
        let spec = key.spec();
        let equals = if matches!(key, Key::Extensions | Key::Profiles) {
            ""
        } else {
            " = "
        };
        let attribute = format!("#[passkeys({}{equals}{})]", spec.name, spec.example);
        let source = program(&attribute, ITEMS);

        let shown = editor.hover(&at(&source, spec.name));

        assert!(shown.contains(spec.summary), "{key}: {shown}");
        assert!(shown.contains(&format!("pub {key}:")), "{key}: {shown}");
    }
    for (key, text) in [
        (
            "response = String",
            "the type of `on_authenticated`'s response",
        ),
        ("crate = ::passkeys", "the path of this library"),
    ] {
        let shown = editor.hover(&at(&program(ATTRIBUTE, ITEMS), key));
        assert!(shown.contains(text), "{key}: {shown}");
    }
}

fn keys_of_profiles_show_their_documentation(editor: &mut Editor) {
    for key in Key::in_profiles() {
        let spec = key.spec();
        let attribute = format!(
            "#[passkeys(profiles(strict({} = {})))]",
            spec.name, spec.example
        );
        let source = program(&attribute, ITEMS);

        let shown = editor.hover(&at(&source, spec.name));

        assert!(shown.contains(spec.summary), "{key}: {shown}");
        assert!(shown.contains("outside of `profiles`"), "{key}: {shown}");
    }
}

fn hooks_show_their_documentation_after_the_applications(editor: &mut Editor) {
    let source = program(ATTRIBUTE, ALL_ITEMS);
    for hook in HOOKS {
        let shown = editor.hover(&at(&source, &format!("{hook}(")));
        assert!(
            shown.contains(&format!("async fn {hook}(&self")),
            "{hook}: {shown}"
        );
        assert!(shown.contains("Hook that "), "{hook}: {shown}");
        // The library's own types in the expansion are not shown.
        assert!(!shown.contains("__private"), "{hook}: {shown}");
    }
    let shown = editor.hover(&at(&source, "Repository = "));
    assert!(
        shown.contains("Repository that stores the passkeys"),
        "{shown}"
    );

    let shown = editor.hover(&at(&program(ATTRIBUTE, ITEMS), "get_user("));
    let (own, hook) = (shown.find("My own words."), shown.find("Hook that "));
    assert!(own.is_some() && own < hook, "{shown}");
}

fn definitions_lead_to_the_documentation(editor: &mut Editor) {
    let source = program(ATTRIBUTE, ALL_ITEMS);
    for (word, line) in [
        ("rp_id =", "pub rp_id: Text,"),
        ("profiles(", "pub profiles: Profiles,"),
        ("hints =", "pub hints: WordList,"),
        ("get_user(", "GetUser,"),
        ("on_removed(", "OnRemoved,"),
        ("Repository = ", "Repository,"),
    ] {
        let definitions = editor.definitions(&at(&source, word));
        let documented = definitions
            .iter()
            .any(|(path, text)| path.ends_with("passkeys/src/attribute.rs") && text == line);
        assert!(documented, "{word}: {definitions:?}");
    }
}

fn profiles_lead_to_the_attribute(editor: &mut Editor) {
    let source = program(ATTRIBUTE, ITEMS);
    let definitions = editor.definitions(&at(&source, "strict);"));
    assert_eq!(definitions.len(), 1, "{definitions:?}");
    assert!(
        definitions[0].1.starts_with("profiles(strict("),
        "{definitions:?}"
    );
}

fn missing_keys_are_offered(editor: &mut Editor) {
    let whole = Key::ALL.len() + 1;
    for (attribute, offered, is_offered) in [
        ("#[passkeys(<|>)]", whole, "rp_id"),
        ("#[passkeys(rp<|>)]", whole, "rp_id"),
        (
            "#[passkeys(rp_id = \"localhost\", or<|>)]",
            whole - 1,
            "origins",
        ),
        (
            "#[passkeys(rp_id = \"localhost\"\n or<|>)]",
            whole - 1,
            "origins",
        ),
        (
            "#[passkeys(or<|>, rp_id = \"localhost\")]",
            whole - 1,
            "origins",
        ),
        (
            "#[passkeys(or<|>\n rp_id = \"localhost\")]",
            whole - 1,
            "origins",
        ),
        ("#[passkeys(rp_id = \"localhost\", <|>)]", whole, "origins"),
        ("#[cfg_attr(all(), passkeys(or<|>))]", whole, "origins"),
        (
            "#[passkeys(profiles(strict(hi<|>)))]",
            Key::in_profiles().count(),
            "hints",
        ),
        (
            "#[passkeys(profiles(strict(<|>)))]",
            Key::in_profiles().count(),
            "hints",
        ),
    ] {
        let completions = editor.complete(&program(attribute, ITEMS));
        assert_eq!(completions.len(), offered, "{attribute}: {completions:?}");
        let expected = completions.iter().find(|one| one.label == is_offered);
        let expected = expected.unwrap_or_else(|| panic!("{attribute}: {completions:?}"));
        assert_eq!(expected.text, is_offered, "{attribute}");
        let documentation = editor.documentation(expected);
        assert!(
            documentation.starts_with("Sets"),
            "{attribute}: {documentation}"
        );
    }
}

fn missing_hooks_are_offered(editor: &mut Editor) {
    for typed in [
        "async fn on_reg<|>",
        "async fn <|>",
        "fn <|>",
        "pub async fn on<|>",
    ] {
        for items in [
            format!("{ITEMS}    {typed}"),
            ITEMS.replace(
                "    /// My",
                &format!("    /// Doc.\n    {typed}\n    /// My"),
            ),
        ] {
            let completions = editor.complete(&program(ATTRIBUTE, &items));
            for hook in HOOKS {
                let label = format!("async fn {hook}(..)");
                let found = completions.iter().find(|one| one.label == label);
                let is_there = ["get_user", "on_authenticated"].contains(&hook);
                assert_eq!(
                    found.is_none(),
                    is_there,
                    "{items}: {label}: {completions:?}"
                );
                if let Some(found) = found {
                    let signature = format!("async fn {hook}(&self");
                    assert!(found.text.starts_with(&signature), "{found:?}");
                    let documentation = editor.documentation(found);
                    assert!(documentation.starts_with("Hook that"), "{documentation}");
                    assert!(!found.text.contains("__private"), "{found:?}");
                }
            }
        }
    }
    let without = ITEMS.replace("type Repository = MemoryRepository;", "type Re<|>");
    let completions = editor.complete(&program(ATTRIBUTE, &without));
    assert!(
        completions
            .iter()
            .any(|one| one.label.starts_with("type Repository")),
        "{completions:?}"
    );
}

fn bodies_are_completed_as_before(editor: &mut Editor) {
    let items = ITEMS.replace("String::new()", "login.user<|>");
    let completions = editor.complete(&program(ATTRIBUTE, &items));
    assert!(
        completions.iter().any(|one| one.label == "user_id()"),
        "{completions:?}"
    );
}
