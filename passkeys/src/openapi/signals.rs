//! Operations of the signal routes
//! ([Level 3, §5.1.10](https://www.w3.org/TR/webauthn-3/#sctn-signal-methods)).

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
        .returns(
            "The arguments of the `PublicKeyCredential` methods that the members are named after, one for each user handle.",
            Payload::json::<Signals<'_>>(),
        )
        .rejects(hooks, &["get_user"])
        .fails([Error::InvalidUser("")])
        .fails(store());
    ("/signals", HttpMethod::Get, route.build())
}

pub(super) fn unknown(components: &mut Components) -> Route {
    let route = Described::new("signals_unknown", "Is a passkey unknown?", components)
        .takes(
            "The credential ID that a sign-in failed with.",
            Payload::json::<TriedCredential>(),
            Required::True,
        )
        .returns(
            "The credential is unknown: the argument of `PublicKeyCredential.signalUnknownCredential()`.",
            Payload::json::<UnknownCredential<'_>>(),
        )
        .returns("The credential may be known.", Payload::none())
        .fails(BODY)
        .fails(JSON)
        .fails(store());
    ("/signals/unknown", HttpMethod::Post, route.build())
}
