//! The macro under inputs that nobody would write: it never panics, and what it makes of an item
//! is items again.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use proptest::{
    collection::vec,
    prelude::{Just, ProptestConfig, Strategy, any, prop_oneof},
    proptest,
    sample::{Index, select},
};

use crate::keys::Name;

/// Half of the inputs.
const CASES: u32 = 50_000;

const SOURCES: [&str; 3] = [
    include_str!("expansions/every_hook.rs"),
    include_str!("expansions/generic.rs"),
    include_str!("expansions/conditional.rs"),
];

/// What inputs are made of: all that the macro looks for, and some that it does not.
const WORDS: &str = r#"
    rpid security_key
    = == , ; : :: # ! & 'a '_ < > -> - . .. | * + ?
    "" "example.com" "https://example.com" "https://example.com:443/" "required" "5m" "0s"
    "hybrid" b"x" "x"suffix 60 1.5 'c' true
    impl trait struct fn async const unsafe extern pub type where for dyn mut let self Self static
    default use mod macro r#fn _
    App Repository get_user getuser on_authenticated sign_up on_registered find_user String Json
    State Option Result PasskeyUser AuthenticationResult RegistrationResult str Future cfg passkeys
    vec T
"#;

/// The words, and every key of the attribute.
fn words() -> Vec<&'static str> {
    let keys = Name::all().map(Name::as_str);
    WORDS.split_whitespace().chain(keys).collect()
}

/// A token, or where a group begins or ends.
#[derive(Clone, Debug)]
enum Flat {
    Token(&'static str),
    Open(Delimiter),
    Close,
}

fn delimiter() -> impl Strategy<Value = Delimiter> {
    select(vec![
        Delimiter::Parenthesis,
        Delimiter::Brace,
        Delimiter::Bracket,
        Delimiter::None,
    ])
}

fn flat() -> impl Strategy<Value = Flat> {
    prop_oneof![
        6 => select(words()).prop_map(Flat::Token),
        1 => delimiter().prop_map(Flat::Open),
        1 => Just(Flat::Close),
    ]
}

/// Tokens of a group, up to its end or that of the input.
fn build(flat: &mut impl Iterator<Item = Flat>) -> TokenStream {
    let mut tokens = TokenStream::new();
    while let Some(next) = flat.next() {
        match next {
            Flat::Token(word) => tokens.extend(word.parse::<TokenStream>().unwrap()),
            Flat::Open(delimiter) => {
                tokens.extend([TokenTree::Group(Group::new(delimiter, build(flat)))]);
            }
            Flat::Close => break,
        }
    }
    tokens
}

/// A change to a valid input, somewhere.
#[derive(Clone, Debug)]
enum Change {
    Remove,
    Repeat,
    Insert(Flat),
    Replace(Flat),
    /// Swaps with whatever is there.
    Swap(Index),
    /// Puts an invisible group around, as `macro_rules!` does.
    Wrap,
}

fn change() -> impl Strategy<Value = (Index, Change)> {
    let change = prop_oneof![
        Just(Change::Remove),
        Just(Change::Repeat),
        flat().prop_map(Change::Insert),
        flat().prop_map(Change::Replace),
        any::<Index>().prop_map(Change::Swap),
        Just(Change::Wrap),
    ];
    (any::<Index>(), change)
}

/// The tokens of a source, changed at every level: `at` counts those of all groups.
fn changed(tokens: TokenStream, changes: &[(Index, Change)]) -> TokenStream {
    changes.iter().fold(tokens, |tokens, (at, change)| {
        let size = size(&tokens);
        if size == 0 {
            return tokens;
        }
        apply(tokens, &mut at.index(size), change)
    })
}

fn size(tokens: &TokenStream) -> usize {
    let sizes = tokens.clone().into_iter().map(|tree| match tree {
        TokenTree::Group(group) => 1 + size(&group.stream()),
        _ => 1,
    });
    sizes.sum()
}

fn apply(tokens: TokenStream, at: &mut usize, change: &Change) -> TokenStream {
    let mut trees: Vec<_> = tokens.into_iter().collect();
    let mut index = 0;
    while index < trees.len() {
        if *at == 0 {
            *at = usize::MAX;
            change_here(&mut trees, index, change);
            break;
        }
        *at -= 1;
        if let TokenTree::Group(group) = &trees[index] {
            let inside = apply(group.stream(), at, change);
            trees[index] = TokenTree::Group(Group::new(group.delimiter(), inside));
            if *at == usize::MAX {
                break;
            }
        }
        index += 1;
    }
    trees.into_iter().collect()
}

fn change_here(trees: &mut Vec<TokenTree>, index: usize, change: &Change) {
    let made = |flat: &Flat| build(&mut [flat.clone()].into_iter());
    match change {
        Change::Remove => drop(trees.remove(index)),
        Change::Repeat => trees.insert(index, trees[index].clone()),
        Change::Insert(flat) => drop(trees.splice(index..index, made(flat))),
        Change::Replace(flat) => drop(trees.splice(index..=index, made(flat))),
        Change::Swap(other) => {
            let other = other.index(trees.len());
            trees.swap(index, other);
        }
        Change::Wrap => {
            let inside = trees[index].clone().into();
            trees[index] = TokenTree::Group(Group::new(Delimiter::None, inside));
        }
    }
}

/// Runs the macro. Of an item that the compiler would hand to it, it makes items.
fn run(arguments: TokenStream, item: TokenStream) {
    let is_item = syn::parse2::<syn::Item>(item.clone()).is_ok();
    let output = crate::annotate::annotate(arguments, item);
    if is_item {
        let parsed = syn::parse2::<syn::File>(output.clone());
        assert!(parsed.is_ok(), "{:?} in {output}", parsed.err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_tokens(
        arguments in vec(flat(), 0..24),
        head in vec(flat(), 0..6),
        body in vec(flat(), 0..48),
        is_block in any::<bool>(),
    ) {
        let arguments = build(&mut arguments.into_iter());
        let body = build(&mut body.into_iter());
        let item = if is_block {
            let head = build(&mut head.into_iter());
            let body = TokenTree::Group(Group::new(Delimiter::Brace, body));
            quote::quote_spanned!(Span::call_site()=> impl App #head #body)
        } else {
            body
        };
        run(arguments, item);
    }

    #[test]
    fn changed_blocks(source in select(SOURCES.to_vec()), changes in vec(change(), 1..8)) {
        let (arguments, item) = super::annotated(source);
        let whole = TokenTree::Group(Group::new(Delimiter::Parenthesis, arguments));
        let both: TokenStream = std::iter::once(whole).chain(item).collect();
        let mut trees = changed(both, &changes).into_iter();
        let arguments = match trees.next() {
            Some(TokenTree::Group(arguments)) => arguments.stream(),
            other => other.into_iter().collect(),
        };
        run(arguments, trees.collect());
    }
}
