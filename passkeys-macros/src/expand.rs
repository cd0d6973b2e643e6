//! Generation of the output from a valid model, which cannot fail.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{ToTokens as _, format_ident, quote_spanned};

use syn::{Attribute, parse_quote_spanned, spanned::Spanned as _};

use crate::{
    args::{CheckedArgs, Needed, Place},
    block::cfgs,
    fallback,
    glue::{Configuration, Glue, here, there},
    hooks::Hook,
    model::{App, HookFn, Model},
    names,
    profiles::Profile,
    settings::{Setting, Settings},
    values::Value,
};

/// Generates the implementation of the hidden trait.
pub(crate) fn expand(model: &Model, needs: &[Needed], glue: &Glue<'_>) -> TokenStream {
    let repositories = model.repositories.iter().map(|repository| {
        let (attrs, ty) = (&repository.attrs, &repository.ty);
        quote_spanned!(here()=> #(#attrs)* type Repository = #ty;)
    });
    let configuration = config(&model.args, glue);
    let hooks = model.hooks.iter().map(|hook| method(hook, glue));
    let items = repositories
        .chain(profiles(&model.args))
        .chain([glue.needs(needs), describe(model, glue)])
        .chain(hooks)
        .chain(left_out(model, glue))
        .collect();
    glue.implementation(&model.app, &items, &configuration)
}

/// Generates, for every required item that is only there under `#[cfg]`, a compile error and a stub for
/// builds in which none of the conditions holds. The macro cannot evaluate them itself.
fn left_out(model: &Model, glue: &Glue<'_>) -> Vec<TokenStream> {
    let repositories = model.repositories.iter().map(|one| cfgs(&one.attrs));
    let repository = Conditions::of(repositories).map(|conditions| {
        conditions.otherwise(
            "type Repository",
            model.app.ty.span(),
            &glue.any_repository(),
        )
    });
    let hooks = Hook::ALL.into_iter().filter(|hook| hook.spec().required);
    let hooks = hooks.filter_map(|hook| {
        let same = model.hooks.iter().filter(|one| one.hook == hook);
        let conditions = Conditions::of(same.clone().map(|one| one.cfgs.clone()))?;
        let name = &same.clone().next()?.name;
        let stub = fallback::stub(&glue.signature(hook, here()));
        Some(conditions.otherwise(hook.spec().name, name.span(), &stub))
    });
    repository
        .into_iter()
        .chain(hooks)
        .chain(without_account(model))
        .collect()
}

/// Generates a compile error for builds with `sign_up` in which no condition of `on_registered` holds.
fn without_account(model: &Model) -> Option<TokenStream> {
    let cfgs = |hook| {
        let same = model.hooks.iter().filter(move |one| one.hook == hook);
        same.map(|one| one.cfgs.clone())
    };
    let sign_up = model.hooks.iter().find(|one| one.hook == Hook::SignUp)?;
    let there = Conditions::of(cfgs(Hook::OnRegistered))?;
    let begun_if = Conditions::of(cfgs(Hook::SignUp))
        .map(|Conditions(any)| quote_spanned!(here()=> any(#(#any),*),));
    let error = syn::Error::new(
        sign_up.name.span(),
        "no `#[cfg]` of `on_registered` holds in this build, and `sign_up` needs it to create the \
         account; add one for the other builds",
    );
    let (error, Conditions(any)) = (error.to_compile_error(), there);
    Some(quote_spanned! {here()=>
        #[cfg(all(#begun_if not(any(#(#any),*))))]
        #error
    })
}

/// Conditions of an item that occurs only under `#[cfg]`.
struct Conditions(Vec<TokenStream>);

impl Conditions {
    /// Returns `None` if the item occurs without a condition.
    fn of(cfgs: impl Iterator<Item = Vec<Attribute>>) -> Option<Self> {
        let conditions = cfgs.map(|cfgs| {
            let all: Vec<_> = cfgs
                .iter()
                .filter_map(|cfg| cfg.meta.require_list().ok())
                .map(|list| &list.tokens)
                .collect();
            (!all.is_empty()).then(|| quote_spanned!(here()=> all(#(#all),*)))
        });
        conditions.collect::<Option<_>>().map(Self)
    }

    /// Generates the error and the stub for builds in which no condition holds.
    fn otherwise(&self, what: &str, at: Span, stand_in: &TokenStream) -> TokenStream {
        let any = &self.0;
        let message = format!(
            "no `#[cfg]` of `{what}` holds in this build, and it is required; add one for the \
             other builds"
        );
        let error = syn::Error::new(at, message).to_compile_error();
        quote_spanned! {here()=>
            #[cfg(not(any(#(#any),*)))]
            #error
            #[cfg(not(any(#(#any),*)))]
            #stand_in
        }
    }
}

/// Generates the configuration, as a `Draft` that the library checks again at run time, or what of it is in
/// the attribute.
fn config(args: &CheckedArgs, glue: &Glue<'_>) -> Configuration {
    if args.place == Place::RunTime {
        return Configuration::AtRunTime;
    }
    let profiles = args.profiles.as_ref().map(|profiles| {
        let profiles = profiles.iter().map(|profile| {
            let (name, values) = (profile.name(), draft(&profile.settings, None, glue));
            quote_spanned!(here()=> #glue::ProfileDraft { name: #name, values: #values })
        });
        quote_spanned! {here()=>
            profiles: ::core::option::Option::Some(::std::vec![#(#profiles),*]),
        }
    });
    let draft = draft(&args.settings, profiles, glue);
    if args.place == Place::Request {
        return Configuration::PerRequest(quote_spanned! {here()=>
            fn shared() -> #glue::Draft<'static> {
                #draft
            }
        });
    }
    let signature = glue.config();
    Configuration::InAttribute(quote_spanned! {here()=>
        #signature {
            let draft = #draft;
            #glue::from_attribute(&draft)
        }
    })
}

/// Generates the names of the profiles, if there are any.
fn profiles(args: &CheckedArgs) -> Option<TokenStream> {
    let names = args.profiles.as_ref()?.iter().map(Profile::name);
    Some(quote_spanned! {here()=>
        const PROFILES: &'static [&'static str] = &[#(#names),*];
    })
}

/// Generates a literal of `Draft`.
fn draft(settings: &Settings, profiles: Option<TokenStream>, glue: &Glue<'_>) -> TokenStream {
    let fields = settings.iter().map(|Setting { key, value }| {
        let field = Ident::new(key.as_str(), here());
        let value = match value {
            Value::One(text) => text.literal.to_token_stream(),
            Value::Many { elements, .. } => {
                let literals = elements.iter().map(|text| &text.literal);
                quote_spanned!(here()=> ::std::vec![#(#literals),*])
            }
        };
        quote_spanned!(here()=> #field: ::core::option::Option::Some(#value))
    });
    quote_spanned! {here()=>
        #glue::Draft {
            #(#fields,)*
            #profiles
            ..::core::default::Default::default()
        }
    }
}

/// Generates what depends on the library's Cargo features or on types: the application's name, the
/// methods that read the data of a request for those arguments whose type is `Data`, and for the OpenAPI
/// document its hooks, with their documentation, these arguments, what they return, and the type of the body
/// that each reads or returns. It is a call of a macro of the library.
fn describe(model: &Model, glue: &Glue<'_>) -> TokenStream {
    let unnamed = parse_quote_spanned!(here()=> #glue::Unnamed);
    let hooks = model.hooks.iter().map(|hook| {
        let ty = match hook.hook {
            Hook::GetUser
            | Hook::FindUser
            | Hook::SecondFactorUser
            | Hook::OnRemoved
            | Hook::RelyingParty => None,
            Hook::SignUp => hook.last.clone(),
            Hook::OnAuthenticated => model.args.response.clone().or(Some(hook.answer.clone())),
            Hook::OnRegistered => Some(hook.answer.clone()),
        };
        let ty = ty.map(|mut ty| {
            names::fill_in(&mut ty, &unnamed);
            quote_spanned!(here()=> => #ty)
        });
        let mut returned = hook.answer.clone();
        names::fill_in(&mut returned, &unnamed);
        let (cfgs, docs) = (&hook.cfgs, &hook.docs);
        let name = Ident::new(hook.hook.spec().name, here());
        let arguments = if hook.hook.reads_data() {
            &hook.extractors[..]
        } else {
            &[]
        };
        quote_spanned!(here()=> #(#cfgs)* #name [#(#docs),*] (#(#arguments),*) -> #returned #ty;)
    });
    let name = name(&model.app);
    quote_spanned!(here()=> #glue::describe! { [#name] #(#hooks)* })
}

/// Returns the annotated type as text. A generic type is named by the library, at run time, because its
/// arguments are part of the name.
fn name(app: &App) -> Option<String> {
    if !app.generics.params.is_empty() {
        return None;
    }
    let mut name = app.ty.to_token_stream().to_string();
    // They are not the same in all versions of the compiler.
    name.retain(|char| !char.is_whitespace());
    Some(name)
}

/// Generates the trait's method for a hook: runs the extractors, calls the hook, converts what it
/// returns.
fn method(hook: &HookFn, glue: &Glue<'_>) -> TokenStream {
    let cfgs = &hook.cfgs;
    let flag = Glue::flag(hook.hook);
    let signature = glue.signature(hook.hook, hook.name.span());
    let (arguments, extractions) = extractions(hook, glue);
    let call = call(hook, &arguments, glue);
    let flag = flag.map(|flag| quote_spanned!(here()=> #(#cfgs)* #flag));
    quote_spanned! {here()=>
        #flag
        #(#cfgs)*
        #signature {
            #extractions
            #call
        }
    }
}

/// Generates the hook's arguments, and the statements that extract them.
fn extractions(hook: &HookFn, glue: &Glue<'_>) -> (Vec<Ident>, TokenStream) {
    let mut arguments = Vec::new();
    let mut statements = TokenStream::new();
    for ty in &hook.extractors {
        let argument = format_ident!("argument_{}", arguments.len(), span = here());
        let extract = if hook.hook.reads_data() {
            quote_spanned!(here()=> #glue::argument::<#ty, Self, _>(parts, self))
        } else {
            quote_spanned!(here()=> #glue::extract::<#ty, Self>(parts, self))
        };
        let or_reject = or_reject(hook.hook, &extract);
        statements.extend(quote_spanned!(here()=> let #argument = #or_reject;));
        arguments.push(argument);
    }
    if hook.hook == Hook::SignUp && !arguments.is_empty() {
        statements = quote_spanned! {here()=>
            let (mut head, body) = #glue::Request::into_parts(request);
            let parts = &mut head;
            #statements
            let request = #glue::Request::from_parts(head, body);
        };
    }
    if let Some(ty) = &hook.last {
        let last = if let Some(given) = glue.given(hook.hook) {
            quote_spanned!(here()=> #glue::given::<#ty, #given>()(given))
        } else {
            let extract =
                quote_spanned!(here()=> #glue::extract_body::<#ty, Self, _>(request, self));
            or_reject(hook.hook, &extract)
        };
        statements.extend(quote_spanned!(here()=> let last = #last;));
        arguments.push(Ident::new("last", here()));
    }
    (arguments, statements)
}

/// Generates the code that awaits an extractor and returns its rejection.
fn or_reject(hook: Hook, extract: &TokenStream) -> TokenStream {
    match hook {
        Hook::GetUser
        | Hook::SignUp
        | Hook::FindUser
        | Hook::SecondFactorUser
        | Hook::RelyingParty => {
            quote_spanned!(here()=> #extract.await?)
        }
        Hook::OnAuthenticated | Hook::OnRegistered | Hook::OnRemoved => quote_spanned! {here()=>
            match #extract.await {
                ::core::result::Result::Ok(extracted) => extracted,
                ::core::result::Result::Err(rejection) => return rejection,
            }
        },
    }
}

/// Generates the call of the hook, which is an inherent method, and the conversion of its result.
fn call(hook: &HookFn, arguments: &[Ident], glue: &Glue<'_>) -> TokenStream {
    let (name, answer) = (&hook.name, &hook.answer);
    // Only the name and the parentheses have the hook's span: editors show the definition of every name
    // with it.
    let mut arguments = Group::new(
        Delimiter::Parenthesis,
        quote_spanned!(here()=> self, #(#arguments),*),
    );
    arguments.set_span(there(name.span()));
    let path = quote_spanned!(there(name.span())=> <);
    let path = quote_spanned!(here()=> #path Self>::#name);
    let call = quote_spanned!(here()=> #path #arguments);
    let awaited = hook.is_async.then(|| quote_spanned!(here()=> .await));
    let convert = Ident::new(
        match hook.hook {
            Hook::GetUser | Hook::SignUp | Hook::SecondFactorUser => "user",
            Hook::OnAuthenticated | Hook::OnRegistered | Hook::OnRemoved => "response",
            Hook::FindUser => "found",
            Hook::RelyingParty => "chosen",
        },
        here(),
    );
    quote_spanned! {here()=>
        let answer = #call #awaited;
        #glue::#convert::<#answer>()(answer)
    }
}
