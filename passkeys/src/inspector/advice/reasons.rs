//! Title, cause and fix of each reason.

use std::time::Duration;

use super::{Advice, Fix, Setting, origins, rp_id, state};
use crate::{
    Algorithm, Config,
    audit::Reason,
    recorder::{ClientData, Entry, Response},
};

/// Returns the advice on a failure.
pub(super) fn on(reason: Reason, entry: &Entry, config: &Config) -> Advice {
    let advice = match reason {
        Reason::Origin => {
            let origin = client_data(entry).and_then(|it| it.origin.as_deref());
            origins::unexpected(origin.unwrap_or_default(), config)
        }
        Reason::CrossOrigin => framed(entry, config),
        Reason::RpIdHash => rp_id::mismatch(entry, config),
        Reason::UserNotVerified => user_verification(entry, config),
        Reason::Algorithm => algorithm(entry, config),
        Reason::Attachment => attachment(entry),
        Reason::LargeBlob => large_blob(),
        Reason::PrfResults => prf_results(),
        Reason::Attestation | Reason::Untrusted | Reason::StaleMetadata => {
            attestation(reason, entry)
        }
        Reason::SignCount => sign_count(entry),
        Reason::BackupEligibility => backup_eligibility(entry),
        Reason::Expired => expired(config),
        Reason::TooManyCredentials => too_many(config),
        Reason::SignInTooOld | Reason::SignInAgeUnknown | Reason::SignInInFuture => {
            sign_in_age(reason, config)
        }
        Reason::OtherUser | Reason::OtherAction | Reason::NotSignedIn => {
            state::session(reason, entry)
        }
        _ if state::is_about_state(reason) => state::state(reason, entry),
        _ => other(reason, entry),
    };
    let mut events = entry.events.iter();
    Advice {
        detail: events.find_map(|event| event.detail.clone()),
        ..advice
    }
}

fn response(entry: &Entry) -> Option<&Response> {
    entry.finish.as_ref().map(|finish| &finish.response)
}

fn client_data(entry: &Entry) -> Option<&ClientData> {
    response(entry)?.client_data.as_ref()
}

fn framed(entry: &Entry, config: &Config) -> Advice {
    let top = client_data(entry).and_then(|it| it.top_origin.as_deref());
    let shown = top.unwrap_or("another origin, which the browser does not name");
    let advice = Advice::new(
        "The page is in a frame of another site",
        format!("The page around the frame is at {shown}, which is not configured."),
    );
    let Some(top) = top else {
        return advice.fix(Fix::text(
            "Open the page by itself, or add the origin of the page around it to `top_origins`.",
        ));
    };
    let mut top_origins: Vec<String> = config.top_origins().map(str::to_owned).collect();
    top_origins.push(top.to_owned());
    let origins: Vec<_> = config.origins().collect();
    let valid = Config::builder(config.rp_id(), origins).top_origins(&top_origins);
    match valid.build() {
        Ok(_) => advice.fix(Fix::setting(
            "If that page may show this one, add its origin.",
            Setting::list("top_origins", &top_origins),
        )),
        Err(error) => advice.fix(Fix::text(format!("No configuration accepts it: {error}"))),
    }
}

fn user_verification(entry: &Entry, config: &Config) -> Advice {
    let profile = entry.begin.as_ref().and_then(|it| it.profile.as_deref());
    let required = crate::UserVerification::Required;
    // A profile may only be as strict as the configuration around it, or stricter.
    let by_profile = profile.filter(|_| config.user_verification() != required);
    let setting = Setting::word(
        "user_verification",
        "preferred",
        "UserVerification::Preferred",
    );
    let (place, setting) = match by_profile {
        Some(profile) => (
            format!("the profile {profile}"),
            setting.in_profile(profile),
        ),
        None => ("the configuration".to_owned(), setting),
    };
    Advice::new(
        "The user was not verified",
        format!(
            "The UV flag is not set, and {place} has user_verification = \"required\". The authenticator has \
             no PIN, fingerprint or face, or the page has changed the options."
        ),
    )
    .fix(Fix::text(
        "Set a PIN on the security key, or use an authenticator that verifies its user.",
    ))
    .fix(Fix::setting(
        "If the presence of the user is enough, for example beside a password, do not require verification.",
        setting,
    ))
}

fn algorithm(entry: &Entry, config: &Config) -> Advice {
    let data = response(entry).and_then(|it| it.authenticator_data.as_ref());
    let cose = data.and_then(|it| it.algorithm);
    let known = Algorithm::ALL
        .iter()
        .find(|it| cose == Some(it.cose().into()));
    let number = cose.map_or_else(|| "unknown".to_owned(), |it| it.to_string());
    let named = known.map_or_else(|| number.clone(), |it| format!("{it} ({number})"));
    let advice = Advice::new(
        "The key's algorithm was not offered, or its key is not one of it",
        format!("The algorithm of the new key is {named}."),
    );
    let offered = config.algorithms();
    match known.filter(|it| !offered.contains(it)) {
        Some(more) => {
            let algorithms = || offered.iter().chain([more]);
            let words: Vec<_> = algorithms().map(ToString::to_string).collect();
            let paths: Vec<_> = algorithms()
                .map(|it| format!("Algorithm::{it:?}"))
                .collect();
            advice.fix(Fix::setting(
                "If such keys are to be accepted, offer the algorithm.",
                Setting::words("algorithms", &words, &paths),
            ))
        }
        None => advice.fix(Fix::text(
            "No configuration accepts this key: curve, size or algorithm are not supported.",
        )),
    }
}

fn attachment(entry: &Entry) -> Advice {
    let reported = response(entry).and_then(|it| it.authenticator_attachment.as_deref());
    Advice::new(
        "The authenticator is of a kind that may not register",
        format!(
            "The browser reports {}, and the key authenticator_attachment has the other kind.",
            reported.unwrap_or("none")
        ),
    )
    .fix(Fix::code(
        "To accept both kinds, remove the key.",
        "authenticator_attachment",
    ))
}

fn large_blob() -> Advice {
    Advice::new(
        "The authenticator stores no large blobs",
        "The browser does not report that it does, and the key extensions requires it.",
    )
    .fix(Fix::code(
        "To accept such passkeys, ask for large blobs without requiring them.",
        "extensions(large_blob = \"preferred\")",
    ))
}

fn prf_results() -> Advice {
    Advice::new(
        "The request has secrets of the page",
        "The member clientExtensionResults.prf has results, from which the page derives keys. They are not \
         recorded.",
    )
    .fix(Fix::code(
        "Run the ceremony with the browser module, which keeps the results in the page.",
        "await passkeys.authenticate({ extensions: new Extensions({ prf: { first: \"notes\" } }) })",
    ))
}

fn attestation(reason: Reason, entry: &Entry) -> Advice {
    let format = response(entry).and_then(|it| it.attestation_format.as_deref());
    let format = format.unwrap_or("none that can be read");
    let advice = match reason {
        Reason::Untrusted => Advice::new(
            "The attestation leads to no trust anchor",
            format!("The statement ({format}) verifies, and its authority is not trusted for this model."),
        )
        .fix(Fix::code(
            "If this model may register, add the certificate of its authority.",
            "Passkeys::trust_anchors(TrustAnchors::..)",
        )),
        Reason::StaleMetadata => Advice::new(
            "The metadata of the FIDO Alliance is stale",
            "The trust anchors were made of metadata whose next update is overdue.",
        )
        .fix(Fix::code(
            "Fetch the current metadata, and replace the trust anchors.",
            "passkeys.replace_trust_anchors(anchors)?",
        )),
        _ => Advice::new(
            "The attestation statement does not verify, or is missing",
            format!("The format is {format}. Synced passkeys have no attestation."),
        ),
    };
    advice.fix(Fix::setting(
        "If any authenticator may register, do not ask for attestation.",
        Setting::word("attestation", "none", "Attestation::None"),
    ))
}

fn sign_count(entry: &Entry) -> Advice {
    let finish = entry.finish.as_ref();
    let stored = finish.and_then(|it| it.stored.as_ref());
    let sent = response(entry).and_then(|it| it.authenticator_data.as_ref());
    let cause = match (stored, sent) {
        (Some(stored), Some(sent)) => format!(
            "The signature counter is {}, and {} is stored: it must be higher. Two copies of the key may be \
             in use, or the authenticator was reset.",
            sent.sign_count, stored.sign_count
        ),
        _ => "The signature counter did not increase.".to_owned(),
    };
    Advice::new("The passkey may have been cloned", cause)
        .fix(Fix::text(
            "If the user does not know of a copy, delete the passkey, and register a new one.",
        ))
        .fix(Fix::setting(
            "If the authenticators of your users have unreliable counters, accept and report it.",
            Setting::word("sign_count", "report", "SignCount::Report"),
        ))
}

fn backup_eligibility(entry: &Entry) -> Advice {
    let finish = entry.finish.as_ref();
    let stored = finish.and_then(|it| it.stored.as_ref()?.backup_eligible);
    let was = match stored {
        Some(true) => "was set",
        Some(false) => "was not set",
        None => "is not known",
    };
    Advice::new(
        "The passkey has changed its backup eligibility",
        format!("At registration the BE flag {was}. An authenticator never changes it; some password managers do."),
    )
    .fix(Fix::setting(
        "To accept and report it, configure that.",
        Setting::word("backup_eligibility", "report", "BackupEligibility::Report"),
    ))
}

fn expired(config: &Config) -> Advice {
    let lifetime = config.challenge_ttl();
    let longer = (lifetime * 2).min(Duration::from_hours(1));
    let advice = Advice::new(
        "The ceremony was finished too late",
        format!(
            "It can be finished for {} seconds after its begin.",
            lifetime.as_secs()
        ),
    )
    .fix(Fix::text(
        "Begin again: the page asks for new options before each prompt.",
    ));
    if longer == lifetime {
        return advice;
    }
    advice.fix(Fix::setting(
        "If users need more time, let it live longer.",
        Setting::duration("challenge_ttl", longer),
    ))
}

fn too_many(config: &Config) -> Advice {
    let most = config.max_credentials();
    let advice = Advice::new(
        "The user has as many passkeys as are allowed",
        format!("max_credentials is {most}, suspended passkeys included."),
    )
    .fix(Fix::text("Delete passkeys of the user."));
    let bound = *passkeys_rules::MAX_CREDENTIALS.end();
    if most >= bound {
        return advice;
    }
    let more = (most * 2).min(bound);
    advice.fix(Fix::setting(
        "Or allow more.",
        Setting::number("max_credentials", more),
    ))
}

fn sign_in_age(reason: Reason, config: &Config) -> Advice {
    let cause = match reason {
        Reason::SignInAgeUnknown => "The application does not say when the user signed in.",
        Reason::SignInInFuture => "According to the application, the user signs in later than now.",
        _ => "The user signed in too long ago for this request.",
    };
    let advice = Advice::new("The sign-in is not recent enough", cause)
        .fix(Fix::text(
            "Sign in again, or send the request with consent by step-up.",
        ))
        .fix(Fix::code(
            "Return the time of the sign-in from get_user.",
            "PasskeyUser::new(id, name, display_name).authenticated_at(session_began)",
        ));
    match config.fresh() {
        Some(fresh) if reason == Reason::SignInTooOld => advice.fix(Fix::setting(
            "If an older sign-in is enough to add and delete passkeys, configure that.",
            Setting::duration("fresh", (fresh * 2).min(Duration::from_hours(24))),
        )),
        _ => advice,
    }
}

#[expect(clippy::too_many_lines, reason = "one arm for each reason")]
fn other(reason: Reason, entry: &Entry) -> Advice {
    let stored = entry.finish.as_ref().and_then(|it| it.stored.as_ref());
    match reason {
        Reason::Malformed => Advice::new(
            "The response cannot be read",
            "A part of the request or of the credential is not what the specification says.",
        )
        .fix(Fix::code("Send the credential as the browser serializes it.", "credential.toJSON()")),
        Reason::ClientDataType => Advice::new(
            "The response is of the other ceremony",
            "The client data's type is not the one of this ceremony: create and get were confused.",
        ),
        Reason::Challenge => Advice::new(
            "The response is to another challenge",
            "The page has sent a response together with the state of another ceremony.",
        )
        .fix(Fix::text("Keep options and state together: both are of one begin.")),
        Reason::UserNotPresent => Advice::new(
            "The user was not present",
            "The UP flag is not set: nobody has touched the authenticator.",
        ),
        Reason::BackupState => Advice::new(
            "The flags contradict each other",
            "BS (backed up) is set without BE (eligible for backup): the authenticator is faulty.",
        ),
        Reason::CredentialId => Advice::new(
            "The credential IDs differ",
            "id, rawId and the ID in the signed data must be one.",
        )
        .fix(Fix::code("Send the credential as the browser serializes it.", "credential.toJSON()")),
        Reason::AlreadyRegistered => Advice::new(
            "The passkey is registered already",
            "A passkey with this credential ID is stored.",
        ),
        Reason::DecoyCredential => Advice::new(
            "The credential ID is that of a decoy credential",
            "No authenticator has it: the client probes for accounts.",
        ),
        Reason::AccountExists => Advice::new(
            "The account exists",
            "The user of this sign-up has passkeys.",
        )
        .fix(Fix::text("Return a new user ID from sign_up; users who have an account sign in.")),
        Reason::UnknownCredential => Advice::new(
            "The passkey is not stored",
            "It was deleted, or is of another database. MemoryRepository forgets all with the process.",
        )
        .fix(Fix::code(
            "Have browsers drop passkeys that are not stored, if this repository has all of the RP ID.",
            "passkeys.signal_unknown_credentials()",
        )),
        Reason::OtherRpId => {
            let rp_id = stored.and_then(|it| it.rp_id.as_deref());
            let rp_id = rp_id.unwrap_or("another RP ID");
            Advice::new(
                "The passkey is of another RP ID",
                format!("It is stored for {rp_id}, and such passkeys count as unknown."),
            )
        }
        Reason::NotAllowed => Advice::new(
            "The passkey was not on the list",
            "It was registered after the options with the list of passkeys were sent.",
        )
        .fix(Fix::text("Begin again.")),
        Reason::Suspended => Advice::new(
            "The passkey is suspended",
            "Clone detection or the application has suspended it.",
        )
        .fix(Fix::code(
            "If it is not a copy, resume it.",
            "passkeys.management().resume(user_id, &credential_id).await?",
        )),
        Reason::NotOwner => Advice::new(
            "The passkey is of another user",
            "The sign-in was begun for one user, and finished with the passkey of another.",
        ),
        Reason::UserHandle => Advice::new(
            "The user handle is missing, or not that of the passkey",
            "Where no user was named, the authenticator must return the handle of a discoverable passkey.",
        )
        .fix(Fix::text(
            "Name the user at begin, or register discoverable passkeys (resident_key = \"required\").",
        )),
        Reason::Signature => Advice::new(
            "The signature does not verify",
            "It is not by the registered key, or the signed data were changed.",
        ),
        Reason::NoConsent => Advice::new(
            "The request came without consent",
            "The handler takes Verified: the request must carry the consent of its user to it.",
        )
        .fix(Fix::code(
            "Send it with the browser module, in place of fetch.",
            "passkeys.stepUp(\"/path?query\", { method: \"POST\", body })",
        )),
        Reason::NoPasskeys => Advice::new(
            "The user has no passkey",
            "A step-up or a second factor is by a passkey of the user at this RP ID that is not suspended.",
        )
        .fix(Fix::text("Have the user register a passkey first, or offer another way.")),
        Reason::PolicyUserVerified => Advice::new(
            "The handler demands user verification",
            "Its policy is UserVerified, and the UV flag is not set.",
        )
        .fix(Fix::setting(
            "Require it in every ceremony, so that browsers ask for it.",
            Setting::word("user_verification", "required", "UserVerification::Required"),
        )),
        Reason::PolicyDeviceBound => Advice::new(
            "The handler demands a passkey that cannot be synced",
            "Its policy is DeviceBound, and the BE flag is set.",
        )
        .fix(Fix::text("Use a security key, or change the policy of the handler.")),
        Reason::Storage => Advice::new(
            "A store failed",
            "The log has the cause. The ceremony cannot be finished any more.",
        )
        .fix(Fix::code("Create the tables before the first request.", "repository.migrate().await?")),
        reason => Advice::new(reason.as_str(), ""),
    }
}
