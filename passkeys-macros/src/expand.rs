//! What a block becomes. Everything here is given a model, so nothing here can fail.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens as _, format_ident, quote_spanned};
use syn::spanned::Spanned as _;

use crate::{
    args::Setting,
    glue::{Glue, here, there},
    hooks::Hook,
    model::{HookFn, Model},
    values::Value,
};

/// The implementation of the hidden trait.
pub(crate) fn expand(model: &Model, glue: &Glue) -> TokenStream {
    let repositories = model.repositories.iter().map(|repository| {
        let (attrs, ty) = (&repository.attrs, &repository.ty);
        quote_spanned!(here()=> #(#attrs)* type Repository = #ty;)
    });
    let config = config(&model.args.settings, glue);
    let hooks = model.hooks.iter().map(|hook| method(hook, glue));
    let items = repositories.chain([config]).chain(hooks).collect();
    glue.implementation(&model.app, &items)
}

/// The attribute's values, as the rules' draft of them.
fn config(settings: &[Setting], glue: &Glue) -> TokenStream {
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
    let signature = glue.config();
    quote_spanned! {here()=>
        #signature {
            #glue::from_attribute(&#glue::Draft {
                #(#fields,)*
                ..::core::default::Default::default()
            })
        }
    }
}

/// The trait's method for a hook: extracts, calls, converts.
fn method(hook: &HookFn, glue: &Glue) -> TokenStream {
    let cfgs = &hook.cfgs;
    let flag = Glue::flag(hook.hook);
    let signature = glue.signature(hook.hook);
    let (arguments, extractions) = extractions(hook, glue);
    let call = call(hook, &arguments);
    let answer = answer(hook, glue);
    let flag = flag.map(|flag| quote_spanned!(here()=> #(#cfgs)* #flag));
    quote_spanned! {here()=>
        #flag
        #(#cfgs)*
        #signature {
            #extractions
            let answer = #call;
            #answer
        }
    }
}

/// The hook's arguments, and the statements that make them.
fn extractions(hook: &HookFn, glue: &Glue) -> (Vec<Ident>, TokenStream) {
    let mut arguments = Vec::new();
    let mut statements = TokenStream::new();
    for ty in &hook.extractors {
        let argument = format_ident!("argument_{}", arguments.len(), span = here());
        let extract = quote_spanned!(there(ty.span())=> #glue::extract::<#ty, Self>(parts, self));
        let or_reject = or_reject(hook.hook, extract);
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
        let argument = format_ident!("last", span = here());
        statements.extend(if hook.hook == Hook::SignUp {
            let extract = quote_spanned!(there(ty.span())=> #glue::extract_body::<#ty, Self, _>(request, self));
            let or_reject = or_reject(hook.hook, extract);
            quote_spanned!(here()=> let #argument = #or_reject;)
        } else {
            let given = quote_spanned!(there(ty.span())=> given);
            quote_spanned!(here()=> let #argument: #ty = #given;)
        });
        arguments.push(argument);
    }
    (arguments, statements)
}

/// Awaits an extraction; its rejection is the answer.
fn or_reject(hook: Hook, extract: TokenStream) -> TokenStream {
    match hook {
        Hook::GetUser | Hook::SignUp | Hook::FindUser => quote_spanned!(here()=> #extract.await?),
        Hook::OnAuthenticated | Hook::OnRegistered => quote_spanned! {here()=>
            match #extract.await {
                ::core::result::Result::Ok(extracted) => extracted,
                ::core::result::Result::Err(rejection) => return rejection,
            }
        },
    }
}

/// Calls the hook as the inherent method that it is.
fn call(hook: &HookFn, arguments: &[Ident]) -> TokenStream {
    let name = &hook.name;
    let call = quote_spanned!(there(name.span())=> Self::#name(self, #(#arguments),*));
    if hook.is_async {
        quote_spanned!(here()=> #call.await)
    } else {
        call
    }
}

/// Converts the hook's answer, as a statement of its own: so a type that cannot be one is
/// reported once, and where the hook says that it returns it.
fn answer(hook: &HookFn, glue: &Glue) -> TokenStream {
    let at = there(hook.answer);
    match hook.hook {
        Hook::GetUser | Hook::SignUp => quote_spanned!(at=> #glue::user(answer)),
        Hook::FindUser => quote_spanned!(at=> #glue::found(answer)),
        Hook::OnAuthenticated | Hook::OnRegistered => {
            quote_spanned!(at=> #glue::response(answer))
        }
    }
}
