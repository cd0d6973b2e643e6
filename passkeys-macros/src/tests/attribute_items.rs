//! `passkeys/src/attribute.rs` against the tables: the documentation that editors show for each key and
//! each hook. The tests write it with `BLESS=1`.

use std::{env, fs, path::Path};

use passkeys_rules::{Form, Key};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};

use crate::{
    editor,
    hooks::{Hook, HookSpec, Last},
    keys::Name,
};

#[test]
fn documented_items_have_the_text_of_the_tables() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../passkeys/src/attribute.rs");
    let items = prettyplease::unparse(&syn::parse2(items()).unwrap());
    let items = items
        .replace("\n}\n", "\n}\n\n")
        .replace(";\n/// ", ";\n\n/// ")
        .replace("{}\n", "{}\n\n");
    // Signatures on one line, since editors insert them as they are written.
    let items = items
        .replace("(\n        &self,\n        ", "(&self, ")
        .replace(",\n    ) ", ") ");
    let items = format!("{}\n", items.trim_end());
    if env::var_os("BLESS").is_some() {
        fs::write(&path, &items).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == items,
        "`passkeys/src/attribute.rs` is out of date:\n{items}"
    );
}

#[test]
fn every_documented_item_has_text() {
    let file = syn::parse2(items()).unwrap();

    let documented = syn::visit::Visit::visit_file;
    let mut missing = Undocumented::default();
    documented(&mut missing, &file);

    assert_eq!(missing.0, Vec::<String>::new());
}

/// Names of items, fields, variants and methods without documentation.
#[derive(Default)]
struct Undocumented(Vec<String>);

impl Undocumented {
    fn check(&mut self, name: &Ident, attrs: &[syn::Attribute]) {
        if crate::block::docs(attrs).is_empty() {
            self.0.push(name.to_string());
        }
    }
}

impl<'a> syn::visit::Visit<'a> for Undocumented {
    fn visit_field(&mut self, field: &'a syn::Field) {
        self.check(field.ident.as_ref().unwrap(), &field.attrs);
    }

    fn visit_variant(&mut self, variant: &'a syn::Variant) {
        self.check(&variant.ident, &variant.attrs);
    }

    fn visit_trait_item_fn(&mut self, function: &'a syn::TraitItemFn) {
        self.check(&function.sig.ident, &function.attrs);
    }

    fn visit_trait_item_type(&mut self, ty: &'a syn::TraitItemType) {
        self.check(&ty.ident, &ty.attrs);
    }
}

fn items() -> TokenStream {
    let module = [
        " Keys of `#[passkeys(..)]` and hooks, as editors show them: the documentation of each is that of an",
        " item here, to which the output of the macro refers.",
        "",
        " Written by the tests of `passkeys-macros` with `BLESS=1`, from the tables of keys and hooks.",
    ];
    let forms = [
        ("Text", " A string."),
        ("List", " An array of strings."),
        ("Word", " One of several words, as a string."),
        (
            "WordList",
            " An array of some of several words, as strings.",
        ),
        ("Duration", " A number and a unit, as a string."),
        ("Boolean", " `true` or `false`."),
        ("Number", " A whole number."),
        ("Extensions", " Extensions in parentheses."),
        ("Profiles", " Names, each with keys in parentheses."),
        ("Type", " A type."),
        ("Path", " A path."),
    ];
    let forms = forms.iter().map(|(name, text)| {
        let name = Ident::new(name, Span::call_site());
        quote!(#[doc = #text] pub enum #name {})
    });
    let keys: Vec<_> = Name::all().map(Documented::key).collect();
    let in_profiles: Vec<_> = Key::in_profiles().map(Documented::in_profile).collect();
    let fields = keys.iter().map(Documented::field);
    let aliases = keys
        .iter()
        .filter(|key| key.name != editor::field(Name::Crate));
    let aliases = aliases.map(Documented::alias);
    let fields_in_profiles = in_profiles.iter().map(Documented::field);
    let aliases_in_profiles = in_profiles.iter().map(Documented::alias);
    let repository = lines(REPOSITORY);
    let variants = Hook::ALL.map(|hook| {
        let (variant, docs) = (editor::variant(hook), lines(&hook_text(hook.spec())));
        quote!(#(#[doc = #docs])* #variant,)
    });
    let methods = Hook::ALL.map(|hook| {
        let (signature, docs) = (signature(hook.spec()), lines(&hook_text(hook.spec())));
        quote! {
            #(#[doc = #docs])*
            #signature {
                std::future::pending().await
            }
        }
    });
    quote! {
        #(#![doc = #module])*

        use axum::{Json, http::StatusCode};
        use serde_json::Value;

        use crate::{
            AuthenticationResult, CredentialRemoval, PasskeyUser, RegistrationResult,
            RelyingPartyConfig,
        };

        /// Keys of the attribute, each with the form of its value.
        pub struct Keys { #(#fields,)* }

        /// Keys of the attribute, for completion.
        pub mod keys {
            use super::*;
            #(#aliases)*
        }

        /// Keys that may differ by profile, each with the form of its value.
        pub struct ProfileKeys { #(#fields_in_profiles,)* }

        /// Keys that may differ by profile, for completion.
        pub mod profile_keys {
            use super::*;
            #(#aliases_in_profiles)*
        }

        #(#forms)*

        /// Items of the annotated block that the library uses.
        pub enum Item {
            #(#[doc = #repository])*
            Repository,
            #(#variants)*
        }

        /// Items of the annotated block, with signatures to start from.
        pub trait Hooks {
            #(#[doc = #repository])*
            type Repository;
            #(#methods)*
        }

        /// Application whose attribute has profiles.
        pub trait HasProfiles {
            /// Type with a constant for each profile.
            type Profiles;
        }

        /// Profile of the attribute.
        pub struct Profile;
    }
}

const REPOSITORY: &str = "Repository that stores the passkeys: any `CredentialRepository` of `passkeys::store`, such as `SqliteRepository`, or one of your own.\n\n**Required.**";

/// Returns the documentation as lines of comments, each with a space at its beginning.
fn lines(text: &str) -> Vec<String> {
    let line = |line: &str| {
        if line.is_empty() {
            String::new()
        } else {
            format!(" {line}")
        }
    };
    text.lines().map(line).collect()
}

/// A key, with the name of its form and its documentation.
struct Documented {
    name: &'static str,
    form: &'static str,
    text: String,
}

impl Documented {
    fn key(name: Name) -> Self {
        let default = match name {
            Name::Rule(key) if key.spec().required => "**Required.**".to_owned(),
            _ => format!("**Default**: {}", name.default()),
        };
        let profiles = match name {
            Name::Rule(key) if key.spec().in_profiles => "\n\nMay differ by profile.",
            _ => "",
        };
        Self {
            name: editor::field(name),
            form: match name {
                Name::Rule(key) => form(key),
                Name::Response => "Type",
                Name::Crate => "Path",
            },
            text: format!(
                "Sets {}.\n\n**Value**: {}\n\n{default}{profiles}",
                name.summary(),
                name.form()
            ),
        }
    }

    fn in_profile(key: Key) -> Self {
        let name = Name::Rule(key);
        Self {
            name: key.as_str(),
            form: form(key),
            text: format!(
                "Sets, for ceremonies with this profile, {}.\n\n**Value**: {}\n\n**Default**: the \
                 value of `{name}` outside of `profiles`, which a profile may only make stricter",
                name.summary(),
                name.form()
            ),
        }
    }

    fn field(&self) -> TokenStream {
        let (name, form, docs) = (
            format_ident!("{}", self.name),
            format_ident!("{}", self.form),
            lines(&self.text),
        );
        quote!(#(#[doc = #docs])* pub #name: #form)
    }

    fn alias(&self) -> TokenStream {
        let (name, form, docs) = (
            format_ident!("{}", self.name),
            format_ident!("{}", self.form),
            lines(&self.text),
        );
        quote!(#(#[doc = #docs])* pub type #name = #form;)
    }
}

fn form(key: Key) -> &'static str {
    match key.spec().form {
        Form::Text => "Text",
        Form::List => "List",
        Form::Words(_) => "Word",
        Form::WordList(_) => "WordList",
        Form::Duration => "Duration",
        Form::Boolean => "Boolean",
        Form::Number => "Number",
        Form::Extensions => "Extensions",
        Form::Profiles => "Profiles",
    }
}

fn hook_text(spec: &HookSpec) -> String {
    let purpose = spec.purpose;
    let required = if spec.required {
        "Required"
    } else {
        "Optional"
    };
    let arguments = match spec.last {
        Last::Extractor => "any number of extractors".to_owned(),
        Last::Body => {
            "extractors, of which the last reads the body, such as `Json<SignUp>`".to_owned()
        }
        Last::Given { ty, .. } => format!("any number of extractors, then `{ty}`"),
    };
    format!(
        "Hook that {purpose}.\n\n```text\n{}\n```\n\n**{required}.** Called for {}.\n\n**Arguments**: {arguments}\n\n**Returns**: {}",
        spec.signature, spec.called_by, spec.returns
    )
}

/// Returns a signature that compiles as it is, with the types of axum.
fn signature(spec: &HookSpec) -> TokenStream {
    let name = format_ident!("{}", spec.name);
    let argument = match spec.last {
        Last::Extractor => None,
        Last::Body => Some(quote!(Json(form): Json<Value>)),
        Last::Given { ty, name } => {
            let (ty, name) = (format_ident!("{ty}"), format_ident!("{name}"));
            Some(quote!(#name: #ty))
        }
    };
    let answer = match spec.hook {
        Hook::GetUser | Hook::SignUp | Hook::SecondFactorUser => {
            Some(quote!(-> Result<PasskeyUser, StatusCode>))
        }
        Hook::FindUser => Some(quote!(-> Result<Option<PasskeyUser>, StatusCode>)),
        Hook::OnAuthenticated | Hook::OnRegistered => Some(quote!(-> Result<(), StatusCode>)),
        Hook::OnRemoved => None,
        Hook::RelyingParty => Some(quote!(-> Result<RelyingPartyConfig, StatusCode>)),
    };
    quote!(async fn #name(&self, #argument) #answer)
}

fn references(attribute: &str, items: &str) -> String {
    let source = format!("#[passkeys({attribute})] impl App {{ {items} }}");
    let expanded = super::annotate(&source).to_string();
    let (_, references) = expanded.split_once("in_editors !").unwrap();
    references
        .split_once("; ::core")
        .map_or(references, |(before, _)| before)
        .to_owned()
}

#[test]
fn every_key_refers_to_its_documented_field() {
    for name in Name::all() {
        let expected = format!("(Keys keys [{}] [unnamed] [*])", editor::field(name));
        let written = references(&format!("{name} = x"), "");
        assert!(written.contains(&expected), "{written}");
    }
    for key in Key::in_profiles() {
        let expected = format!("(ProfileKeys profile_keys [{key}] [unnamed] [*])");
        let written = references(&format!("profiles(strict({key} = x))"), "");
        assert!(written.contains(&expected), "{written}");
    }
}

#[test]
fn every_hook_refers_to_its_documented_variant() {
    for hook in Hook::ALL {
        let spec = hook.spec();
        let written = references("", &format!("{} {{}}", spec.signature));
        let expected = format!("[{}] [fn {} () {{ }}]", editor::variant(hook), spec.name);
        assert!(written.contains(&expected), "{written}");
    }
}

#[test]
fn unknown_words_are_completed_to_the_keys_that_are_not_there() {
    for attribute in [
        "rp_id = \"localhost\", or",
        "rp_id = \"localhost\" or",
        "or, rp_id = \"localhost\"",
        "or rp_id = \"localhost\"",
        "response = Result<A, B>, rp_id = x, or",
    ] {
        let written = references(attribute, "");
        let (_, absent) = written
            .split_once("[or] [{")
            .unwrap_or_else(|| panic!("{written}"));
        assert!(
            absent.trim_start().starts_with("rp_name , origins"),
            "{absent}"
        );
    }
}

#[test]
fn unfinished_items_do_not_hide_the_next() {
    let get_user = Hook::GetUser.spec().signature;
    for typed in [
        "async fn",
        "async fn on_reg",
        "pub (crate) fn on_reg",
        "type",
        "type Rep",
        "on_reg",
        "#[doc = \"..\"] on_reg",
    ] {
        for next in ["", "pub", "pub(crate)", "#[cfg(unix)]", "#[cfg(unix)] pub"] {
            let written = references("", &format!("{typed} {next} {get_user} {{}}"));
            assert!(written.contains("[GetUser]"), "{typed} {next}: {written}");
        }
    }
}
