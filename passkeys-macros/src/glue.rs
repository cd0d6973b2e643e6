//! The hidden trait as generated code names it.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::Path;

use crate::{hooks::Hook, model::App};

/// Prints as the path of the library's hidden module.
pub(crate) struct Glue(TokenStream);

/// The span of generated code, whose variables meet none of the user's.
pub(crate) fn here() -> Span {
    Span::mixed_site()
}

/// The span of generated code that is underlined as the user's: what is wrong with a type is
/// wrong where the type is written.
pub(crate) fn there(user: Span) -> Span {
    here().located_at(user)
}

impl ToTokens for Glue {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.0.to_tokens(tokens);
    }
}

impl Glue {
    pub(crate) fn new(krate: Option<&Path>) -> Self {
        Self(match krate {
            Some(krate) => quote_spanned!(here()=> #krate::__private),
            None => quote_spanned!(here()=> ::passkeys::__private),
        })
    }

    /// The implementation of the trait, around its items.
    pub(crate) fn implementation(&self, app: &App, items: &TokenStream) -> TokenStream {
        let App { generics, ty, cfgs } = app;
        let (generics, _, bounds) = generics.split_for_impl();
        quote_spanned! {here()=>
            #(#cfgs)*
            #[automatically_derived]
            impl #generics #self::RelyingParty for #ty #bounds {
                #items
            }
        }
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

    /// The method that the library calls for a hook.
    pub(crate) fn signature(&self, hook: Hook) -> TokenStream {
        match hook {
            Hook::GetUser => quote_spanned! {here()=>
                async fn get_user(&self, parts: &mut #self::Parts) -> #self::User
            },
            Hook::OnAuthenticated => quote_spanned! {here()=>
                async fn on_authenticated(
                    &self,
                    parts: &mut #self::Parts,
                    given: #self::AuthenticationResult,
                ) -> #self::Response
            },
            Hook::SignUp => quote_spanned! {here()=>
                async fn sign_up(&self, request: #self::Request) -> #self::User
            },
            Hook::OnRegistered => quote_spanned! {here()=>
                async fn on_registered(
                    &self,
                    parts: &mut #self::Parts,
                    given: #self::RegistrationResult,
                ) -> #self::Response
            },
            Hook::FindUser => quote_spanned! {here()=>
                async fn find_user(
                    &self,
                    parts: &mut #self::Parts,
                    given: ::std::string::String,
                ) -> #self::Found
            },
        }
    }
}
