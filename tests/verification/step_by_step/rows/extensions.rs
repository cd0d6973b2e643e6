//! Extension outputs: the library requests `credProps`, and `prf` and `largeBlob` where they are configured.
//! Others change nothing. Those of the authenticator, which are signed, must be well-formed; those of the
//! client are hints, and count as absent where they cannot be read. Results of `prf` must not be sent.

use passkeys::{Extension, LargeBlob, audit::Reason};
use sha2::{Digest as _, Sha256};

use crate::step_by_step::{
    client::{Assertion, AuthenticatorData, Cbor, Map, Object, Registration, flag},
    row::{Change::Data, Row},
};

#[tokio::test]
async fn every_extension_output_row_has_its_expected_outcome() {
    super::hold(rows()).await;
}

fn extend(data: &mut AuthenticatorData, extensions: Map) {
    data.flags |= flag::ED;
    data.extensions = Some(Cbor::Map(extensions));
}

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = authenticator();
    rows.extend(client());
    rows
}

fn authenticator() -> Vec<Row> {
    let output = |change, apply| Row::both((28, 23), change, Data(apply), Reason::Malformed);
    let fine = |change, apply| output(change, apply).map(Row::accepted);
    [
        fine("an empty map of authenticator extension outputs", |data| {
            extend(data, Map::default());
        }),
        fine("an unknown authenticator extension output", |data| {
            extend(
                data,
                Map::default().with("new", Map::default().with("a", vec![1, 2])),
            );
        }),
        fine("`hmac-secret`, which was not requested", |data| {
            extend(
                data,
                Map::default().with("hmac-secret", Cbor::Raw(vec![0xf5])),
            );
        }),
        fine("`credProtect`, which was not requested", |data| {
            extend(data, Map::default().with("credProtect", 3));
        }),
        output("an authenticator extension output appears twice", |data| {
            extend(data, Map::default().with("new", 1).with("new", 2));
        }),
        fine(
            "an authenticator extension output has a number as identifier",
            |data| {
                extend(data, Map::default().with(1, 2));
            },
        ),
        fine("`credProtect` with a level that does not exist", |data| {
            extend(data, Map::default().with("credProtect", 9));
        }),
        output(
            "an authenticator extension output has bytes as identifier",
            |data| {
                extend(data, Map::default().with(vec![1], 2));
            },
        ),
        output("a map within an output has a duplicate key", |data| {
            extend(
                data,
                Map::default().with("new", Map::default().with("a", 1).with("a", 1)),
            );
        }),
        output(
            "a map in an array within an output has a duplicate key",
            |data| {
                let twice = Map::default().with("a", 1).with("a", 1);
                extend(data, Map::default().with("new", vec![Cbor::Map(twice)]));
            },
        ),
        output("an output is nested 10,000 levels deep", |data| {
            extend(
                data,
                Map::default().with("new", Cbor::Raw(vec![0x81; 10_000])),
            );
        }),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The outputs of a registration.
fn outputs(sent: &mut Object) -> &mut Object {
    sent.object("clientExtensionResults")
}

/// Adds a result of the extension `prf`.
fn leak(sent: &mut Object) {
    let results = Object::default().with("first", "AAAA");
    let prf = Object::default().with("results", results);
    outputs(sent).add("prf", prf);
}

#[expect(clippy::too_many_lines, reason = "a table")]
fn client() -> Vec<Row> {
    let create = |change, apply: fn(&mut Registration)| {
        Row::registration(4, change, apply, Reason::Malformed)
    };
    let get = |change, apply: fn(&mut Assertion)| Row::sign_in(4, change, apply, Reason::Malformed);
    vec![
        create("`clientExtensionResults` is missing", |answer| {
            answer.sent = |sent| sent.remove("clientExtensionResults");
        })
        .accepted(),
        create(
            "`credProps` says that it was not asked for, and more",
            |answer| {
                answer.sent = |sent| {
                    let properties = Object::default().with("rk", false).with("new", 1);
                    outputs(sent).add("credProps", properties);
                };
            },
        )
        .accepted(),
        create("an unknown client extension output", |answer| {
            answer.sent = |sent| outputs(sent).add("new", Object::default().with("a", 1));
        })
        .accepted(),
        create("`credProps` appears twice", |answer| {
            answer.sent = |sent| {
                outputs(sent).add("credProps", Object::default());
                outputs(sent).add("credProps", Object::default());
            };
        })
        .accepted(),
        create("`rk` is text", |answer| {
            answer.sent = |sent| {
                outputs(sent).add("credProps", Object::default().with("rk", "true"));
            };
        })
        .accepted(),
        create("`clientExtensionResults` is text", |answer| {
            answer.sent = |sent| sent.set("clientExtensionResults", "none");
        })
        .accepted(),
        create("`prf` without results", |answer| {
            answer.sent = |sent| {
                let prf = Object::default().with("enabled", true);
                outputs(sent).add("prf", prf);
            };
        })
        .accepted(),
        create(
            "`prf` has results, which are secrets of the page",
            |answer| {
                answer.sent = leak;
            },
        )
        .unreadable(422)
        .because(Reason::PrfResults),
        create(
            "`largeBlob` is missing, and large blobs are preferred",
            |_| {},
        )
        .where_config(|config| config.extensions([Extension::LargeBlob(LargeBlob::Preferred)]))
        .accepted(),
        get(
            "`prf` has results, which are secrets of the page",
            |answer| {
                answer.sent = leak;
            },
        )
        .unreadable(422)
        .because(Reason::PrfResults),
        get("`largeBlob` has data that was read", |answer| {
            answer.sent = |sent| {
                let large_blob = Object::default().with("blob", "AAAA");
                outputs(sent).add("largeBlob", large_blob);
            };
        })
        .accepted(),
        get("`clientExtensionResults` is missing", |answer| {
            answer.sent = |sent| sent.remove("clientExtensionResults");
        })
        .accepted(),
        get("an unknown client extension output", |answer| {
            answer.sent = |sent| outputs(sent).add("new", Object::default().with("a", 1));
        })
        .accepted(),
        Row::sign_in(
            23,
            "`appid` is true, and the RP ID hash is of an app id",
            |answer| {
                answer.data.rp_id_hash = Sha256::digest("https://example.com/appid.json").to_vec();
                answer.sent = |sent| outputs(sent).add("appid", true);
            },
            Reason::RpIdHash,
        ),
        Row::registration(
            28,
            "`appid` is true, and the RP ID hash is of an app id",
            |answer| {
                answer.data.rp_id_hash = Sha256::digest("https://example.com/appid.json").to_vec();
                answer.sent = |sent| outputs(sent).add("appid", true);
            },
            Reason::RpIdHash,
        ),
    ]
}
