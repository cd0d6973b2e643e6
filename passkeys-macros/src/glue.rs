//! Paths and signatures of the library's hidden module, as generated code uses them.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote_spanned};
use syn::{Path, parse_quote_spanned};

use crate::{args::Needed, hooks::Hook, model::App};

/// Configuration of the application, with the function that returns it.
pub(crate) enum Configuration {
    InAttribute(TokenStream),
    AtRunTime,
    /// Configuration that the tenants of the application share.
    PerRequest(TokenStream),
}

/// Path of the library's hidden module. Quoting it writes the path.
pub(crate) struct Glue<'a> {
    krate: Option<&'a Path>,
}

/// Returns the name of the library's hidden module. It has the version in it, which the library and
/// this crate have in common, so that nothing but the macro's output can depend on it.
fn hidden_module(span: Span) -> Ident {
    let version = env!("CARGO_PKG_VERSION").replace(|char: char| !char.is_alphanumeric(), "_");
    Ident::new(&format!("__private_{version}"), span)
}

/// Returns the span of generated code, whose local variables are distinct from the user's.
pub(crate) fn here() -> Span {
    Span::mixed_site()
}

/// Returns a span with the hygiene of generated code and the location of the user's, so that an
/// error about a type points at the type.
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

    /// Returns the path with this span, at which an error about it is reported.
    pub(crate) fn at(&self, span: Span) -> TokenStream {
        let module = hidden_module(span);
        if let Some(krate) = self.krate {
            quote_spanned!(span=> #krate::#module)
        } else {
            quote_spanned!(span=> ::passkeys::#module)
        }
    }

    /// Generates the implementation of the hidden trait with these items, of the one that has the
    /// configuration, and of `FromRef`, by which `State<App>` works in a router whose state is
    /// `Passkeys<App>`.
    pub(crate) fn implementation(
        &self,
        app: &App,
        items: &TokenStream,
        configuration: &Configuration,
    ) -> TokenStream {
        let App { generics, ty, cfgs } = app;
        let mut generics = generics.clone();
        if !generics.params.is_empty() {
            // A generic application implements the trait for the parameters with which it can be
            // shared between threads.
            generics
                .make_where_clause()
                .predicates
                .push(parse_quote_spanned!(here()=> Self: #self::Shared));
        }
        let (generics, _, bounds) = generics.split_for_impl();
        let implementation = |name: &str, function: &TokenStream| {
            let name = Ident::new(name, here());
            quote_spanned! {here()=>
                #(#cfgs)*
                #[automatically_derived]
                impl #generics #self::#name for #ty #bounds {
                    #function
                }
            }
        };
        let (configured, configuration) = match configuration {
            Configuration::InAttribute(config) => (
                quote_spanned!(here()=> Self),
                Some(implementation("InAttribute", config)),
            ),
            Configuration::AtRunTime => (quote_spanned!(here()=> #self::AtRunTime), None),
            Configuration::PerRequest(shared) => (
                quote_spanned!(here()=> #self::PerRequest<Self>),
                Some(implementation("HasTenants", shared)),
            ),
        };
        quote_spanned! {here()=>
            #(#cfgs)*
            #[automatically_derived]
            #[allow(deprecated, unused_parens)]
            impl #generics #self::RelyingParty for #ty #bounds {
                type Configuration = #configured;
                #items
            }

            #configuration

            #(#cfgs)*
            #[automatically_derived]
            impl #generics #self::FromRef<#self::Passkeys<Self>> for #ty #bounds {
                fn from_ref(passkeys: &#self::Passkeys<Self>) -> Self {
                    #self::app(passkeys)
                }
            }
        }
    }

    /// Generates a call of a macro of the library for each value that needs a Cargo feature: it
    /// expands to the error if the feature is off, and to nothing if it is on.
    pub(crate) fn needs(&self, needs: &[Needed]) -> TokenStream {
        let calls = needs.iter().map(|Needed { feature, error }| {
            let gate = format!("needs_{feature}").replace('-', "_");
            let (gate, error) = (Ident::new(&gate, here()), error.to_compile_error());
            quote_spanned!(here()=> #self::#gate! { #error })
        });
        calls.collect()
    }

    /// Generates any repository type, for a stub.
    pub(crate) fn any_repository(&self) -> TokenStream {
        quote_spanned!(here()=> type Repository = #self::MemoryRepository;)
    }

    pub(crate) fn config(&self) -> TokenStream {
        quote_spanned!(here()=> fn config() -> #self::Config)
    }

    /// Generates the constant by which the library knows that an optional hook is there.
    pub(crate) fn flag(hook: Hook) -> Option<TokenStream> {
        match hook {
            Hook::SignUp => Some(quote_spanned!(here()=> const SIGN_UP: bool = true;)),
            Hook::FindUser => Some(quote_spanned!(here()=> const FIND_USER: bool = true;)),
            Hook::SecondFactorUser => {
                Some(quote_spanned!(here()=> const SECOND_FACTOR: bool = true;))
            }
            Hook::OnRemoved => Some(quote_spanned!(here()=> const ON_REMOVED: bool = true;)),
            Hook::RelyingParty => Some(quote_spanned!(here()=> const RELYING_PARTY: bool = true;)),
            _ => None,
        }
    }

    /// Returns the type of the argument that the library gives to a hook.
    pub(crate) fn given(&self, hook: Hook) -> Option<TokenStream> {
        match hook {
            Hook::GetUser | Hook::SignUp | Hook::SecondFactorUser | Hook::RelyingParty => None,
            Hook::OnAuthenticated => Some(quote_spanned!(here()=> #self::AuthenticationResult)),
            Hook::OnRegistered => Some(quote_spanned!(here()=> #self::RegistrationResult)),
            Hook::OnRemoved => Some(quote_spanned!(here()=> #self::CredentialRemoval)),
            Hook::FindUser => Some(quote_spanned!(here()=> ::std::string::String)),
        }
    }

    /// Generates the signature of the trait's method for a hook. If its future does not meet the
    /// trait's bounds, the error is reported at `at`.
    ///
    /// Only a keyword and parentheses are there, since editors show the definition of every name whose
    /// span is that of the hook's.
    pub(crate) fn signature(&self, hook: Hook, at: Span) -> TokenStream {
        let method = format_ident!("call_{}", hook.spec().name, span = here());
        let argument = if hook == Hook::SignUp {
            quote_spanned!(here()=> request: #self::Request)
        } else {
            quote_spanned!(here()=> parts: &mut #self::Parts)
        };
        let given = self.given(hook);
        let given = given.map(|ty| quote_spanned!(here()=> , given: #ty));
        // rustc reports such an error from the first to the last token.
        let first = Ident::new("async", at);
        let answer = Ident::new(
            match hook {
                Hook::GetUser | Hook::SignUp | Hook::SecondFactorUser => "User",
                Hook::OnAuthenticated | Hook::OnRegistered | Hook::OnRemoved => "Response",
                Hook::FindUser => "Found",
                Hook::RelyingParty => "Chosen",
            },
            here(),
        );
        let mut answer = Group::new(
            Delimiter::Parenthesis,
            quote_spanned!(here()=> #self::#answer),
        );
        answer.set_span(at);
        quote_spanned!(here()=> #first fn #method(&self, #argument #given) -> #answer)
    }
}
