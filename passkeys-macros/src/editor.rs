//! References for editors. Rust-analyzer shows, for a token of the attribute or the block, what the
//! expansion has at the token's span, and completes what is being typed where the expansion puts it: each
//! key refers to a documented field, each hook to a documented variant, and what is not yet an item is
//! put into the implementation of a trait whose methods are the hooks.
//!
//! Only rust-analyzer gets the references. They are under `cfg(rust_analyzer)` as well, which it sets for the
//! crates of a workspace: rustc would report that name (`unexpected_cfgs`), and where a crate forbids this lint,
//! nothing can allow it.

use std::{env, sync::LazyLock};

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::{format_ident, quote_spanned};
use syn::ImplItem;

use crate::{
    block::Block,
    glue::{Glue, here},
    hooks::Hook,
    items::Kind,
    keys::Name,
};

/// Returns whether rust-analyzer expands the macro. It loads macros into a process of its own program, or of
/// `rust-analyzer-proc-macro-srv`, in which it sets the environment variable, too.
pub(crate) fn is_open() -> bool {
    static IS_OPEN: LazyLock<bool> = LazyLock::new(|| {
        let program = env::current_exe().unwrap_or_default();
        let name = program.file_name().unwrap_or_default();
        name.to_string_lossy().starts_with("rust-analyzer")
            || env::var_os("RUST_ANALYZER_INTERNALS_DO_NOT_USE").is_some()
    });
    // The tests of this crate compare with the whole expansion.
    cfg!(test) || *IS_OPEN
}

/// Returns the name of the documented field of a key. Only `crate` cannot be one.
pub(crate) fn field(key: Name) -> &'static str {
    match key {
        Name::Crate => "crate_",
        key => key.as_str(),
    }
}

/// Returns the name of the documented variant of a hook, which is not the hook's, so that renaming a
/// method or finding its uses concerns the application only.
pub(crate) fn variant(hook: Hook) -> Ident {
    format_ident!("{hook:?}")
}

/// Generates the references for the attribute's arguments as they were written, and for the block if the
/// annotated item is one. Nothing for rustc. Most are tokens of a call of a macro of the library, which is
/// not expanded where the `cfg` is not set.
pub(crate) fn references(
    arguments: TokenStream,
    block: Option<&Block>,
    glue: &Glue<'_>,
) -> TokenStream {
    if !is_open() {
        return TokenStream::new();
    }
    let written = Written::of(arguments);
    let mut lists = list(&written.keys, Scope::Attribute);
    for (_, keys) in &written.profiles {
        lists.extend(list(keys, Scope::Profile));
    }
    let items = block.map(Items::of).unwrap_or_default();
    let (references, present) = (&items.references, &items.present);
    let words = block.map(|block| &block.words);
    let words = words.into_iter().flatten();
    let names = block.and_then(|block| profile_names(&written, block, glue));
    let unfinished = block.and_then(|block| unfinished(block, present, glue));
    quote_spanned! {here()=>
        #[allow(unexpected_cfgs)]
        const _: () = {
            #[cfg(rust_analyzer)]
            #glue::in_editors! {
                [#lists] [#(#references)*] [#(#words)* #(#present)*] [#names]
            }
            #unfinished
        };
    }
}

/// Where keys are expected.
#[derive(Clone, Copy)]
enum Scope {
    Attribute,
    Profile,
}

impl Scope {
    fn has(self, name: Name) -> bool {
        match (self, name) {
            (Self::Attribute, _) => true,
            (Self::Profile, Name::Rule(key)) => key.spec().in_profiles,
            (Self::Profile, Name::Response | Name::Crate) => false,
        }
    }
}

/// Generates the lists of keys that are written, of those that are not, and of words that are no keys,
/// with the names of the struct and the module that document them. Only unknown words need the second.
fn list(words: &[Ident], scope: Scope) -> TokenStream {
    let mut written = Vec::new();
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for word in words {
        match Name::parse(&word.to_string()).filter(|name| scope.has(*name)) {
            Some(name) => {
                written.push(name);
                known.push(Ident::new(field(name), word.span()));
            }
            None => unknown.push(word),
        }
    }
    // A word that is being typed is where the next would be.
    let next = Ident::new("unnamed", here());
    let absent = if unknown.is_empty() {
        unknown.push(&next);
        quote_spanned!(here()=> *)
    } else {
        let absent = Name::all()
            .filter(|name| scope.has(*name) && *name != Name::Crate && !written.contains(name));
        let absent = absent.map(|name| Ident::new(name.as_str(), here()));
        quote_spanned!(here()=> {#(#absent),*})
    };
    let documentation = match scope {
        Scope::Attribute => quote_spanned!(here()=> Keys keys),
        Scope::Profile => quote_spanned!(here()=> ProfileKeys profile_keys),
    };
    quote_spanned!(here()=> (#documentation [#(#known)*] [#(#unknown)*] [#absent]))
}

/// References of the block's items.
#[derive(Default)]
struct Items {
    /// Variants of the documentation, with the spans of the names in the block.
    references: Vec<Ident>,
    /// Stubs of the items that are there, which are not offered again.
    present: Vec<TokenStream>,
}

impl Items {
    fn of(block: &Block) -> Self {
        let mut items = Self::default();
        for function in &block.functions {
            if let Some(hook) = Hook::from_name(&function.name()) {
                let mut variant = variant(hook);
                variant.set_span(function.signature.ident.span());
                let stub = Ident::new(hook.spec().name, here());
                items.add(variant, quote_spanned!(here()=> fn #stub() {}));
            }
        }
        for ty in block.types.iter().filter(|ty| ty.name == "Repository") {
            let variant = Ident::new("Repository", ty.name.span());
            items.add(variant, quote_spanned!(here()=> type Repository = ();));
        }
        items
    }

    fn add(&mut self, variant: Ident, stub: TokenStream) {
        if !self.references.contains(&variant) {
            self.present.push(stub);
        }
        self.references.push(variant);
    }
}

/// Generates an implementation with the functions and types that are being typed, completed to valid
/// syntax. Rust-analyzer replaces a whole item only if it is in the attribute's own expansion.
fn unfinished(block: &Block, present: &[TokenStream], glue: &Glue<'_>) -> Option<TokenStream> {
    if block.unfinished.is_empty() {
        return None;
    }
    let items = block.unfinished.iter().map(|item| {
        let name = item.name.clone();
        let name = name.unwrap_or_else(|| Ident::new("unnamed", here()));
        let start = &item.start;
        if item.kind == Kind::Type {
            quote_spanned!(here()=> #start #name = ();)
        } else {
            quote_spanned!(here()=> #start #name() {})
        }
    });
    let items = items.filter(|item| syn::parse2::<ImplItem>(item.clone()).is_ok());
    Some(quote_spanned! {here()=>
        #[cfg(rust_analyzer)]
        const _: () = {
            struct __Application;
            impl #glue::attribute::Hooks for __Application {
                #(#items)*
                #(#present)*
            }
        };
    })
}

/// Generates a constant for the name of each profile, which `profile!` refers to.
fn profile_names(written: &Written, block: &Block, glue: &Glue<'_>) -> Option<TokenStream> {
    if written.profiles.is_empty() {
        return None;
    }
    let names = written.profiles.iter().map(|(name, _)| name);
    let docs = names.clone().map(|name| {
        format!(
            " Profile `{name}` of the attribute. A ceremony chooses it by `?profile={name}`, and in \
             routes of your own by `profile!`."
        )
    });
    let (generics, _, bounds) = block.generics.split_for_impl();
    let ty = &block.self_ty;
    Some(quote_spanned! {here()=>
        struct __Profiles;
        #[allow(non_upper_case_globals)]
        impl __Profiles {
            #(#[doc = #docs] const #names: #glue::attribute::Profile = #glue::attribute::Profile;)*
        }
        impl #generics #glue::attribute::HasProfiles for #ty #bounds {
            type Profiles = __Profiles;
        }
    })
}

/// Words of the attribute where keys are expected, known or not.
struct Written {
    keys: Vec<Ident>,
    /// Names of profiles, and their keys.
    profiles: Vec<(Ident, Vec<Ident>)>,
}

impl Written {
    /// Collects the first word of each entry, however unfinished the entries are.
    fn of(arguments: TokenStream) -> Self {
        let trees: Vec<_> = arguments.into_iter().collect();
        let mut written = Self {
            keys: Vec::new(),
            profiles: Vec::new(),
        };
        for (index, word) in first_words(&trees) {
            if let (true, Some(profiles)) = (word == "profiles", parentheses(&trees, index + 1)) {
                written.profiles.extend(named(profiles.stream()));
            }
            push_new(&mut written.keys, word);
        }
        written
    }
}

fn push_new(words: &mut Vec<Ident>, word: Ident) {
    if !words.contains(&word) {
        words.push(word);
    }
}

/// Returns the names of the profiles, each with its keys.
fn named(profiles: TokenStream) -> Vec<(Ident, Vec<Ident>)> {
    let trees: Vec<_> = profiles.into_iter().collect();
    let mut named = Vec::new();
    for (index, name) in first_words(&trees) {
        if let Some(group) = parentheses(&trees, index + 1) {
            let trees: Vec<_> = group.stream().into_iter().collect();
            let mut keys = Vec::new();
            for (_, key) in first_words(&trees) {
                push_new(&mut keys, key);
            }
            named.push((name, keys));
        }
    }
    named
}

fn parentheses(trees: &[TokenTree], index: usize) -> Option<&Group> {
    match trees.get(index) {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => Some(group),
        _ => None,
    }
}

/// Returns the words at the beginning of entries, with their indices: at the start, after a comma that is
/// not one of a type, and after a value, where the comma may not be typed yet.
fn first_words(trees: &[TokenTree]) -> Vec<(usize, Ident)> {
    let mut brackets = 0_usize;
    let mut words = Vec::new();
    let mut at_start = true;
    for (index, tree) in trees.iter().enumerate() {
        match tree {
            TokenTree::Ident(word) => {
                if at_start {
                    words.push((index, word.clone()));
                }
                // A word without a value may be in front of the next entry.
                at_start &= matches!(trees.get(index + 1), Some(TokenTree::Ident(_)));
            }
            TokenTree::Punct(punct) => {
                match punct.as_char() {
                    '<' => brackets += 1,
                    '>' => brackets = brackets.saturating_sub(1),
                    _ => {}
                }
                at_start = punct.as_char() == ',' && brackets == 0;
            }
            TokenTree::Literal(_) | TokenTree::Group(_) => at_start = brackets == 0,
        }
    }
    words
}
