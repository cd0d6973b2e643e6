//! The routes: what each takes, which hooks it asks, and every way it can answer.

use utoipa::{
    PartialSchema as _, ToSchema,
    openapi::{
        HttpMethod, Required,
        path::{ParameterBuilder, ParameterIn},
        schema::{AdditionalProperties, Components, ObjectBuilder, OneOfBuilder, Schema, Type},
    },
};

#[cfg(feature = "client")]
use super::signals;
use super::{
    errors::{BODY, JSON, store},
    operation::{Described, Route},
};
use crate::{
    Error,
    ceremony::{
        AuthenticationResponse, Begun, CreationOptions, FinishAuthentication, FinishRegistration,
        RegistrationResponse, RequestOptions,
    },
    relying_party::{RelyingParty, hooks::Hooks, payload::Payload},
    wire::{
        begin::BeginStepUp,
        credentials::{CredentialView, Registered, Rename},
        schemas,
    },
};

pub(super) fn all<A: RelyingParty>(hooks: &mut Hooks, components: &mut Components) -> Vec<Route> {
    vec![
        register_begin::<A>(hooks, components),
        register_finish::<A>(hooks, components),
        authenticate_begin::<A>(hooks, components),
        authenticate_finish(hooks, components),
        step_up_begin(hooks, components),
        list(hooks, components),
        rename(hooks, components),
        delete(hooks, components),
        #[cfg(feature = "client")]
        signals::current(hooks, components),
        #[cfg(feature = "client")]
        signals::unknown(components),
    ]
}

fn register_begin<A: RelyingParty>(hooks: &mut Hooks, components: &mut Components) -> Route {
    let mut route = Described::new("register_begin", "Begin a registration", components)
        .documented(hooks, &["get_user", "sign_up"])
        .answers(
            "The options for `navigator.credentials.create()`, and the ceremony's `state`.",
            begun::<CreationOptions>(),
        )
        .rejects()
        .fails(BODY)
        .fails([Error::InvalidUser("")])
        .fails(store());
    if A::SIGN_UP {
        let body = hooks.take("sign_up").unwrap_or_else(Payload::anything);
        route = route
            .takes(
                "Who signs up. Nothing, where whoever is signed in adds a passkey.",
                body,
                Required::False,
            )
            .fails([Error::AccountAlreadyExists]);
    }
    ("/register/begin", HttpMethod::Post, route.build())
}

fn register_finish<A: RelyingParty>(hooks: &mut Hooks, components: &mut Components) -> Route {
    let (means, answer) = match hooks.take("on_registered") {
        Some(answer) => ("What the application answers to a stored passkey.", answer),
        None => ("The passkey is stored.", Payload::json::<Registered<'_>>()),
    };
    let mut route = Described::new("register_finish", "Finish a registration", components)
        .documented(hooks, &["on_registered"])
        .takes(
            "What `navigator.credentials.create()` answered.",
            Payload::json::<FinishRegistration>().about::<RegistrationResponse>(),
            Required::True,
        )
        .answers(means, answer)
        .rejects()
        .fails([
            Error::ChallengeNotFound,
            Error::AttestationVerificationFailed,
            Error::CredentialAlreadyExists,
        ])
        .fails(BODY)
        .fails(JSON)
        .fails(store());
    if A::SIGN_UP {
        route = route.fails([Error::AccountAlreadyExists]);
    }
    ("/register/finish", HttpMethod::Post, route.build())
}

fn authenticate_begin<A: RelyingParty>(hooks: &mut Hooks, components: &mut Components) -> Route {
    let mut route = Described::new("authenticate_begin", "Begin a sign-in", components)
        .documented(hooks, &["find_user"])
        .takes(
            "Who signs in, where the page knows.",
            Payload::json_of(who(A::FIND_USER)),
            Required::False,
        )
        .answers(
            "The options for `navigator.credentials.get()`, and the ceremony's `state`.",
            begun::<RequestOptions>(),
        )
        .fails(BODY)
        .fails(JSON)
        .fails(store());
    if A::FIND_USER {
        route = route.rejects();
    }
    ("/authenticate/begin", HttpMethod::Post, route.build())
}

fn begun<O: ToSchema>() -> Payload
where
    Begun<O>: ToSchema,
{
    Payload::json_of(Begun::<O>::schema()).about::<O>()
}

/// Somebody by id, by name where the application looks names up, or nobody: not by both.
fn who(by_name: bool) -> Schema {
    let by = |key| {
        let string = ObjectBuilder::new().schema_type(Type::String);
        let object = ObjectBuilder::new().property(key, string);
        // Without this, both at once would do.
        object.additional_properties(Some(AdditionalProperties::FreeForm(false)))
    };
    if by_name {
        let either = OneOfBuilder::new()
            .item(by("userId"))
            .item(by("username").required("username"));
        Schema::OneOf(either.build())
    } else {
        by("userId").into()
    }
}

fn authenticate_finish(hooks: &mut Hooks, components: &mut Components) -> Route {
    let answer = hooks
        .take("on_authenticated")
        .unwrap_or_else(Payload::anything);
    let route = Described::new("authenticate_finish", "Finish a sign-in", components)
        .documented(hooks, &["on_authenticated"])
        .takes(
            "What `navigator.credentials.get()` answered.",
            Payload::json::<FinishAuthentication>().about::<AuthenticationResponse>(),
            Required::True,
        )
        .answers(
            "What the application answers to a verified passkey.",
            answer,
        )
        .rejects()
        .fails([Error::ChallengeNotFound, Error::AuthenticationFailed])
        .fails(BODY)
        .fails(JSON)
        .fails(store());
    ("/authenticate/finish", HttpMethod::Post, route.build())
}

fn step_up_begin(hooks: &mut Hooks, components: &mut Components) -> Route {
    let route = Described::new("step_up_begin", "Begin a step-up", components)
        .documented(hooks, &["get_user"])
        .takes(
            "The request that the user is to agree to.",
            Payload::json::<BeginStepUp>(),
            Required::True,
        )
        .answers(
            "The options for `navigator.credentials.get()`, and the ceremony's `state`.",
            begun::<RequestOptions>(),
        )
        .rejects()
        .fails([Error::CredentialNotFound])
        .fails(BODY)
        .fails(JSON)
        .fails(store());
    ("/step-up/begin", HttpMethod::Post, route.build())
}

fn list(hooks: &mut Hooks, components: &mut Components) -> Route {
    let route = Described::new("list_credentials", "List the passkeys", components)
        .documented(hooks, &["get_user"])
        .answers("The user's passkeys.", Payload::list::<CredentialView>())
        .rejects()
        .fails(store());
    ("/credentials", HttpMethod::Get, route.build())
}

fn rename(hooks: &mut Hooks, components: &mut Components) -> Route {
    let route = one("rename_credential", "Rename a passkey", hooks, components)
        .takes("The new name.", Payload::json::<Rename>(), Required::True)
        .answers("It has the new name.", Payload::none())
        .fails(BODY)
        .fails(JSON);
    ("/credentials/{id}", HttpMethod::Patch, route.build())
}

fn delete(hooks: &mut Hooks, components: &mut Components) -> Route {
    let route = one("delete_credential", "Delete a passkey", hooks, components)
        .answers("It is gone.", Payload::none())
        .fails([Error::LastCredential]);
    ("/credentials/{id}", HttpMethod::Delete, route.build())
}

/// What is done to one passkey of the user's.
fn one<'a>(
    id: &str,
    summary: &str,
    hooks: &Hooks,
    components: &'a mut Components,
) -> Described<'a> {
    let parameter = ParameterBuilder::new()
        .name("id")
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some("The passkey's `id`."))
        .schema(Some(schemas::base64url()));
    Described::new(id, summary, components)
        .documented(hooks, &["get_user"])
        .parameter(parameter.build())
        .rejects()
        .fails([Error::CredentialNotFound])
        .fails(store())
}
