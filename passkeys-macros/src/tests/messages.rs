//! Corners of the messages that the catalogue in `tests/ui` does not show.

use proc_macro2::{TokenStream, TokenTree};

/// The messages about an annotated item, without the rest of the expansion.
fn messages(source: &str) -> Vec<String> {
    let mut messages = Vec::new();
    collect(super::annotate(source), &mut messages);
    messages
}

fn collect(tokens: TokenStream, messages: &mut Vec<String>) {
    let mut is_error = false;
    for tree in tokens {
        match tree {
            TokenTree::Ident(name) => is_error = name == "compile_error",
            TokenTree::Group(group) if is_error => {
                let message: syn::LitStr = syn::parse2(group.stream()).unwrap();
                messages.push(message.value());
                is_error = false;
            }
            TokenTree::Group(group) => collect(group.stream(), messages),
            _ => {}
        }
    }
}

/// A valid block with these arguments.
pub(super) fn with_arguments(arguments: &str) -> Vec<String> {
    messages(&format!(
        "#[passkeys({arguments})] impl App {{ type Repository = MemoryRepository; \
         fn get_user(&self) -> PasskeyUser {{}} \
         fn on_authenticated(&self, _: AuthenticationResult) {{}} }}"
    ))
}

/// A block with these items and a valid attribute.
fn with_items(items: &str) -> Vec<String> {
    messages(&format!(
        "#[passkeys(rp_id = \"example.com\", origins = [\"https://example.com\"])] \
         impl App {{ {items} }}"
    ))
}

pub(super) const SITE: &str = "rp_id = \"example.com\", origins = [\"https://example.com\"]";

#[test]
fn valid_arguments_have_no_errors() {
    for arguments in [
        SITE.to_owned(),
        format!("{SITE},"),
        format!("{SITE}, response = HashMap<String, Vec<u8>>, timeout = \"30s\""),
        format!("{SITE}, response = (A, B), crate = crate::auth"),
        format!("{SITE}, profiles(a(timeout = \"1m\"), b(hints = [\"hybrid\"],),)"),
        format!("profiles(type(timeout = \"1m\")), response = Vec<A>, {SITE}"),
    ] {
        assert_eq!(with_arguments(&arguments), [""; 0], "{arguments}");
    }
}

#[test]
fn invalid_value_causes_no_other_error() {
    for (arguments, about) in [
        (
            "rp_id = RP_ID, origins = [\"https://example.org\"]".to_owned(),
            "`rp_id`",
        ),
        (
            "rp_id = \"example.com\", origins = [ORIGIN]".to_owned(),
            "`origins`",
        ),
        (
            format!("{SITE}, challenge_ttl = 10, timeout = \"6m\""),
            "`challenge_ttl`",
        ),
        (
            format!("{SITE}, challenge_ttls = \"9m\", timeout = \"6m\""),
            "`challenge_ttl`",
        ),
        (
            format!("{SITE}, authenticator_attachment = 1, hints = [\"hybrid\"]"),
            "attachment`",
        ),
        (
            "rp_id = \"example.com\", origins = [\"https://www.example.com\", APP], \
             android_apps = [\"com.example.app\"], apple_apps = [\"ABCDE12345.com.example.app\"]"
                .to_owned(),
            "`origins`",
        ),
        (
            format!("{SITE}, related_origins = OTHERS, manage_url = \"https://example.org\""),
            "`related_origins`",
        ),
        (
            format!("{SITE}, respons = HashMap<String, Vec<u8>>"),
            "`response`",
        ),
        (
            format!("{SITE}, timeout = if a {{ b }} else {{ c }}"),
            "`timeout`",
        ),
        (format!("rp_ids = \"example.org\", {SITE}"), "`rp_id`"),
        (
            "\"example.com\", origins = [\"https://example.com\"]".to_owned(),
            "`key = value`",
        ),
        (
            format!("{SITE}, timeout == \"60s\""),
            "`timeout` needs a value",
        ),
        (
            format!("{SITE}, hints = [HINT; 2]"),
            "`hints` takes literals",
        ),
        (format!("{SITE}, hints = vec![HINT]"), "remove the `vec!`"),
        (
            format!("{SITE}, conditional_create = 1, algorithms = [\"ES256\"]"),
            "`conditional_create`",
        ),
    ] {
        let messages = with_arguments(&arguments);

        assert_eq!(messages.len(), 1, "{arguments}: {messages:?}");
        assert!(messages[0].contains(about), "{messages:?}");
    }
}

#[test]
fn message_about_a_boolean_in_another_form_contains_the_fix() {
    for (value, about) in [
        (
            "\"true\"",
            ", without quotes; write `conditional_create = true`",
        ),
        (
            "\"False\"",
            ", without quotes; write `conditional_create = false`",
        ),
        (
            "\"yes\"",
            ", without quotes; write `conditional_create = true`",
        ),
        ("TRUE", "; write `conditional_create = true`"),
        ("1", "; write `conditional_create = true`"),
        ("'t'", "; write `conditional_create = true`"),
        (
            "[false]",
            "not an array; write `conditional_create = false`",
        ),
        ("[]", "not an array; write `conditional_create = true`"),
        ("&[true]", "; write `conditional_create = true`"),
        ("UPGRADE", "takes literals"),
        ("cfg!(test)", "takes literals"),
    ] {
        let messages = with_arguments(&format!("{SITE}, conditional_create = {value}"));

        assert_eq!(messages.len(), 1, "{value}: {messages:?}");
        assert!(messages[0].contains(about), "{value}: {messages:?}");
    }
    for value in ["true", "false"] {
        let arguments = format!("{SITE}, conditional_create = {value}");
        assert_eq!(with_arguments(&arguments), [""; 0]);
    }
}

#[test]
fn message_about_a_number_in_another_form_contains_the_fix() {
    for (value, about) in [
        ("\"30\"", ", without quotes; write `max_credentials = 30`"),
        ("\"many\"", "; write `max_credentials = 20`"),
        ("30u8", "; write `max_credentials = 30`"),
        ("1.5", "; write `max_credentials = 20`"),
        ("true", "; write `max_credentials = 20`"),
        ("[30]", "not an array; write `max_credentials = 30`"),
        ("LIMIT", "takes literals"),
        ("8 * 8", "takes literals"),
        ("0", "write a number from `1` to `64`"),
        ("65", "write a number from `1` to `64`"),
        ("-1", "write a number from `1` to `64`"),
    ] {
        let messages = with_arguments(&format!("{SITE}, max_credentials = {value}"));

        assert_eq!(messages.len(), 1, "{value}: {messages:?}");
        assert!(messages[0].contains(about), "{value}: {messages:?}");
    }
    for value in ["1", "64", "6_4"] {
        let arguments = format!("{SITE}, max_credentials = {value}");
        assert_eq!(with_arguments(&arguments), [""; 0]);
    }
}

#[test]
fn message_about_an_algorithm_without_quotes_or_as_a_number_contains_its_name() {
    for (value, about) in [
        ("ES256", "takes words in quotes; write `\"ES256\"`"),
        ("ML-DSA-44", "takes words in quotes; write `\"ML-DSA-44\"`"),
        ("-7", "takes names in quotes; write `\"ES256\"`"),
        ("-257", "takes names in quotes; write `\"RS256\"`"),
        ("-1", "takes an array of strings"),
        ("-ALGORITHM", "takes literals"),
    ] {
        let messages = with_arguments(&format!("{SITE}, algorithms = [{value}]"));

        assert_eq!(messages.len(), 1, "{value}: {messages:?}");
        assert!(messages[0].contains(about), "{value}: {messages:?}");
    }
}

#[test]
fn value_that_needs_a_cargo_feature_is_left_to_the_library() {
    let arguments = format!("{SITE}, attestation = \"direct\", algorithms = [\"EdDSA\", ES256]");
    let messages = with_arguments(&arguments);

    assert_eq!(messages.len(), 2, "{messages:?}");
    assert!(
        messages[0].contains("takes words in quotes"),
        "{messages:?}"
    );
    assert!(messages[1].starts_with("`direct` needs"), "{messages:?}");
}

#[test]
fn valid_elements_of_a_damaged_array_are_checked() {
    let messages = with_arguments("rp_id = \"example.com\", origins = [1, \"http://example.com\"]");

    assert_eq!(messages.len(), 2, "{messages:?}");
    assert!(messages[1].contains("not encrypted"), "{messages:?}");
}

#[test]
fn repeated_key_is_rejected() {
    for name in crate::keys::Name::all() {
        let pair = format!("{name} = {}", name.example());

        let messages = with_arguments(&format!("{pair}, {pair}"));

        let again = format!("`{name}` is given twice; remove one of the two");
        assert!(messages.contains(&again), "{messages:?}");
    }
}

#[test]
fn value_of_another_form_is_rejected() {
    for name in crate::keys::Name::all() {
        for value in ["", "= ", "= 1.5 + 2", "= \"a\"suffix", "(1)"] {
            let messages = with_arguments(&format!("{name} {value}"));

            let about = format!("`{name}` ");
            assert!(messages[0].starts_with(&about), "{value}: {messages:?}");
        }
    }
}

const GET: &str = "fn get_user(&self) -> PasskeyUser {}";
const ON: &str = "fn on_authenticated(&self, _: AuthenticationResult) {}";
const ACCOUNT: &str = "fn on_registered(&self, _: RegistrationResult) {}";
const REPOSITORY: &str = "type Repository = MemoryRepository;";

#[test]
fn cfg_allows_two_items_of_the_same_name() {
    let two = "#[cfg(a)] type Repository = A; #[cfg(not(a))] type Repository = B;";
    let left_out = "no `#[cfg]` of `type Repository` holds";
    let messages = with_items(&format!("{two} {GET} {ON}"));
    assert!(
        messages.len() == 1 && messages[0].starts_with(left_out),
        "{messages:?}"
    );

    for two in [
        "#[cfg(a)] type Repository = A; type Repository = B;",
        "type Repository = A; #[cfg(a)] type Repository = B;",
    ] {
        let messages = with_items(&format!("{two} {GET} {ON}"));
        assert!(messages[0].contains("is given twice"), "{messages:?}");
    }
}

#[test]
fn function_with_a_name_like_a_present_hook_is_not_reported() {
    let helpers = "fn get_users(&self) {} fn on_authenticated_with(&self) {}";

    assert_eq!(
        with_items(&format!("{REPOSITORY} {GET} {ON} {helpers}")),
        [""; 0]
    );
}

#[test]
fn types_are_recognized_within_paths_and_parentheses() {
    for signature in [
        "fn get_user(&self, _: axum::Json<String>) -> PasskeyUser {}",
        "fn get_user(&self, _: (Json<String>)) -> PasskeyUser {}",
        "fn get_user(&self, _: &Json<String>) -> PasskeyUser {}",
        "fn get_user(&self, _: passkeys::PasskeyUser) -> PasskeyUser {}",
        "fn get_user(&self, _: Result<PasskeyUser, Response>) -> PasskeyUser {}",
        "fn get_user(&self, _: &passkeys::AuthenticationResult) -> PasskeyUser {}",
        "fn get_user(self: &mut Self) -> PasskeyUser {}",
        "fn get_user(&self) -> BoxFuture<'_, PasskeyUser> {}",
    ] {
        let messages = with_items(&format!("{REPOSITORY} {signature} {ON}"));

        assert_eq!(messages.len(), 1, "{signature}: {messages:?}");
    }
    for signature in [
        "fn get_user(self: &Self) -> PasskeyUser {}",
        "fn get_user<'a>(&'a self) -> PasskeyUser {}",
        "async fn get_user(&self) -> Pin<PasskeyUser> {}",
        "fn get_user(&self, _: Session<PasskeyUser>) -> PasskeyUser {}",
        "fn get_user(&self, _: State<Json>) -> PasskeyUser {}",
    ] {
        let messages = with_items(&format!("{REPOSITORY} {signature} {ON}"));

        assert_eq!(messages, [""; 0], "{signature}");
    }
}

#[test]
fn arguments_of_other_hooks_are_rejected() {
    for (hook, count) in [
        ("fn on_registered(&self, _: (RegistrationResult)) {}", 0),
        (
            "fn on_registered(&self, _: Session, _: RegistrationResult) {}",
            0,
        ),
        (
            "fn on_registered(&self, _: RegistrationResult, _: RegistrationResult) {}",
            1,
        ),
        ("fn on_registered(&self, _: String) {}", 1),
        (
            "fn find_user(&self, _: String, _: std::string::String) -> A {}",
            1,
        ),
        ("fn find_user(&self, _: RegistrationResult) -> A {}", 1),
        (
            "fn sign_up(&self, _: Session, _: Session, _: Form<A>) -> A {}",
            0,
        ),
        ("fn sign_up(&self, _: Custom) -> A {}", 0),
        ("fn sign_up(&self, _: AuthenticationResult) -> A {}", 1),
        ("fn sign_up(&self, _: Multipart) {}", 1),
        ("fn sign_up(&self, _: HeaderMap) -> A {}", 1),
        ("fn sign_up(&self, _: Json<A>, _: HeaderMap) -> A {}", 1),
        ("fn sign_up(&self, _: Json<A>, _: Bytes) -> A {}", 1),
        ("fn find_users(&self) {}", 1),
        ("fn on_sign_up(&self) {}", 1),
        ("fn sign_in(&self) {}", 0),
        ("fn sign_out(&self) {}", 0),
    ] {
        let account = if hook.contains("fn sign_up") {
            ACCOUNT
        } else {
            ""
        };
        let messages = with_items(&format!("{REPOSITORY} {GET} {ON} {hook} {account}"));

        assert_eq!(messages.len(), count, "{hook}: {messages:?}");
    }
}

#[test]
fn attribute_without_any_key_of_the_configuration_is_accepted() {
    for (arguments, count) in [
        ("", 0),
        ("response = A", 0),
        ("crate = a, response = B", 0),
        ("rp_name = \"A\"", 2),
        ("origins = [\"https://example.com\"]", 1),
        ("profiles(a(hints = [\"hybrid\"]))", 2),
        ("unheard_of = 1", 3),
    ] {
        let messages = with_arguments(arguments);

        assert_eq!(messages.len(), count, "{arguments}: {messages:?}");
    }
}

#[test]
fn sign_up_without_on_registered_is_rejected() {
    let sign_up = "fn sign_up(&self, _: Json<A>) -> A {}";
    for (items, count) in [
        (format!("{sign_up} {ACCOUNT}"), 0),
        (sign_up.to_owned(), 1),
        (format!("#[cfg(a)] {sign_up}"), 1),
        // Misspelt, which is reported once.
        (format!("{sign_up} fn on_register(&self, _: A) {{}}"), 1),
        // Only without `b`, which the expansion says.
        (format!("{sign_up} #[cfg(b)] {ACCOUNT}"), 1),
        (format!("#[cfg(a)] {sign_up} #[cfg(b)] {ACCOUNT}"), 1),
    ] {
        let messages = with_items(&format!("{REPOSITORY} {GET} {ON} {items}"));

        assert_eq!(messages.len(), count, "{items}: {messages:?}");
        let about = |message: &String| message.contains("on_registered");
        assert!(messages.iter().all(about), "{items}: {messages:?}");
    }
}

#[test]
fn block_on_a_type_that_this_crate_cannot_define_is_rejected_once() {
    let items = format!("{REPOSITORY} {GET} {ON}");
    for (ty, about) in [
        ("Arc<App>", "`Arc<..>` belongs to another crate"),
        ("Box<App>", "state: Arc<App>"),
        ("std::sync::Mutex<App>", "state: Arc<std::sync::Mutex<App>>"),
        ("axum::Router", "`Router` belongs to another crate"),
        ("String", "`String` belongs to another crate"),
        ("&App", "write `impl App { .. }`"),
        ("&'static mut App", "write `impl App { .. }`"),
        ("(App,)", "is a tuple"),
        ("[App; 1]", "is an array"),
        ("dyn App", "is a trait object"),
        ("<App as A>::B", "is an associated type"),
        ("App<'_>", "cannot borrow"),
        ("App<&str>", "cannot borrow"),
    ] {
        let messages = messages(&format!("#[passkeys({SITE})] impl {ty} {{ {items} }}"));

        assert_eq!(messages.len(), 1, "{ty}: {messages:?}");
        assert!(messages[0].contains(about), "{ty}: {messages:?}");
    }
    for ty in [
        "App",
        "state::App",
        "crate::App",
        "core::App",
        "Arc",
        "App<&'static str>",
        "Option",
        "Vec2<u8>",
    ] {
        let messages = messages(&format!("#[passkeys({SITE})] impl {ty} {{ {items} }}"));

        assert_eq!(messages, [""; 0], "{ty}");
    }
}

#[test]
fn data_is_rejected_twice_only_by_the_same_path() {
    for (arguments, count) in [
        ("_: Data<A>, _: Data<B>", 1),
        ("_: passkeys::Data<A>, _: passkeys::Data<B>", 1),
        ("_: Data<A>, _: passkeys::Data<B>", 0),
        ("_: Data<A>, _: Session", 0),
    ] {
        let on = format!("fn on_authenticated(&self, {arguments}, _: AuthenticationResult) {{}}");
        let messages = with_items(&format!("{REPOSITORY} {GET} {on}"));

        assert_eq!(messages.len(), count, "{arguments}: {messages:?}");
    }
}

#[test]
fn item_that_is_not_an_impl_block_is_rejected() {
    for item in [
        "struct App;",
        "enum App {}",
        "union App { a: u8 }",
        "fn app() {}",
        "pub mod app {}",
        "static APP: App = App;",
        "const APP: App = App;",
        "use app::App;",
        "type A = B;",
        "impl Trait for App {}",
        "hooks! {}",
        "",
        "impl App",
    ] {
        let messages = messages(&format!("#[passkeys({SITE})] {item}"));

        assert_eq!(messages.len(), 1, "{item}: {messages:?}");
        assert!(messages[0].contains("impl App"), "{item}: {messages:?}");
    }
}

#[test]
fn signature_that_the_library_cannot_call_is_rejected() {
    for (hook, about) in [
        ("const fn get_user(&self) -> A {}", "`const`"),
        ("unsafe fn get_user(&self) -> A {}", "`unsafe`"),
        ("extern \"C\" fn get_user(&self) -> A {}", "`extern \"C\"`"),
        ("fn get_user<T>(&self) -> A {}", "generic"),
        ("fn get_user<'a, const N: usize>(&self) -> A {}", "generic"),
        ("fn get_user(&self, _: impl A) -> A {}", "generic"),
        ("fn get_user(&mut self) -> A {}", "at the same time"),
        ("fn get_user(self) -> A {}", "consume"),
        ("fn get_user(_: A) -> A {}", "first argument"),
        ("fn get_user(&self) {}", "returns nothing"),
        ("fn get_user(&self, a) -> A {}", "expected"),
    ] {
        let messages = with_items(&format!("{REPOSITORY} {hook} {ON}"));

        assert_eq!(messages.len(), 1, "{hook}: {messages:?}");
        assert!(messages[0].contains(about), "{hook}: {messages:?}");
    }
    let messages = with_items(&format!(
        "{REPOSITORY} {GET} {ON} fn sign_up(&self) -> A {{}} {ACCOUNT}"
    ));
    assert!(
        messages.len() == 1 && messages[0].contains("needs an extractor"),
        "{messages:?}"
    );
}

#[test]
fn body_extractor_in_the_wrong_hook_is_rejected() {
    for extractor in crate::names::BODY_EXTRACTORS {
        let hook = format!("fn get_user(&self, _: axum::{extractor}) -> A {{}}");

        let messages = with_items(&format!("{REPOSITORY} {hook} {ON}"));

        assert!(messages[0].contains(extractor), "{messages:?}");
    }
    for extractor in crate::names::HEAD_EXTRACTORS {
        let hook = format!("fn sign_up(&self, _: {extractor}) -> A {{}}");

        let messages = with_items(&format!("{REPOSITORY} {GET} {ON} {hook}"));

        assert!(messages[0].contains(extractor), "{messages:?}");
    }
}

#[test]
fn other_items_in_the_block_are_accepted() {
    for items in [
        "const A: B = B { c: 1 };",
        "const fn a() -> B<{ 1 }> {}",
        "fn a() -> B<1, { 2 }> where C: D, {}",
        "#![allow(unused)]",
        "a! {}",
        "a!(b);",
        "pub(crate) async unsafe extern \"C\" fn a(&self) {}",
    ] {
        let items = format!("{items} {REPOSITORY} {GET} {ON}");

        assert_eq!(with_items(&items), [""; 0], "{items}");
    }
}

#[test]
fn repeated_attribute_and_lifetimes_are_rejected() {
    let valid = format!("{{ {REPOSITORY} {GET} {ON} }}");
    for (head, about) in [
        ("#[passkeys(rp_id = \"a\")] impl App", "annotated twice"),
        ("#[auth::passkeys] impl App", "annotated twice"),
        ("impl<'a> App<'a>", "outlives every request"),
    ] {
        let messages = messages(&format!("#[passkeys({SITE})] {head} {valid}"));

        assert_eq!(messages.len(), 1, "{head}: {messages:?}");
        assert!(messages[0].contains(about), "{head}: {messages:?}");
    }
}

#[test]
fn self_repository_is_replaced_except_where_self_is_another_type() {
    let output = super::annotate(&format!(
        "#[passkeys({SITE})] impl App {{ {REPOSITORY} {GET} {ON} fn a() -> Self::Repository {{ \
         struct B; impl B {{ fn c() -> Self::Repository {{}} }} \
         trait D {{ fn e() -> Self::Repository; }} \
         Self::Other; vec![Self::Repository::f()] }} }}"
    ))
    .to_string();

    let spelled_out = output.matches("< Self as").count();
    let left = output.matches("Self :: Repository").count();
    assert_eq!((spelled_out, left), (2, 2), "{output}");
}

#[test]
fn duplicate_hook_is_reported_by_the_compiler_only() {
    let output = super::annotate(&format!(
        "#[passkeys({SITE})] impl App {{ {REPOSITORY} {GET} {GET} {ON} }}"
    ));
    let implementation = output
        .to_string()
        .split_off(output.to_string().find("RelyingParty").unwrap());

    assert_eq!(
        implementation.matches("fn call_get_user").count(),
        1,
        "{implementation}"
    );
}

#[test]
fn passkey_user_is_rejected_only_in_get_user() {
    let items = "fn on_authenticated(&self, _: PasskeyUser, _: AuthenticationResult) {}";

    assert_eq!(with_items(&format!("{REPOSITORY} {GET} {items}")), [""; 0]);
}

#[test]
fn macro_call_in_the_block_is_mentioned_where_a_hook_is_missing() {
    for (items, hidden) in [
        ("const A: B = B { c: 1 };", false),
        ("const fn a() {}", false),
        ("#![allow(unused)]", false),
        ("a! {}", true),
        ("crate::a!();", true),
    ] {
        let messages = with_items(&format!("{items} {REPOSITORY} {GET}"));

        assert_eq!(messages.len(), 1, "{items}: {messages:?}");
        assert_eq!(
            messages[0].contains("A macro in the block"),
            hidden,
            "{messages:?}"
        );
    }
}

#[test]
fn const_arguments_in_braces_do_not_end_a_signature() {
    for ty in [
        "Buffer<{ 2 * SIZE }>",
        "Buffer<u8, { 2 * SIZE }, 4>",
        "impl Buffer<SIZE = { 2 * SIZE }>",
    ] {
        let other = format!("fn buffer(&self) -> {ty} {{ todo!() }}");
        let hooks = "type Repository = MemoryRepository; fn get_user(&self) -> PasskeyUser {} \
                     fn on_authenticated(&self, _: AuthenticationResult) {}";
        assert_eq!(with_items(&format!("{other} {hooks}")), [""; 0], "{ty}");
    }
}
