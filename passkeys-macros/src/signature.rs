//! Validation of a hook's signature.

use proc_macro2::Span;
use syn::{
    FnArg, GenericParam, Receiver, ReceiverKind, ReturnType, Safety, Signature, Type,
    TypeParamBound, parse_quote_spanned,
};

use crate::{
    block::{Function, cfgs, docs},
    errors::Errors,
    hooks::{Hook, HookSpec, Last},
    model::HookFn,
    names::{self, owned, tidy},
};

/// Checks the signature of a hook. Reports everything that keeps the library from calling it.
pub(crate) fn check(hook: Hook, function: &Function, errors: &mut Errors) -> HookFn {
    let spec = hook.spec();
    let signature = &function.signature;
    qualifiers(spec, signature, errors);
    generics(spec, signature, errors);
    receiver(spec, signature, errors);
    let mut types: Vec<_> = argument_types(signature).collect();
    arguments(spec, signature, &types, errors);
    returned(spec, signature, errors);
    let mut answer = match &signature.output {
        ReturnType::Default => unit(signature.ident.span()),
        ReturnType::Type(_, ty) => (**ty).clone(),
    };
    for ty in types.iter_mut().chain([&mut answer]) {
        names::infer(ty, &signature.generics);
    }
    let last = match spec.last {
        Last::Extractor => None,
        Last::Body | Last::Given { .. } => types.pop(),
    };
    HookFn {
        hook,
        name: signature.ident.clone(),
        cfgs: cfgs(&function.attrs),
        docs: docs(&function.attrs),
        is_async: signature.asyncness.is_some(),
        extractors: types,
        last,
        answer,
    }
}

/// Returns `()` with this span, the return type of a function without one.
fn unit(span: Span) -> Type {
    parse_quote_spanned!(span=> ())
}

fn qualifiers(spec: &HookSpec, signature: &Signature, errors: &mut Errors) {
    let name = spec.name;
    if let Some(token) = signature.constness {
        errors.on(
            token,
            format_args!(
                "`{name}` runs when there is a request, not while the program is compiled; remove \
                 the `const`"
            ),
        );
    }
    if let Safety::Unsafe(token) = signature.safety {
        errors.on(
            token,
            format_args!(
                "`{name}` is called with whatever a request brings, so it must be safe; remove \
                 the `unsafe`"
            ),
        );
    }
    if let Some(abi) = &signature.abi {
        errors.on(
            abi,
            format_args!("`{name}` is called from Rust; remove the `{}`", tidy(abi)),
        );
    }
}

/// Reports type and const parameters. Lifetimes are allowed, since the call infers them.
fn generics(spec: &HookSpec, signature: &Signature, errors: &mut Errors) {
    let params = &signature.generics.params;
    if let Some(param) = params
        .iter()
        .find(|param| !matches!(param, GenericParam::Lifetime(_)))
    {
        errors.on(
            param,
            format_args!(
                "`{}` cannot be generic, as nothing tells the library which type to call it with; \
                 write that type instead",
                spec.name
            ),
        );
    }
}

fn receiver(spec: &HookSpec, signature: &Signature, errors: &mut Errors) {
    let name = spec.name;
    let Some(FnArg::Receiver(receiver)) = signature.inputs.first() else {
        errors.on(
            &signature.ident,
            format_args!(
                "`{name}` is called on the application; write `&self` as its first argument"
            ),
        );
        return;
    };
    match borrows(receiver) {
        Some(Borrow::Shared) => {}
        Some(Borrow::Exclusive) => errors.on(
            receiver,
            format_args!(
                "`{name}` is called for many requests at the same time; write `&self`, and keep \
                 what changes behind a lock or in a database"
            ),
        ),
        None => errors.on(
            receiver,
            format_args!(
                "`{name}` is called for many requests, so it cannot consume the application; \
                 write `&self`"
            ),
        ),
    }
}

enum Borrow {
    Shared,
    Exclusive,
}

fn borrows(receiver: &Receiver) -> Option<Borrow> {
    let mutable = match &receiver.kind {
        ReceiverKind::Reference(_, _, mutable) => mutable,
        ReceiverKind::Typed(_, ty) => match &**ty {
            Type::Reference(reference) if names::is(&reference.elem, "Self") => {
                &reference.mutability
            }
            _ => return None,
        },
        _ => return None,
    };
    Some(match mutable {
        None => Borrow::Shared,
        Some(_) => Borrow::Exclusive,
    })
}

fn argument_types(signature: &Signature) -> impl Iterator<Item = Type> {
    signature.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(argument) => Some((*argument.ty).clone()),
        FnArg::Receiver(_) => None,
    })
}

fn arguments(spec: &HookSpec, signature: &Signature, types: &[Type], errors: &mut Errors) {
    // An argument of another hook is reported as such, not as missing.
    let given = types.iter().any(|ty| {
        let own = spec.last.given().is_some_and(|given| is_given(ty, given));
        own || given_elsewhere(spec, ty).is_some()
    });
    for (index, ty) in types.iter().enumerate() {
        let (before, after) = (&types[..index], &types[index + 1..]);
        if signature.receiver().is_none() && names::is(owned(ty), "Self") {
            // `this: &Self`, which is reported as missing `&self`.
            continue;
        }
        let in_its_place = after.is_empty() && !given;
        if in_its_place
            && spec
                .last
                .given()
                .is_some_and(|given| stand_in(ty, given).is_some())
        {
            // Reported below.
            continue;
        }
        if let Some(problem) = argument(spec, before, ty, after) {
            errors.on(ty, problem);
        }
    }
    let name = spec.name;
    match spec.last {
        Last::Given { ty, name: argument } if !given => {
            let last = types.last();
            match last.and_then(|last| Some((last, stand_in(last, ty)?))) {
                Some((last, stand_in)) => {
                    let written = tidy(last);
                    let or_extractor = match stand_in {
                        StandIn::NoExtractor => String::new(),
                        StandIn::PerhapsExtractor => format!(
                            " (if `{written}` is an extractor, add `{argument}: {ty}` behind it)"
                        ),
                    };
                    errors.on(
                        last,
                        format_args!(
                            "the last argument of `{name}` is recognized by the name of its type; \
                             write `{ty}`, not `{written}`{or_extractor}"
                        ),
                    );
                }
                None => errors.on(
                    &signature.ident,
                    format_args!("`{name}` needs `{argument}: {ty}` as its last argument; add it"),
                ),
            }
        }
        Last::Body if types.is_empty() => errors.on(
            &signature.ident,
            format_args!(
                "`{name}` needs an extractor of the request's body as its last argument; add one, \
                 such as `Json(form): Json<SignUp>`"
            ),
        ),
        _ => {}
    }
}

/// Returns the error of an argument, given those before and after it.
fn argument(spec: &HookSpec, before: &[Type], ty: &Type, after: &[Type]) -> Option<String> {
    let hook = spec.name;
    let is_last = after.is_empty();
    if let Last::Given { ty: expected, .. } = spec.last {
        let again = after.iter().any(|later| names::is(owned(later), expected));
        match (is_given(ty, expected), is_last) {
            (true, true) if names::of(ty).is_none() => {
                return Some(format!(
                    "`{hook}` is given `{expected}` by value; write `{expected}`"
                ));
            }
            (true, true) => return None,
            (true, false) if again && expected != "String" => {
                return Some(format!(
                    "`{hook}` is given one `{expected}`, as its last argument; remove this one"
                ));
            }
            (true, false) if !again => {
                return Some(format!(
                    "`{expected}` is the last argument of `{hook}`; move it behind the extractors"
                ));
            }
            _ => {}
        }
    }
    if let Some(problem) = given_elsewhere(spec, ty) {
        return Some(problem);
    }
    if names::is(ty, "Data") && before.iter().any(|one| names::same_path(one, ty)) {
        return Some(format!(
            "`{hook}` has two arguments of the type `Data`, and each is the whole member `data`; \
             remove this one, and deserialize a struct with the fields of both"
        ));
    }
    if spec.hook.reads_data()
        && names::is(ty, "Data")
        && names::first_argument(ty)
            .and_then(names::elided_lifetime)
            .is_some()
    {
        return Some(
            "`Data` owns what it deserializes, as the request is gone when the hook runs; write a type \
             without references, such as `Data<String>`"
                .to_owned(),
        );
    }
    match ty {
        Type::Reference(_) => {
            return Some(format!(
                "`{hook}` is given its extractors by value; write `{}`",
                tidy(owned(ty))
            ));
        }
        Type::ImplTrait(_) => {
            return Some(format!(
                "`{hook}` cannot be generic, as nothing tells the library which type to call it \
                 with; write that type instead of `impl ..`"
            ));
        }
        _ => {}
    }
    if spec.hook == Hook::GetUser && asks_for_user(ty) {
        return Some(
            "the `PasskeyUser` extractor calls `get_user`, which would call it again and never \
             end; extract what identifies the user, such as a session"
                .to_owned(),
        );
    }
    if spec.hook == Hook::RelyingParty
        && let Some(asked) = asks_for_relying_party(ty)
    {
        return Some(format!(
            "the `{asked}` extractor calls `{hook}`, which would call it again and never end; extract what \
             identifies the tenant, such as `headers: HeaderMap` for the host"
        ));
    }
    body(spec, before, ty, after)
}

/// Returns whether this is the type of a value from the library, or a reference to it.
fn is_given(ty: &Type, given: &str) -> bool {
    let borrowed = matches!(ty, Type::Reference(_)) && given == "String";
    names::is(owned(ty), given) || borrowed && names::is(owned(ty), "str")
}

/// Type that is written in place of that of a value from the library.
enum StandIn {
    NoExtractor,
    PerhapsExtractor,
}

/// Returns whether a hook's last argument may be meant to be a value from the library: by another name,
/// such as `Login` of `use passkeys::AuthenticationResult as Login`, or in a container. Extractors with a
/// well-known name are not.
fn stand_in(ty: &Type, given: &str) -> Option<StandIn> {
    let known = names::head_extractor(ty).is_some_and(|name| name != "PasskeyUser");
    // An extractor may well have a `String`.
    if names::contains(ty, given) && !(known && given == "String") {
        return Some(StandIn::NoExtractor);
    }
    if known || names::is(ty, "Data") {
        return None;
    }
    let no_extractor = names::body_extractor(ty).is_some()
        || matches!(
            ty,
            Type::Reference(_) | Type::FnPtr(_) | Type::Array(_) | Type::Slice(_) | Type::Ptr(_)
        );
    Some(if no_extractor {
        StandIn::NoExtractor
    } else {
        StandIn::PerhapsExtractor
    })
}

/// Returns whether the extractor calls `get_user`.
fn asks_for_user(ty: &Type) -> bool {
    names::is(ty, "PasskeyUser")
        || (names::is(ty, "Option") || names::is(ty, "Result"))
            && names::first_argument(ty).is_some_and(asks_for_user)
}

/// Returns the extractor that needs the relying party, if this is one, or an optional one.
fn asks_for_relying_party(ty: &Type) -> Option<&'static str> {
    let extractors = ["RelyingPartyConfig", "Tenant", "PasskeyUser", "Verified"];
    let own = extractors.into_iter().find(|name| names::is(ty, name));
    own.or_else(|| {
        let optional = names::is(ty, "Option") || names::is(ty, "Result");
        asks_for_relying_party(names::first_argument(ty).filter(|_| optional)?)
    })
}

/// Returns the error of an argument that only another hook is given.
fn given_elsewhere(spec: &HookSpec, ty: &Type) -> Option<String> {
    let name = spec.name;
    let (other, given) = Hook::ALL.iter().find_map(|hook| {
        let given = hook.spec().last.given()?;
        // `String` is an extractor as well.
        (given != "String" && is_given(ty, given)).then_some((hook.spec().name, given))
    })?;
    Some(match spec.last {
        Last::Given { ty, .. } => {
            format!("`{name}` is given `{ty}`, and `{given}` is for `{other}`; write `{ty}`")
        }
        _ => format!("`{name}` is not given `{given}`, only `{other}` is; remove it"),
    })
}

/// Returns the error of an argument that reads the body in the wrong place.
fn body(spec: &HookSpec, before: &[Type], ty: &Type, after: &[Type]) -> Option<String> {
    let hook = spec.name;
    let reader = names::body_extractor(ty);
    match (reader, spec.last, after) {
        (Some(reader), Last::Body, [.., last]) => Some(match names::body_extractor(last) {
            Some(other) => format!(
                "`{reader}` reads the request's body, and so does `{other}` at the end; a body can \
                 be read once, so remove one of them"
            ),
            None => format!(
                "`{reader}` reads the request's body, which only the last argument can; move it to \
                 the end"
            ),
        }),
        (Some(_), Last::Body, []) => None,
        (Some(reader), _, _) => Some(format!(
            "`{reader}` reads the request's body, and only `sign_up` is given one; extract from \
             the head of the request, as `State`, `HeaderMap` or a session do"
        )),
        (None, Last::Body, [])
            if !before
                .iter()
                .any(|one| names::body_extractor(one).is_some()) =>
        {
            names::head_extractor(ty).map(|other| {
                format!(
                    "the last argument of `{hook}` reads the request's body, and `{other}` does \
                     not; add one that does, such as `Json(form): Json<SignUp>`"
                )
            })
        }
        _ => None,
    }
}

fn returned(spec: &HookSpec, signature: &Signature, errors: &mut Errors) {
    let name = spec.name;
    match &signature.output {
        ReturnType::Default if spec.returns_user => errors.on(
            &signature.ident,
            format_args!("`{name}` returns nothing; it must return {}", spec.returns),
        ),
        ReturnType::Type(_, ty) if is_future(ty) => errors.on(
            ty,
            format_args!(
                "`{name}` returns a future, and only an `async fn` is awaited; write \
                 `async fn {name}`, and return what the future is of"
            ),
        ),
        _ => {}
    }
}

/// Returns whether the type is a future: `impl Future`, `BoxFuture`, `Pin<Box<..>>`.
fn is_future(ty: &Type) -> bool {
    match ty {
        Type::ImplTrait(ty) => ty.bounds.iter().any(|bound| match bound {
            TypeParamBound::Trait(bound) => {
                let last = bound.path.segments.last();
                last.is_some_and(|segment| segment.ident == "Future")
            }
            _ => false,
        }),
        ty => {
            names::is(ty, "BoxFuture")
                || names::is(ty, "Pin")
                    && names::first_argument(ty).is_some_and(|inner| names::is(inner, "Box"))
        }
    }
}
