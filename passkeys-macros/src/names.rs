//! Recognition of types by their names, as a macro knows no more of them.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::{
    GenericArgument, Generics, Lifetime, PathArguments, Type, TypeParamBound, TypeReference,
    TypeTraitObject, parse_quote_spanned,
    spanned::Spanned as _,
    visit::{self, Visit},
    visit_mut::{self, VisitMut},
};

/// Extractors that consume the request's body.
pub(crate) const BODY_EXTRACTORS: [&str; 9] = [
    "Body",
    "Bytes",
    "Form",
    "Json",
    "Multipart",
    "RawForm",
    "Request",
    "String",
    "Verified",
];

/// Well-known extractors of the request's head.
pub(crate) const HEAD_EXTRACTORS: [&str; 12] = [
    "ConnectInfo",
    "CookieJar",
    "Extension",
    "HeaderMap",
    "Method",
    "OriginalUri",
    "PasskeyUser",
    "Path",
    "Query",
    "Session",
    "State",
    "TypedHeader",
];

/// Returns the last segment of a type's path: `Json` of `axum::Json<T>`.
pub(crate) fn of(ty: &Type) -> Option<&Ident> {
    match ty {
        Type::Path(ty) => ty.path.segments.last().map(|segment| &segment.ident),
        Type::Group(group) => of(&group.elem),
        Type::Paren(paren) => of(&paren.elem),
        _ => None,
    }
}

/// Returns whether the last segment of the type's path is this name.
pub(crate) fn is(ty: &Type, name: &str) -> bool {
    of(ty).is_some_and(|ident| ident == name)
}

/// Returns the type's name, if it is a known extractor of the body, or that of the extractor in `Option`
/// or `Result`.
pub(crate) fn body_extractor(ty: &Type) -> Option<&Ident> {
    if is(ty, "Option") || is(ty, "Result") {
        // A `String` in them is hardly an extractor.
        return body_extractor(first_argument(ty)?).filter(|name| *name != "String");
    }
    one_of(ty, &BODY_EXTRACTORS)
}

/// Returns the type's name, if it is a known extractor of the head.
pub(crate) fn head_extractor(ty: &Type) -> Option<&Ident> {
    one_of(ty, &HEAD_EXTRACTORS)
}

fn one_of<'a>(ty: &'a Type, names: &[&str]) -> Option<&'a Ident> {
    of(ty).filter(|ident| names.iter().any(|name| ident == name))
}

/// Returns the first type argument: `T` of `Option<T>`.
pub(crate) fn first_argument(ty: &Type) -> Option<&Type> {
    let Type::Path(ty) = ty else { return None };
    let PathArguments::AngleBracketed(arguments) = &ty.path.segments.last()?.arguments else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

/// Returns whether two types have the same path, whatever its arguments are.
pub(crate) fn same_path(one: &Type, other: &Type) -> bool {
    let segments = |ty: &Type| match ty {
        Type::Path(ty) => Some(
            ty.path
                .segments
                .iter()
                .map(|one| one.ident.clone())
                .collect(),
        ),
        _ => None,
    };
    let one: Option<Vec<_>> = segments(one);
    one.is_some() && one == segments(other)
}

/// Returns whether the last segment of a path in the type, or of the type itself, is this name.
pub(crate) fn contains(ty: &Type, name: &str) -> bool {
    struct Find<'a>(&'a str, bool);

    impl<'ast> Visit<'ast> for Find<'_> {
        fn visit_type(&mut self, ty: &'ast Type) {
            self.1 |= is(ty, self.0);
            visit::visit_type(self, ty);
        }
    }

    let mut find = Find(name, false);
    find.visit_type(ty);
    find.1
}

/// Returns a lifetime that the type leaves to be inferred, as `App<'_>` and `App<&str>` do.
pub(crate) fn elided_lifetime(ty: &Type) -> Option<TokenStream> {
    #[derive(Default)]
    struct Find(Option<TokenStream>);

    impl<'ast> Visit<'ast> for Find {
        fn visit_lifetime(&mut self, lifetime: &'ast Lifetime) {
            if lifetime.ident == "_" {
                self.0.get_or_insert_with(|| lifetime.to_token_stream());
            }
        }

        fn visit_type_reference(&mut self, reference: &'ast TypeReference) {
            if reference.lifetime.is_none() {
                self.0.get_or_insert_with(|| reference.to_token_stream());
            }
            visit::visit_type_reference(self, reference);
        }
    }

    let mut find = Find::default();
    find.visit_type(ty);
    find.0
}

/// Returns the type without leading references.
pub(crate) fn owned(ty: &Type) -> &Type {
    match ty {
        Type::Reference(reference) => owned(&reference.elem),
        Type::Group(group) => owned(&group.elem),
        Type::Paren(paren) => owned(&paren.elem),
        ty => ty,
    }
}

/// Returns whether the type is or contains `dyn Name`: `Arc<dyn Name>`.
pub(crate) fn is_object_of(ty: &Type, name: &str) -> bool {
    struct Find<'a>(&'a str, bool);

    impl<'ast> Visit<'ast> for Find<'_> {
        fn visit_type_trait_object(&mut self, object: &'ast TypeTraitObject) {
            self.1 |= object.bounds.iter().any(|bound| match bound {
                TypeParamBound::Trait(bound) => {
                    let last = bound.path.segments.last();
                    last.is_some_and(|segment| segment.ident == self.0)
                }
                _ => false,
            });
        }
    }

    let mut find = Find(name, false);
    find.visit_type(ty);
    find.1
}

/// Replaces the parts that cannot be named where the hook is called, its own lifetimes and
/// `impl Trait`, by `'_` and `_`.
pub(crate) fn infer(ty: &mut Type, declared: &Generics) {
    struct Infer<'a>(&'a Generics);

    impl VisitMut for Infer<'_> {
        fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
            let mut declared = self.0.lifetimes().map(|param| &param.lifetime.ident);
            if declared.any(|ident| *ident == lifetime.ident) {
                lifetime.ident = Ident::new("_", lifetime.ident.span());
            }
        }

        fn visit_type_mut(&mut self, ty: &mut Type) {
            match ty {
                Type::ImplTrait(_) => *ty = parse_quote_spanned!(ty.span()=> _),
                ty => visit_mut::visit_type_mut(self, ty),
            }
        }
    }

    Infer(declared).visit_type_mut(ty);
}

/// Replaces every `_` by a type.
pub(crate) fn fill_in(ty: &mut Type, stand_in: &Type) {
    struct FillIn<'a>(&'a Type);

    impl VisitMut for FillIn<'_> {
        fn visit_type_mut(&mut self, ty: &mut Type) {
            match ty {
                Type::Infer(_) => *ty = self.0.clone(),
                ty => visit_mut::visit_type_mut(self, ty),
            }
        }
    }

    FillIn(stand_in).visit_type_mut(ty);
}

/// Formats a type or path with the usual spaces.
pub(crate) fn tidy(tokens: impl ToTokens) -> String {
    let mut text = tokens.to_token_stream().to_string();
    for (spaced, tight) in [
        (" :: ", "::"),
        (":: ", "::"),
        (" <", "<"),
        ("< ", "<"),
        (" >", ">"),
        (" ,", ","),
        ("& ", "&"),
        ("' ", "'"),
    ] {
        text = text.replace(spaced, tight);
    }
    text
}
