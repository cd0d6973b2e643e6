//! The hidden trait as generated code names it.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::{Path, parse_quote_spanned};

use crate::{hooks::Hook, model::App};

/// Prints as the path of the library's hidden module.
pub(crate) struct Glue<'a> {
    krate: Option<&'a Path>,
}

/// Returns the name of the library's hidden module. It has the version in it, which the library and
/// this crate have in common, so that nothing but the macro's output can depend on it.
fn hidden_module(span: Span) -> Ident {
    let version = env!("CARGO_PKG_VERSION").replace(|char: char| !char.is_alphanumeric(), "_");
    Ident::new(&format!("__private_{version}"), span)
}

/// The span of generated code, whose variables meet none of the user's.
pub(crate) fn here() -> Span {
    Span::mixed_site()
}

/// The span of generated code that is underlined as the user's: what is wrong with a type is
/// wrong where the type is written.
pub(crate) fn there(user: Span) -> Span {
    here().located_at(user)
}

impl ToTokens for Glue<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(self.at(here()));
    }
}

impl<'a> Glue<'a> {
    pub(crate) fn new(krate: Option<&'a Path>) -> Self {
        Self { krate }
    }

    /// The path, for an error about it to be shown at this place.
    pub(crate) fn at(&self, span: Span) -> TokenStream {
        let module = hidden_module(span);
        if let Some(krate) = self.krate {
            quote_spanned!(span=> #krate::#module)
        } else {
            quote_spanned!(span=> ::passkeys::#module)
        }
    }

    /// The implementation of the hidden trait, around its items; and the conversion by which
    /// `State<App>` works in a router whose state is `Passkeys<App>`.
    pub(crate) fn implementation(&self, app: &App, items: &TokenStream) -> TokenStream {
        let App { generics, ty, cfgs } = app;
        let mut generics = generics.clone();
        if !generics.params.is_empty() {
            // A generic application is one wherever it can be shared.
            generics
                .make_where_clause()
                .predicates
                .push(parse_quote_spanned!(here()=> Self: #self::Shared));
        }
        let (generics, _, bounds) = generics.split_for_impl();
        quote_spanned! {here()=>
            #(#cfgs)*
            #[automatically_derived]
            #[allow(deprecated)]
            impl #generics #self::RelyingParty for #ty #bounds {
                #items
            }

            #(#cfgs)*
            #[automatically_derived]
            impl #generics #self::FromRef<#self::Passkeys<Self>> for #ty #bounds {
                fn from_ref(passkeys: &#self::Passkeys<Self>) -> Self {
                    ::core::clone::Clone::clone(passkeys.app())
                }
            }
        }
    }

    /// A repository, where it does not matter which.
    pub(crate) fn any_repository(&self) -> TokenStream {
        quote_spanned!(here()=> type Repository = #self::MemoryRepository;)
    }

    pub(crate) fn config(&self) -> TokenStream {
        quote_spanned!(here()=> fn config() -> #self::Config)
    }

    /// The constant that says that there is an optional hook.
    pub(crate) fn flag(hook: Hook) -> Option<TokenStream> {
        match hook {
            Hook::SignUp => Some(quote_spanned!(here()=> const SIGN_UP: bool = true;)),
            Hook::FindUser => Some(quote_spanned!(here()=> const FIND_USER: bool = true;)),
            _ => None,
        }
    }

    /// The type of what a hook is given.
    pub(crate) fn given(&self, hook: Hook) -> Option<TokenStream> {
        match hook {
            Hook::GetUser | Hook::SignUp => None,
            Hook::OnAuthenticated => Some(quote_spanned!(here()=> #self::AuthenticationResult)),
            Hook::OnRegistered => Some(quote_spanned!(here()=> #self::RegistrationResult)),
            Hook::FindUser => Some(quote_spanned!(here()=> ::std::string::String)),
        }
    }

    /// The method that the library calls for a hook. If its future cannot be what the trait
    /// asks for, that is shown at `at`.
    pub(crate) fn signature(&self, hook: Hook, at: Span) -> TokenStream {
        let method = Ident::new(hook.spec().name, here());
        let argument = if hook == Hook::SignUp {
            quote_spanned!(here()=> request: #self::Request)
        } else {
            quote_spanned!(here()=> parts: &mut #self::Parts)
        };
        let given = self.given(hook);
        let given = given.map(|ty| quote_spanned!(here()=> , given: #ty));
        // rustc takes the place from the first and the last token.
        let first = Ident::new("async", at);
        let answer = Ident::new(
            match hook {
                Hook::GetUser | Hook::SignUp => "User",
                Hook::OnAuthenticated | Hook::OnRegistered => "Response",
                Hook::FindUser => "Found",
            },
            at,
        );
        let path = self.at(at);
        quote_spanned!(here()=> #first fn #method(&self, #argument #given) -> #path::#answer)
    }
}
