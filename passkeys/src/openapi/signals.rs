//! What browsers are told about passkeys that changed.

use utoipa::openapi::{HttpMethod, Required, schema::Components};

use super::{
    errors::{BODY, JSON, store},
    operation::{Described, Route},
};
use crate::{
    Error,
    relying_party::{hooks::Hooks, payload::Payload},
    wire::signals::{Signals, TriedCredential, UnknownCredential},
};

pub(super) fn current(hooks: &mut Hooks, components: &mut Components) -> Route {
    let route = Described::new("signals", "Signals about the user's passkeys", components)
        .documented(hooks, &["get_user"])
        .answers(
            "What the methods of `PublicKeyCredential` are passed that the members are named for.",
            Payload::json::<Signals<'_>>(),
        )
        .rejects()
        .fails([Error::InvalidUser("")])
        .fails(store());
    ("/signals", HttpMethod::Get, route.build())
}

pub(super) fn unknown(components: &mut Components) -> Route {
    let route = Described::new("signals_unknown", "Is a passkey unknown?", components)
        .takes(
            "The passkey that a sign-in was refused for.",
            Payload::json::<TriedCredential>(),
            Required::True,
        )
        .answers(
            "Nobody knows it: what `PublicKeyCredential.signalUnknownCredential()` is passed.",
            Payload::json::<UnknownCredential<'_>>(),
        )
        .answers("It may be known.", Payload::none())
        .fails(BODY)
        .fails(JSON)
        .fails(store());
    ("/signals/unknown", HttpMethod::Post, route.build())
}
