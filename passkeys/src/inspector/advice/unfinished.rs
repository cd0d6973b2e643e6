//! Entries without a reason: ceremonies that wait or have succeeded, and requests that were rejected
//! before there was a ceremony.

use super::{Advice, Fix, origins, rp_id};
use crate::{
    Config,
    domain::{detail::Detail, origin::Unexpected},
    recorder::{Begin, Entry, Purpose, Request},
};

pub(super) fn on(entry: &Entry, config: &Config) -> Option<Advice> {
    if let Some(finish) = &entry.finish {
        let answer = finish.request.as_ref()?;
        return after_finish(entry, answer);
    }
    let begin = entry.begin.as_ref()?;
    let request = begin.request.as_ref();
    let origin = request.and_then(|it| it.origin.as_deref());
    if begin.options.is_none() {
        return Some(rejected(entry, begin, origin, config));
    }
    let origin = origin.filter(|origin| config.accepted_origins().all(|it| it != *origin));
    let Some(origin) = origin else {
        return Some(Advice::new(
            "Waiting for the browser",
            "The options were sent. Until the page sends the response, the user has not answered the prompt, \
             has cancelled it, or the browser has rejected the options: the page's error or its console says \
             which. Nothing of that reaches the server.",
        ));
    };
    let advice = rp_id::out_of_scope(origin, config);
    Some(advice.unwrap_or_else(|| {
        let advice = origins::unexpected(origin, config);
        let cause = format!("{} The response will be rejected.", advice.cause);
        Advice { cause, ..advice }
    }))
    .map(|advice| Advice {
        // As it is logged when the ceremony begins.
        detail: Some(Detail::new(format_args!("{}", Unexpected::of(origin, config))).into()),
        ..advice
    })
}

/// Returns the advice on a response of a hook that follows a verified ceremony.
fn after_finish(entry: &Entry, answer: &Request) -> Option<Advice> {
    let status = answer.status.filter(|status| *status >= 400)?;
    let hook = match entry.purpose {
        Purpose::Registration | Purpose::ConditionalRegistration | Purpose::SignUp => {
            "on_registered"
        }
        Purpose::SignIn | Purpose::SecondFactor => "on_authenticated",
        Purpose::StepUp | Purpose::Management => "The handler or its extractors",
    };
    let error = answer.error.as_ref();
    Some(match error {
        Some(error) => Advice::new(
            format!("The request was rejected with {status} {}", error.code),
            error.message.clone(),
        ),
        None => Advice::new(
            format!("The application responded with {status}"),
            format!(
                "The passkey was verified. {hook} of the application, or a layer around it, responded with {status}."
            ),
        ),
    })
}

fn rejected(entry: &Entry, begin: &Begin, origin: Option<&str>, config: &Config) -> Advice {
    let answer = begin.request.as_ref();
    let status = answer.and_then(|it| it.status).unwrap_or_default();
    let error = answer.and_then(|it| it.error.as_ref());
    let advice = if let Some(error) = error {
        Advice::new(
            format!("The request was rejected with {status} {}", error.code),
            format!("{} There is no ceremony.", error.message),
        )
    } else {
        let path = answer.map_or("", |it| it.path.as_str());
        let hook = hook(entry.purpose, path);
        Advice::new(
            format!("The application rejected the request with {status}"),
            format!(
                "The response is that of {hook}, or of one of its extractors. There is no ceremony."
            ),
        )
    };
    let advice = match error.map(|it| it.code) {
        Some("unsupported_media_type") => advice.fix(Fix::code(
            "Send the body as JSON.",
            "headers: { \"content-type\": \"application/json\" }",
        )),
        Some("storage_unavailable") => advice.fix(Fix::text(
            "The log has the cause. Have the tables been created? Stores with tables have `migrate()`.",
        )),
        Some("internal_error") => advice.fix(Fix::text(
            "A hook returned a user that cannot have passkeys: the log says which field is out of bounds.",
        )),
        None if status == 401 => advice.fix(Fix::text(
            "Nobody is signed in: the session's cookie or token was not sent, or has ended. From another \
             origin, `fetch` sends cookies with `credentials: \"include\"` only.",
        )),
        _ => advice,
    };
    let expected = |origin: &&str| config.accepted_origins().any(|it| it == *origin);
    match origin.filter(|origin| !expected(origin)) {
        Some(origin) => {
            let mut advice = advice;
            advice
                .fixes
                .extend(origins::unexpected(origin, config).fixes);
            advice
        }
        None => advice,
    }
}

/// Returns the hooks that can have rejected a request.
fn hook(purpose: Purpose, path: &str) -> &'static str {
    match purpose {
        Purpose::SignUp => "the hook sign_up",
        Purpose::SignIn if path.ends_with("/begin") => "the hook find_user or second_factor_user",
        Purpose::SignIn | Purpose::SecondFactor => "the hook second_factor_user",
        Purpose::Registration if path.ends_with("/begin") => "the hook get_user (or sign_up)",
        _ => "the hook get_user",
    }
}
