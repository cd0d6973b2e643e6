//! Credential ID, user handle and owner.

use passkeys::audit::Reason;

use crate::step_by_step::{
    client::{Json, Object, Passkey, Registration, base64url, padded, standard},
    row::{Expected, Row},
};

#[tokio::test]
async fn every_credential_id_and_user_handle_row_has_its_expected_outcome() {
    super::hold(rows()).await;
}

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = registration();
    rows.extend(allowed());
    rows.extend(owner());
    rows
}

fn registration() -> Vec<Row> {
    let id = |change, apply| Row::registration(27, change, apply, Reason::CredentialId);
    let known = |change, apply: fn(&mut Registration)| {
        let mut row = Row::registration(26, change, apply, Reason::AlreadyRegistered);
        row.expected =
            Expected::Rejected(409, "credential_already_exists", Reason::AlreadyRegistered);
        row
    };
    vec![
        known("the credential ID is registered for Bob", |answer| {
            answer.with_id(Passkey::bobs().id);
        }),
        known(
            "the credential ID is registered for Ada, and listed in `excludeCredentials`",
            |answer| {
                answer.with_id(Passkey::adas_first().id);
            },
        ),
        id("`id` is not `rawId`", |answer| {
            answer.sent = |sent| sent.set("id", base64url(b"another"));
        }),
        id("`rawId` is not `id`", |answer| {
            answer.sent = |sent| sent.set("rawId", base64url(b"another"));
        }),
        id(
            "`id` and `rawId` differ from the attested credential ID",
            |answer| {
                answer.sent = |sent| {
                    sent.set("id", base64url(b"another"));
                    sent.set("rawId", base64url(b"another"));
                };
            },
        ),
        id(
            "`id` and `rawId` are a prefix of the attested credential ID",
            |answer| {
                answer.data.attested().id.push(b'!');
            },
        ),
        id("`id` is padded", |answer| {
            answer.sent = |sent| {
                let padded = padded(sent.text("id"));
                sent.set("id", padded);
            };
        }),
        id("`id` is in the standard alphabet", |answer| {
            answer.sent = standard_id;
        }),
        id("`id` is empty", |answer| {
            answer.sent = |sent| sent.set("id", "");
        }),
    ]
}

/// `allowCredentials` lists the user's passkeys, so any other is unknown or another user's, or
/// suspended, which `ceremonies` tests.
fn allowed() -> Vec<Row> {
    vec![
        Row::sign_in(
            5,
            "begun for Ada, finished with Bob's passkey",
            |answer| answer.by(Passkey::bobs()),
            Reason::NotOwner,
        )
        .where_named(),
        Row::sign_in(
            5,
            "begun for Ada, finished with Bob's passkey and without a user handle",
            |answer| {
                answer.by(Passkey::bobs());
                answer.user_handle = None;
            },
            Reason::NotOwner,
        )
        .where_named(),
        Row::sign_in(
            5,
            "begun for Ada, finished with an unknown passkey",
            |answer| answer.passkey.id.push(b'!'),
            Reason::UnknownCredential,
        )
        .where_named(),
        Row::sign_in(
            5,
            "begun for Ada, finished with her other passkey",
            |answer| answer.by(Passkey::adas_first()),
            Reason::NotOwner,
        )
        .where_named()
        .accepted(),
    ]
}

fn owner() -> Vec<Row> {
    let handle = |change, apply| Row::sign_in(6, change, apply, Reason::UserHandle);
    vec![
        handle("`userHandle` is missing", |answer| {
            answer.user_handle = None;
        }),
        handle("`userHandle` is null", |answer| {
            answer.sent = |sent| {
                sent.object("response")
                    .set("userHandle", Json::Value(serde_json::Value::Null));
            };
        }),
        handle("`userHandle` is empty", |answer| {
            answer.user_handle = Some(Vec::new());
        }),
        handle("`userHandle` is Bob's user ID", |answer| {
            answer.user_handle = Some(b"bob".into());
        }),
        handle("`userHandle` is in another case", |answer| {
            answer.user_handle = Some(b"Ada".into());
        }),
        handle("`userHandle` has additional bytes", |answer| {
            answer.user_handle = Some(b"ada\0".into());
        }),
        handle(
            "the passkey is Bob's, and `userHandle` is Ada's",
            |answer| {
                answer.by(Passkey::bobs());
                answer.user_handle = Some(b"ada".into());
            },
        ),
        handle("`userHandle` is missing, where Ada was named", |answer| {
            answer.user_handle = None;
        })
        .where_named()
        .accepted(),
        handle("`userHandle` is Bob's, where Ada was named", |answer| {
            answer.user_handle = Some(b"bob".into());
        })
        .where_named(),
        handle("`userHandle` is empty, where Ada was named", |answer| {
            answer.user_handle = Some(Vec::new());
        })
        .where_named()
        .accepted(),
        handle("the credential is unknown", |answer| {
            answer.passkey.id.push(b'!');
        })
        .because(Reason::UnknownCredential),
        handle("the credential ID is empty", |answer| {
            answer.passkey.id.clear();
        })
        .because(Reason::UnknownCredential),
        handle("`rawId` is unknown, and `id` is Ada's", |answer| {
            answer.sent = |sent| sent.set("rawId", base64url(b"another"));
        })
        .because(Reason::UnknownCredential),
        handle("`id` is not `rawId`", |answer| {
            answer.sent = |sent| sent.set("id", base64url(b"another"));
        })
        .because(Reason::CredentialId),
        handle("`id` is padded", |answer| {
            answer.sent = |sent| {
                let padded = padded(sent.text("id"));
                sent.set("id", padded);
            };
        })
        .because(Reason::CredentialId),
        handle("`id` is in the standard alphabet", |answer| {
            answer.sent = standard_id;
        })
        .because(Reason::CredentialId),
    ]
}

fn standard_id(sent: &mut Object) {
    let standard = standard(sent.text("id"));
    sent.set("id", standard);
}
