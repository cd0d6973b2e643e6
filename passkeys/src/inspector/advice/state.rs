//! Ceremony states, sessions and actions that do not fit.

use super::{Advice, Fix};
use crate::{audit::Reason, recorder::Entry};

pub(super) fn session(reason: Reason, entry: &Entry) -> Advice {
    let begun_by = entry.begin.as_ref().and_then(|it| it.user_id.as_deref());
    let begun_by = begun_by.unwrap_or("(not recorded)");
    let mut users = entry
        .events
        .iter()
        .filter(|it| it.kind.reason() == Some(reason));
    let user = users
        .find_map(|it| it.user_id.as_deref())
        .unwrap_or("(unknown)");
    match reason {
        Reason::OtherUser => Advice::new(
            "Another user has begun this ceremony",
            format!("User {begun_by} has begun it, and user {user} is signed in now."),
        )
        .fix(Fix::text(
            "Begin and finish in one session. If it is one user, get_user returns two IDs for them.",
        )),
        Reason::NotSignedIn => Advice::new(
            "Nobody is signed in",
            format!(
                "User {begun_by} has begun the ceremony, and the hook get_user (or second_factor_user) rejects \
                 the request that finishes it: the session has ended, or its cookie was not sent."
            ),
        )
        .fix(Fix::code(
            "From another origin, have the page send its cookies.",
            "fetch(url, { credentials: \"include\", .. })",
        )),
        _ => other_action(entry),
    }
}

fn other_action(entry: &Entry) -> Advice {
    let finish = entry.finish.as_ref().and_then(|it| it.request.as_ref());
    let begun_for = entry.begin.as_ref().and_then(|it| it.action.as_ref());
    let cause = match (begun_for, finish) {
        (Some(begun_for), Some(sent)) => {
            let host = sent.host.as_deref().unwrap_or("no host");
            let differs = [
                (!begun_for.method.eq_ignore_ascii_case(&sent.method), "method"),
                (!begun_for.host.eq_ignore_ascii_case(host), "host"),
                (begun_for.path != sent.path, "path"),
                (begun_for.query != sent.query, "query"),
            ];
            let differs: Vec<_> = differs.iter().filter(|it| it.0).map(|it| it.1).collect();
            let differs = if differs.is_empty() { "body".to_owned() } else { differs.join(", ") };
            format!(
                "The user was asked for {} {} at {}, and the consent came with {} {} at {host}. What differs: \
                 {differs}. All of it must be the same, byte by byte, and so must the body.",
                begun_for.method, begun_for.path, begun_for.host, sent.method, sent.path,
            )
        }
        _ => "Method, host, path with its query, and body must be those that the step-up was begun for, byte \
              by byte."
            .to_owned(),
    };
    Advice::new("The user has consented to another request", cause)
    .fix(Fix::code(
        "Let the browser module do both, with the same arguments.",
        "passkeys.stepUp(\"/path?query\", { method: \"POST\", body })",
    ))
    .fix(Fix::text(
        "Behind a proxy that changes the host or the path, the documentation of Verified says what the proxy \
         must send.",
    ))
}

pub(super) fn is_about_state(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::UnknownState
            | Reason::OtherStore
            | Reason::OtherProcess
            | Reason::Replayed
            | Reason::OtherPurpose
            | Reason::OtherRelyingParty
            | Reason::OtherApplication
            | Reason::UnknownProfile
    )
}

pub(super) fn state(reason: Reason, entry: &Entry) -> Advice {
    match reason {
        Reason::Replayed => {
            let before = entry.finish.as_ref().and_then(|it| it.same_state_as);
            let before = before.map(|it| format!(" It was finished in number {it} of this list."));
            Advice::new(
                "The ceremony was finished before",
                format!(
                    "A ceremony state can be used once.{}",
                    before.unwrap_or_default()
                ),
            )
            .fix(Fix::text("Begin again before each attempt, also after one that failed."))
        }
        Reason::OtherPurpose => Advice::new(
            "The ceremony was begun for another purpose",
            "A registration, a sign-in, a second factor and a step-up each have a finish of their own, and a \
             sign-up needs the hook sign_up.",
        )
        .fix(Fix::text("Send the state to the finish that belongs to its begin.")),
        Reason::OtherRelyingParty => Advice::new(
            "The ceremony was begun for another RP ID",
            "Applications of several RP IDs share the challenge store.",
        )
        .fix(Fix::text("Finish where it was begun.")),
        Reason::OtherApplication => Advice::new(
            "The ceremony was begun at another application",
            "Applications are told apart by the path of the annotated type, or by the name that is set.",
        )
        .fix(Fix::code(
            "If both are one application, set one name for both.",
            "passkeys.application(\"name\")",
        )),
        Reason::UnknownProfile => Advice::new(
            "The profile of the ceremony is not configured here",
            "It was begun with a profile that this instance does not have.",
        )
        .fix(Fix::text("Run the same configuration in every instance.")),
        Reason::OtherStore => Advice::new(
            "The ceremony was begun with another challenge store",
            "Two Passkeys of this process have a challenge store each.",
        )
        .fix(Fix::code(
            "Create one Passkeys, and clone it for the router and for routes of your own.",
            "let router = passkeys.router(); let state = passkeys.clone();",
        )),
        _ => Advice::new(
            "The ceremony is unknown",
            "The challenge store has no ceremony for this state: it was never begun, has expired, or was begun \
             in another process or before a restart.",
        )
        .fix(Fix::code(
            "Where several processes serve the application, share a challenge store. The default one is in \
             the memory of one process.",
            "passkeys.challenges(RedisChallenges::..) // or PostgresChallenges, MySqlChallenges, SealedChallenges",
        )),
    }
}
