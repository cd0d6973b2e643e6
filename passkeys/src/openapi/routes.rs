//! Operations of the routes: request body, hooks, and every response of each.

use utoipa::{
    PartialSchema as _, ToSchema,
    openapi::{
        HttpMethod, RefOr, Required,
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
    Config, Error, Passkeys, Profile,
    ceremony::{
        Begun, CreationOptions, FinishAuthentication, FinishRegistration, PromptReport,
        RequestOptions,
    },
    relying_party::{RelyingParty, hooks::Hooks, payload::Payload},
    wire::{
        begin::BeginStepUp,
        credentials::{CredentialView, Registered, Rename},
        finish::ConsentAlone,
        responses::{AuthenticationResponse, RegistrationResponse},
        schemas,
    },
};

/// Returns the operations of all routes.
pub(super) fn all<A: RelyingParty>(
    passkeys: &Passkeys<A>,
    hooks: &mut Hooks,
    components: &mut Components,
) -> Vec<Route> {
    let form = A::SIGN_UP.then(|| hooks.take("sign_up").unwrap_or_else(Payload::anything));
    let mut routes = vec![
        register_begin(&passkeys.ceremonies.config, form.clone(), hooks, components),
        register_finish::<A>(hooks, components),
        authenticate_begin(passkeys, hooks, components),
        authenticate_finish(hooks, components),
        step_up_begin(&passkeys.ceremonies.config, hooks, components),
        list(hooks, components),
        rename(hooks, components),
        delete(&passkeys.ceremonies.config, hooks, components),
        #[cfg(feature = "client")]
        signals::current(hooks, components),
        #[cfg(feature = "client")]
        signals::unknown(components),
    ];
    routes.extend(
        form.map(|form| sign_up_begin(&passkeys.ceremonies.config, form, hooks, components)),
    );
    if passkeys.ceremonies.config.prompt_outcomes() {
        routes.push(report_prompt(components));
    }
    routes
}

fn register_begin(
    config: &Config,
    sign_up: Option<Payload>,
    hooks: &mut Hooks,
    components: &mut Components,
) -> Route {
    let mut route = Described::new("register_begin", "Begin a registration", components)
        .documented(hooks, &["get_user"])
        .returns(
            "The options for `navigator.credentials.create()`, and the ceremony state.",
            begun::<CreationOptions>(),
        )
        .rejects(hooks, &["get_user"])
        .fails(BODY)
        .fails([Error::InvalidUser(""), Error::TooManyCredentials])
        .fails(store());
    route = with_profiles(route, config);
    if config.conditional_create() {
        let parameter = ParameterBuilder::new()
            .name("mediation")
            .parameter_in(ParameterIn::Query)
            .required(Required::False)
            .description(Some(
                "For conditional creation: the browser may create the passkey without asking the user.",
            ))
            .schema(Some(schemas::words(["conditional"])));
        route = route
            .parameter(parameter.build())
            .fails([Error::InvalidRequest("".into())]);
    }
    let consent = config.fresh().map(|_| consent());
    let description = match (&sign_up, &consent) {
        (Some(_), None) => SIGN_UP.to_owned(),
        (None, Some(_)) => CONSENT.to_owned(),
        (Some(_), Some(_)) => format!("{SIGN_UP} {OR_CONSENT}"),
        (None, None) => String::new(),
    };
    if sign_up.is_some() {
        route = route
            .rejects(hooks, &["sign_up"])
            .fails([Error::AccountAlreadyExists]);
    }
    if consent.is_some() {
        route = route.fails(CONSENT_FAILS).fails(JSON);
    }
    if !description.is_empty() {
        let bodies = sign_up.into_iter().chain(consent);
        route = route.takes_one_of(&description, bodies, Required::False);
    }
    ("/register/begin", HttpMethod::Post, route.build())
}

fn sign_up_begin(
    config: &Config,
    form: Payload,
    hooks: &Hooks,
    components: &mut Components,
) -> Route {
    let route = Described::new("sign_up_begin", "Begin a sign-up", components)
        .documented(hooks, &["sign_up"])
        .takes("The account to sign up.", form, Required::True)
        .returns(
            "The options for `navigator.credentials.create()`, and the ceremony state, for `register/finish`.",
            begun::<CreationOptions>(),
        )
        .rejects(hooks, &["sign_up"])
        .fails([Error::InvalidUser(""), Error::AccountAlreadyExists])
        .fails(BODY)
        .fails(store());
    let route = with_profiles(route, config);
    ("/sign-up/begin", HttpMethod::Post, route.build())
}

const SIGN_UP: &str = "None: a passkey is added to the account of the user who is signed in. A body begins a sign-up, as `sign-up/begin` does, unless it is `{}`, `[]` or `null`.";

const CONSENT: &str = "None after a recent sign-in, and otherwise consent by step-up.";

const OR_CONSENT: &str = "Consent by step-up does not: it is for a passkey of the user who is signed in, where the sign-in is not recent.";

/// Errors of consent that comes with a request.
const CONSENT_FAILS: [Error; 3] = [
    Error::ReauthenticationRequired,
    Error::ChallengeNotFound,
    Error::AuthenticationFailed,
];

/// Returns the body of a request that is consent alone.
fn consent() -> Payload {
    Payload::json::<ConsentAlone>().about::<AuthenticationResponse>()
}

fn register_finish<A: RelyingParty>(hooks: &mut Hooks, components: &mut Components) -> Route {
    let (description, body) = match hooks.take("on_registered") {
        Some(body) => (
            "The passkey is stored. The response is the application's.",
            body,
        ),
        None => ("The passkey is stored.", Payload::json::<Registered<'_>>()),
    };
    let mut route = Described::new("register_finish", "Finish a registration", components)
        .documented(hooks, &["on_registered"])
        .takes(
            "The credential from `navigator.credentials.create()`, and the ceremony state.",
            Payload::json::<FinishRegistration>()
                .about::<RegistrationResponse>()
                .with_data(hooks.take_data("on_registered")),
            Required::True,
        )
        .returns(description, body)
        .rejects(hooks, &["get_user", "on_registered"])
        .fails([
            Error::ChallengeNotFound,
            Error::AttestationVerificationFailed,
            Error::CredentialAlreadyExists,
            Error::TooManyCredentials,
        ])
        .fails(BODY)
        .fails(JSON)
        .fails(store());
    if A::SIGN_UP {
        route = route.fails([Error::AccountAlreadyExists]);
    }
    ("/register/finish", HttpMethod::Post, route.build())
}

fn authenticate_begin<A: RelyingParty>(
    passkeys: &Passkeys<A>,
    hooks: &mut Hooks,
    components: &mut Components,
) -> Route {
    let mut route = Described::new("authenticate_begin", "Begin a sign-in", components)
        .documented(hooks, &["find_user", "second_factor_user"])
        .takes(
            "The user to sign in. Without one, the authenticator offers its discoverable credentials.",
            Payload::json_of(begin_body::<A>(passkeys.by_user_id)),
            Required::False,
        )
        .returns(
            "The options for `navigator.credentials.get()`, and the ceremony state.",
            begun::<RequestOptions>(),
        )
        .fails(BODY)
        .fails(JSON)
        .fails(store());
    route = with_profiles(route, &passkeys.ceremonies.config);
    if A::FIND_USER || A::SECOND_FACTOR {
        route = route.rejects(hooks, &["find_user", "second_factor_user"]);
    }
    if A::SECOND_FACTOR {
        route = route.fails([Error::NoPasskeys, Error::InvalidUser("")]);
    }
    ("/authenticate/begin", HttpMethod::Post, route.build())
}

/// Adds the parameter `profile`, if there are profiles.
fn with_profiles<'a>(route: Described<'a>, config: &Config) -> Described<'a> {
    let names: Vec<_> = config.profiles().map(Profile::name).collect();
    if names.is_empty() {
        return route;
    }
    let parameter = ParameterBuilder::new()
        .name("profile")
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(
            "The profile of the ceremony, a stricter variant of the application's configuration.",
        ))
        .schema(Some(schemas::words(names)));
    route
        .parameter(parameter.build())
        .fails([Error::InvalidRequest("".into())])
}

fn begun<O: ToSchema>() -> Payload
where
    Begun<O>: ToSchema,
{
    Payload::json_of(Begun::<O>::schema()).about::<O>()
}

/// Returns the schema of the body of `authenticate/begin`: a user ID, or where the application has
/// `find_user` a username, or one of the two if that is enabled; or neither. Not both. Where it has
/// `second_factor_user`, `secondFactor` in their place.
fn begin_body<A: RelyingParty>(also_by_id: bool) -> Schema {
    let by = |key, schema: RefOr<Schema>| {
        let object = ObjectBuilder::new().property(key, schema);
        // Otherwise a body with two members would be valid.
        object.additional_properties(Some(AdditionalProperties::FreeForm(false)))
    };
    let user = |key| by(key, schemas::optional_string().into());
    let mut ways = vec![if A::FIND_USER && !also_by_id {
        user("username")
    } else {
        user("userId")
    }];
    if A::FIND_USER && also_by_id {
        ways.push(user("username").required("username"));
    }
    if A::SECOND_FACTOR {
        let boolean = ObjectBuilder::new().schema_type(Type::Boolean);
        ways.push(by("secondFactor", boolean.into()).required("secondFactor"));
    }
    if ways.len() == 1 {
        return ways.remove(0).into();
    }
    let one_of = ways
        .into_iter()
        .fold(OneOfBuilder::new(), OneOfBuilder::item);
    Schema::OneOf(one_of.build())
}

fn authenticate_finish(hooks: &mut Hooks, components: &mut Components) -> Route {
    let body = hooks
        .take("on_authenticated")
        .unwrap_or_else(Payload::anything);
    let route = Described::new("authenticate_finish", "Finish a sign-in", components)
        .documented(hooks, &["on_authenticated"])
        .takes(
            "The credential from `navigator.credentials.get()`, and the ceremony state.",
            Payload::json::<FinishAuthentication>()
                .about::<AuthenticationResponse>()
                .with_data(hooks.take_data("on_authenticated")),
            Required::True,
        )
        .returns(
            "The passkey is verified. The response is the application's.",
            body,
        )
        .rejects(hooks, &["on_authenticated", "second_factor_user"])
        .fails([Error::ChallengeNotFound, Error::AuthenticationFailed])
        .fails(BODY)
        .fails(JSON)
        .fails(store());
    ("/authenticate/finish", HttpMethod::Post, route.build())
}

fn step_up_begin(config: &Config, hooks: &mut Hooks, components: &mut Components) -> Route {
    let route = Described::new("step_up_begin", "Begin a step-up", components)
        .documented(hooks, &["get_user"])
        .takes(
            "The request that the user consents to.",
            Payload::json::<BeginStepUp>(),
            Required::True,
        )
        .returns(
            "The options for `navigator.credentials.get()`, and the ceremony state.",
            begun::<RequestOptions>(),
        )
        .rejects(hooks, &["get_user"])
        .fails([Error::NoPasskeys])
        .fails(BODY)
        .fails(JSON)
        .fails(store());
    let route = with_profiles(route, config);
    ("/step-up/begin", HttpMethod::Post, route.build())
}

fn report_prompt(components: &mut Components) -> Route {
    let route = Described::new("report_prompt", "Report how a prompt has ended", components)
        .takes(
            "How a prompt has ended without a passkey, without identifiers.",
            Payload::json::<PromptReport>(),
            Required::True,
        )
        .returns("The report may be counted.", Payload::none())
        .fails(BODY)
        .fails(JSON);
    ("/outcomes", HttpMethod::Post, route.build())
}

fn list(hooks: &mut Hooks, components: &mut Components) -> Route {
    let route = Described::new("list_credentials", "List the passkeys", components)
        .documented(hooks, &["get_user"])
        .returns("The user's passkeys.", Payload::list::<CredentialView>())
        .rejects(hooks, &["get_user"])
        .fails(store());
    ("/credentials", HttpMethod::Get, route.build())
}

fn rename(hooks: &mut Hooks, components: &mut Components) -> Route {
    let route = one("rename_credential", "Rename a passkey", hooks, components)
        .takes("The new name.", Payload::json::<Rename>(), Required::True)
        .returns("The passkey is renamed.", Payload::none())
        .fails(BODY)
        .fails(JSON);
    ("/credentials/{id}", HttpMethod::Patch, route.build())
}

fn delete(config: &Config, hooks: &mut Hooks, components: &mut Components) -> Route {
    let mut route = one("delete_credential", "Delete a passkey", hooks, components)
        .returns("The passkey is deleted.", Payload::none())
        .fails([Error::LastCredential]);
    if config.fresh().is_some() {
        route = route
            .takes(CONSENT, consent(), Required::False)
            .fails(CONSENT_FAILS)
            .fails(BODY)
            .fails(JSON);
    }
    ("/credentials/{id}", HttpMethod::Delete, route.build())
}

/// Returns an operation on one passkey of the signed-in user.
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
        .description(Some("The credential ID, in base64url."))
        .schema(Some(schemas::base64url()));
    Described::new(id, summary, components)
        .documented(hooks, &["get_user"])
        .parameter(parameter.build())
        .rejects(hooks, &["get_user"])
        .fails([Error::CredentialNotFound])
        .fails(store())
}
