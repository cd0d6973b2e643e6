//! Types by their names, which is all that a macro sees of them.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::{
    GenericArgument, Generics, Lifetime, PathArguments, Type, parse_quote_spanned,
    spanned::Spanned as _,
    visit_mut::{self, VisitMut},
};

/// Extractors that read the body, so that nothing after them could.
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

/// Well-known extractors that leave the body alone.
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

/// The last name of a type's path: `Json` of `axum::Json<T>`.
pub(crate) fn of(ty: &Type) -> Option<&Ident> {
    match ty {
        Type::Path(ty) => ty.path.segments.last().map(|segment| &segment.ident),
        Type::Group(group) => of(&group.elem),
        Type::Paren(paren) => of(&paren.elem),
        _ => None,
    }
}

/// Whether the type goes by this name, wherever it comes from.
pub(crate) fn is(ty: &Type, name: &str) -> bool {
    of(ty).is_some_and(|ident| ident == name)
}

/// The type's name, if it reads the body.
pub(crate) fn body_extractor(ty: &Type) -> Option<&Ident> {
    one_of(ty, &BODY_EXTRACTORS)
}

/// The type's name, if it is known to leave the body alone.
pub(crate) fn head_extractor(ty: &Type) -> Option<&Ident> {
    one_of(ty, &HEAD_EXTRACTORS)
}

fn one_of<'a>(ty: &'a Type, names: &[&str]) -> Option<&'a Ident> {
    of(ty).filter(|ident| names.iter().any(|name| ident == name))
}

/// The first type argument: `T` of `Option<T>`.
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

/// The type without references in front.
pub(crate) fn owned(ty: &Type) -> &Type {
    match ty {
        Type::Reference(reference) => owned(&reference.elem),
        Type::Group(group) => owned(&group.elem),
        Type::Paren(paren) => owned(&paren.elem),
        ty => ty,
    }
}

/// Leaves to inference what cannot be named where the hook is called: the lifetimes that it
/// declares, and `impl Trait`.
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

/// Puts a type where one could only be inferred.
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

/// Tokens as a person would write a short type or path.
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
