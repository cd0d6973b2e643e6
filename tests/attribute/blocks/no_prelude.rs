//! A module without a prelude, in which names of the standard library and of axum are shadowed.

#![no_implicit_prelude]
#![allow(dead_code, non_camel_case_types)]

use ::passkeys::{AuthenticationResult, PasskeyUser, RegistrationResult, passkeys};
use ::std::{clone::Clone, string::String};

struct Option;
struct Result;
struct Some;
struct Ok;
struct Err;
struct Default;
struct Vec;
struct Response;
struct Parts;
struct RelyingParty;
mod core {}
mod std {}
mod axum {}

#[derive(Clone)]
struct App;

#[passkeys(
    rp_id = "example.com",
    origins = ["https://example.com"],
    hints = ["hybrid"],
)]
impl App {
    type Repository = ::passkeys::store::MemoryRepository;

    async fn get_user(&self, _: ::axum::http::HeaderMap) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }

    async fn on_authenticated(&self, _: ::axum::http::HeaderMap, _: AuthenticationResult) {}

    async fn sign_up(&self, _: ::axum::http::HeaderMap, name: String) -> PasskeyUser {
        PasskeyUser::new("1", "ada", name)
    }

    async fn on_registered(&self, _: ::axum::http::HeaderMap, _: RegistrationResult) {}

    async fn find_user(&self, _: String) -> ::std::option::Option<PasskeyUser> {
        ::std::option::Option::None
    }
}

#[test]
fn block_without_a_prelude_and_with_shadowed_names_compiles() {
    let _ = ::passkeys::Passkeys::new(App, ::std::default::Default::default());
}
