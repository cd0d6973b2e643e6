//! Parsing of the annotated block into its items by kind. Signatures of hooks are checked later, in
//! `signature`.

use passkeys_rules::wording::nearest;
use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{
    Attribute, Expr, Generics, ItemImpl, Path, Signature, Token, Type, Visibility,
    ext::IdentExt as _,
    parse::{Parse, ParseStream, Parser as _},
};

use crate::{
    errors::Errors,
    glue::Glue,
    hooks::Hook,
    items::{self, Kind, RawItem},
    names::{self, tidy},
    repository,
};

/// Inherent impl block.
pub(crate) struct Block {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) generics: Generics,
    pub(crate) self_ty: Type,
    pub(crate) functions: Vec<Function>,
    pub(crate) types: Vec<AssociatedType>,
    /// Whether there is a function whose signature cannot be parsed: no hook is reported as missing,
    /// since it may be any of them.
    pub(crate) illegible: bool,
    /// Functions and types that cannot be parsed.
    pub(crate) unfinished: Vec<Unfinished>,
    /// Words that are no items.
    pub(crate) words: Vec<Ident>,
    /// Whether the block contains a macro call, whose expansion is unknown here.
    pub(crate) has_macros: bool,
    /// Second `#[passkeys]` on the block.
    pub(crate) again: Option<Attribute>,
    /// The block in the output: without its associated types, which Rust does not allow there.
    pub(crate) inherent: TokenStream,
}

/// Function of the block, without its body.
pub(crate) struct Function {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) signature: Signature,
}

/// Associated type of the block.
pub(crate) struct AssociatedType {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) name: Ident,
    /// The type, if the item has the form `type Name = Type;`.
    pub(crate) ty: Option<Type>,
}

/// Function or type that is being typed.
pub(crate) struct Unfinished {
    pub(crate) kind: Kind,
    /// Attributes, qualifiers and the keyword.
    pub(crate) start: TokenStream,
    pub(crate) name: Option<Ident>,
}

impl Block {
    /// Parses the annotated item. Reports anything but an inherent impl block, and returns what to
    /// emit in its place.
    pub(crate) fn parse(
        item: TokenStream,
        glue: &Glue<'_>,
        errors: &mut Errors,
    ) -> Result<Self, TokenStream> {
        let mut head: Vec<_> = item.clone().into_iter().collect();
        let braces = match head.pop() {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => group,
            _ => {
                not_an_impl(&item, errors);
                return Err(item);
            }
        };
        let head = without_visibility(head.into_iter().collect(), errors);
        let Ok(mut block) = syn::parse2::<ItemImpl>(quote!(#head {})) else {
            not_an_impl(&item, errors);
            return Err(item);
        };
        if let Some((path, _)) = &block.trait_ {
            let ty = &block.self_ty;
            errors.on(
                path,
                format_args!(
                    "hooks are methods of the application itself, not of a trait; move them and \
                     the attribute to `impl {} {{ .. }}`",
                    tidy(ty)
                ),
            );
            // rustc would report each hook as not a member of the trait.
            return Err(if has_hooks(braces.stream()) {
                TokenStream::new()
            } else {
                item
            });
        }
        if let Some(problem) = not_of_this_crate(&block.self_ty) {
            errors.on(&block.self_ty, problem);
            // rustc would reject the block in words of its own.
            return Err(TokenStream::new());
        }
        let again = block.attrs.iter().position(is_passkeys);
        let again = again.map(|index| block.attrs.remove(index));
        let mut this = Self {
            attrs: block.attrs.clone(),
            generics: block.generics.clone(),
            self_ty: (*block.self_ty).clone(),
            functions: Vec::new(),
            types: Vec::new(),
            illegible: false,
            unfinished: Vec::new(),
            words: Vec::new(),
            has_macros: false,
            inherent: if again.is_some() {
                without_braces(&block)
            } else {
                head
            },
            again,
        };
        let mut body = TokenStream::new();
        for item in items::split(repository::qualify(braces.stream(), glue)) {
            this.item(item, &mut body, errors);
        }
        let mut group = Group::new(Delimiter::Brace, body);
        group.set_span(braces.span());
        this.inherent.extend([TokenTree::Group(group)]);
        Ok(this)
    }

    /// Adds an item, and keeps it in the output unless it is a type.
    fn item(&mut self, item: RawItem, body: &mut TokenStream, errors: &mut Errors) {
        match item.kind {
            Kind::Type => {
                let parsed = syn::parse2::<AssociatedType>(item.to_token_stream());
                if !matches!(&parsed, Ok(AssociatedType { ty: Some(_), .. })) {
                    self.unfinished.extend(Unfinished::of(&item));
                }
                match parsed {
                    Ok(ty) => self.types.push(ty),
                    Err(error) => errors.add(error),
                }
                return;
            }
            Kind::Word => {
                // Any hook may be meant.
                self.illegible = true;
                if let Some(TokenTree::Ident(word)) = item.head.into_iter().last() {
                    word_alone(&word, errors);
                    self.words.push(word);
                }
                return;
            }
            Kind::Function => match syn::parse2(item.head.clone()) {
                Ok(function) => self.functions.push(function),
                Err(error) => {
                    // Left out of the output, where Rust would report the same error again.
                    self.illegible = true;
                    self.unfinished.extend(Unfinished::of(&item));
                    errors.add(error);
                    return;
                }
            },
            Kind::Macro => self.has_macros = true,
            Kind::Other => {}
        }
        item.to_tokens(body);
    }
}

/// Returns whether the body of an impl block has a hook or `type Repository`.
fn has_hooks(body: TokenStream) -> bool {
    let trees: Vec<_> = body.into_iter().collect();
    trees.windows(2).any(|pair| match pair {
        [TokenTree::Ident(kind), TokenTree::Ident(name)] => {
            kind == "fn" && Hook::from_name(&name.unraw().to_string()).is_some()
                || kind == "type" && name == "Repository"
        }
        _ => false,
    })
}

/// Returns the error of a type that cannot be defined in this crate, as far as its syntax shows that.
///
/// rustc reports an imported type of another crate.
fn not_of_this_crate(ty: &Type) -> Option<String> {
    let written = tidy(ty);
    let inner = match ty {
        Type::Group(group) => return not_of_this_crate(&group.elem),
        Type::Paren(paren) => return not_of_this_crate(&paren.elem),
        Type::Reference(_) => {
            let owned = tidy(names::owned(ty));
            return Some(format!(
                "hooks are methods of the application itself, not of a reference to it; write \
                 `impl {owned} {{ .. }}`: hooks borrow it by `&self`"
            ));
        }
        Type::Path(path) if path.qself.is_none() => {
            let foreign = foreign(&path.path)?;
            return Some(format!(
                "`{foreign}` belongs to another crate, and Rust allows inherent `impl` blocks only \
                 for types of this crate; annotate a wrapper: `#[derive(Clone)] struct App \
                 {{ state: {} }}` and `impl App {{ .. }}`",
                shared(ty)
            ));
        }
        Type::TraitObject(_) | Type::ImplTrait(_) => "a trait object",
        Type::Tuple(_) => "a tuple",
        Type::Array(_) | Type::Slice(_) => "an array",
        Type::Ptr(_) => "a pointer",
        Type::FnPtr(_) => "a function",
        Type::Path(_) => "an associated type",
        _ => return None,
    };
    Some(format!(
        "hooks are methods of a struct or an enum of this crate, and `{written}` is {inner}; \
         annotate `impl App {{ .. }}`, with `#[derive(Clone)] struct App {{ .. }}`"
    ))
}

/// Returns the type in an `Arc`, in which a wrapper can be cloned: `Arc<T>` of `T`, `Rc<T>` and `Arc<T>`.
fn shared(ty: &Type) -> String {
    if names::is(ty, "Arc") {
        return tidy(ty);
    }
    let is_pointer = ["Box", "Rc"].iter().any(|name| names::is(ty, name));
    let shared = names::first_argument(ty).filter(|_| is_pointer);
    format!("Arc<{}>", tidy(shared.unwrap_or(ty)))
}

/// Returns the name of a type that is known to be of another crate: with a path from such a crate, or
/// of the standard library and generic, as a type of this crate with its name hardly is.
fn foreign(path: &Path) -> Option<String> {
    // Modules of an application are hardly called so, as they may be `core`, `http` or `passkeys`.
    const CRATES: [&str; 2] = ["axum", "std"];
    const TYPES: [&str; 15] = [
        "Arc", "Box", "BTreeMap", "Cell", "HashMap", "LazyLock", "Mutex", "OnceCell", "OnceLock",
        "Option", "Rc", "RefCell", "Result", "RwLock", "Vec",
    ];
    const PRIMITIVES: [&str; 6] = ["String", "bool", "i32", "i64", "str", "u64"];

    let first = path.segments.first()?;
    let last = path.segments.last()?;
    let named = |name: &Ident, names: &[&str]| names.iter().any(|one| name == one);
    let from_a_crate =
        path.segments.len() > 1 && named(&first.ident, &CRATES) || path.leading_colon.is_some();
    let generic = !last.arguments.is_none() && named(&last.ident, &TYPES);
    let primitive = path.segments.len() == 1 && named(&last.ident, &PRIMITIVES);
    (from_a_crate || generic || primitive).then(|| {
        let arguments = if last.arguments.is_none() { "" } else { "<..>" };
        format!("{}{arguments}", last.ident)
    })
}

/// Reports a word that is not an item, with the hook that may be meant.
fn word_alone(word: &Ident, errors: &mut Errors) {
    let hooks = Hook::ALL.map(|hook| hook.spec().name);
    let meant = nearest(&word.to_string(), hooks).and_then(Hook::from_name);
    let fix = match meant {
        Some(hook) => format!("write the hook `{} {{ .. }}`", hook.spec().signature),
        None => "the block has functions and `type Repository = ..;`".to_owned(),
    };
    errors.on(word, format_args!("`{word}` is not an item; {fix}"));
}

impl ToTokens for RawItem {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.head.to_tokens(tokens);
        self.tail.to_tokens(tokens);
    }
}

impl Unfinished {
    /// Returns what has been typed of an item, up to its name. Returns `None` if it is not even that.
    fn of(item: &RawItem) -> Option<Self> {
        let keyword = match item.kind {
            Kind::Function => "fn",
            Kind::Type => "type",
            _ => return None,
        };
        let mut trees = item.head.clone().into_iter();
        let mut start = TokenStream::new();
        while let Some(tree) = trees.next() {
            let is_keyword = matches!(&tree, TokenTree::Ident(word) if word == keyword);
            start.extend([tree]);
            if is_keyword {
                let name = match trees.next() {
                    Some(TokenTree::Ident(name)) => Some(name),
                    _ => None,
                };
                let kind = item.kind;
                return Some(Self { kind, start, name });
            }
        }
        None
    }
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        input.parse::<Visibility>()?;
        Ok(Self {
            attrs,
            signature: input.parse()?,
        })
    }
}

impl Parse for AssociatedType {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        input.parse::<Visibility>()?;
        input.parse::<Option<Token![default]>>()?;
        input.parse::<Token![type]>()?;
        let name = input.parse()?;
        let value: TokenStream = input.parse()?;
        let plain = |value: ParseStream<'_>| {
            value.parse::<Token![=]>()?;
            let ty = value.parse()?;
            value.parse::<Token![;]>()?;
            Ok(ty)
        };
        Ok(Self {
            attrs,
            name,
            ty: plain.parse2(value).ok(),
        })
    }
}

/// Returns the `#[cfg]` attributes.
pub(crate) fn cfgs(attrs: &[Attribute]) -> Vec<Attribute> {
    let cfgs = attrs.iter().filter(|attr| attr.path().is_ident("cfg"));
    cfgs.cloned().collect()
}

/// Returns the lines of the documentation comments.
pub(crate) fn docs(attrs: &[Attribute]) -> Vec<Expr> {
    let docs = attrs.iter().filter(|attr| attr.path().is_ident("doc"));
    docs.filter_map(|doc| Some(doc.meta.require_name_value().ok()?.value.clone()))
        .collect()
}

fn is_passkeys(attribute: &Attribute) -> bool {
    let last = attribute.path().segments.last();
    last.is_some_and(|segment| segment.ident == "passkeys")
}

/// Reports the visibility of an impl block, which has none, and returns the head without it: the rest
/// of the block may be right.
fn without_visibility(head: TokenStream, errors: &mut Errors) -> TokenStream {
    let parts = |input: ParseStream<'_>| {
        let attrs = Attribute::parse_outer(input)?;
        let visibility: Visibility = input.parse()?;
        let is_impl = input.peek(Token![impl]);
        Ok((attrs, visibility, is_impl, input.parse::<TokenStream>()?))
    };
    match parts.parse2(head.clone()) {
        Ok((_, Visibility::Inherited, ..) | (_, _, false, _)) | Err(_) => head,
        Ok((attrs, visibility, true, rest)) => {
            errors.on(
                &visibility,
                format_args!(
                    "an impl block has no visibility; remove `{}` (the methods in it may have one)",
                    tidy(&visibility)
                ),
            );
            quote!(#(#attrs)* #rest)
        }
    }
}

/// Returns the tokens before a block's braces.
fn without_braces(block: &ItemImpl) -> TokenStream {
    let mut tokens: Vec<_> = block.to_token_stream().into_iter().collect();
    tokens.pop();
    tokens.into_iter().collect()
}

impl Function {
    pub(crate) fn name(&self) -> String {
        self.signature.ident.unraw().to_string()
    }
}

/// Reports an item that is not an impl block, at its kind and name.
fn not_an_impl(item: &TokenStream, errors: &mut Errors) {
    const KINDS: [&str; 10] = [
        "struct", "enum", "union", "trait", "mod", "fn", "type", "static", "const", "use",
    ];
    let trees: Vec<_> = item.clone().into_iter().collect();
    let at = trees.iter().position(|tree| match tree {
        TokenTree::Ident(word) => KINDS.iter().any(|kind| word == kind),
        _ => false,
    });
    let named: Vec<_> = trees.into_iter().skip(at.unwrap_or(0)).take(2).collect();
    match named.as_slice() {
        [TokenTree::Ident(kind), TokenTree::Ident(name)]
            if *kind == "struct" || *kind == "enum" =>
        {
            errors.on(
                quote!(#kind #name),
                format_args!(
                    "`#[passkeys]` belongs on the hooks, not on the {kind}; move it to \
                     `impl {name} {{ .. }}`"
                ),
            );
        }
        named => errors.on(
            named.iter().cloned().collect::<TokenStream>(),
            "`#[passkeys]` belongs on the hooks; move it to the `impl App { .. }` that has them",
        ),
    }
}
