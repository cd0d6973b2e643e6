//! The response in the JSON of the browser's `toJSON()`. A malformed response reveals nothing about
//! users, so the client gets the reason.

use passkeys::audit::Reason;

use crate::step_by_step::{
    client::{Json, Object, padded, standard},
    row::{Change, Row},
};

#[tokio::test]
async fn every_response_json_row_has_its_expected_outcome() {
    super::hold(rows()).await;
}

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = members();
    rows.extend(base64());
    rows.extend(repetitions());
    rows.extend(harmless());
    rows
}

fn both(change: &'static str, sent: fn(&mut Object)) -> [Row; 2] {
    Row::both((3, 3), change, Change::Sent(sent), Reason::Malformed)
}

fn unreadable(change: &'static str, sent: fn(&mut Object)) -> [Row; 2] {
    both(change, sent).map(|row| row.unreadable(422))
}

/// A member of `response` that only sign-ins have.
fn sign_in(change: &'static str, sent: fn(&mut Object)) -> [Row; 1] {
    let [_, row] = unreadable(change, sent);
    [row]
}

fn registration(change: &'static str, sent: fn(&mut Object)) -> [Row; 1] {
    let [row, _] = unreadable(change, sent);
    [row]
}

fn rewrite(object: &mut Object, member: &str, rewritten: fn(&str) -> String) {
    let text = rewritten(object.text(member));
    object.set(member, text);
}

fn repeat(object: &mut Object, member: &str) {
    let same = object.text(member).to_owned();
    object.add(member, same);
}

fn response(sent: &mut Object) -> &mut Object {
    sent.object("response")
}

fn members() -> Vec<Row> {
    let mut rows: Vec<Row> = [
        both("`type` is another credential type", |sent| {
            sent.set("type", "password");
        }),
        both("`type` is empty", |sent| sent.set("type", "")),
        unreadable("`type` is missing", |sent| sent.remove("type")),
        unreadable("`id` is missing", |sent| sent.remove("id")),
        unreadable("`id` is null", |sent| {
            sent.set("id", Json::Raw("null".into()));
        }),
        unreadable("`rawId` is missing", |sent| sent.remove("rawId")),
        unreadable("`rawId` is an array of numbers", |sent| {
            sent.set("rawId", vec![1, 2, 3]);
        }),
        unreadable("`response` is missing", |sent| sent.remove("response")),
        unreadable("`response` is null", |sent| {
            sent.set("response", Json::Raw("null".into()));
        }),
        unreadable("`clientDataJSON` is missing", |sent| {
            response(sent).remove("clientDataJSON");
        }),
        unreadable("`clientDataJSON` is an object", |sent| {
            response(sent).set("clientDataJSON", Object::default());
        }),
    ]
    .into_iter()
    .flatten()
    .collect();
    rows.extend(
        [
            registration("`attestationObject` is missing, as at sign-in", |sent| {
                response(sent).remove("attestationObject");
            }),
            sign_in(
                "`authenticatorData` is missing, as at registration",
                |sent| {
                    response(sent).remove("authenticatorData");
                },
            ),
            sign_in("`signature` is missing", |sent| {
                response(sent).remove("signature");
            }),
            sign_in("`signature` is null", |sent| {
                response(sent).set("signature", Json::Raw("null".into()));
            }),
        ]
        .into_iter()
        .flatten(),
    );
    rows
}

fn base64() -> Vec<Row> {
    let mut rows: Vec<Row> = [
        unreadable("`rawId` is padded", |sent| rewrite(sent, "rawId", padded)),
        unreadable("`rawId` is in the standard alphabet", |sent| {
            rewrite(sent, "rawId", standard);
        }),
        unreadable("`rawId` has non-zero trailing bits", |sent| {
            // The last character of 16 bytes encodes two bits.
            rewrite(sent, "rawId", |id| format!("{}B", &id[..id.len() - 1]));
        }),
        unreadable("`rawId` contains a line break", |sent| {
            rewrite(sent, "rawId", |id| format!("{}\n{}", &id[..4], &id[4..]));
        }),
        unreadable("`clientDataJSON` is padded", |sent| {
            rewrite(response(sent), "clientDataJSON", padded);
        }),
        unreadable("`clientDataJSON` is JSON", |sent| {
            response(sent).set("clientDataJSON", "{}");
        }),
    ]
    .into_iter()
    .flatten()
    .collect();
    rows.extend(
        [
            registration("`attestationObject` is padded", |sent| {
                rewrite(response(sent), "attestationObject", padded);
            }),
            sign_in("`authenticatorData` is padded", |sent| {
                rewrite(response(sent), "authenticatorData", padded);
            }),
            sign_in("`signature` is padded", |sent| {
                rewrite(response(sent), "signature", padded);
            }),
            sign_in("`userHandle` is padded", |sent| {
                rewrite(response(sent), "userHandle", padded);
            }),
            sign_in("`userHandle` is not encoded", |sent| {
                response(sent).set("userHandle", "@da");
            }),
        ]
        .into_iter()
        .flatten(),
    );
    rows
}

fn repetitions() -> Vec<Row> {
    let mut rows: Vec<Row> = [
        unreadable("`id` appears twice", |sent| repeat(sent, "id")),
        unreadable("`rawId` appears twice, the right value last", |sent| {
            let right = sent.text("rawId").to_owned();
            sent.set("rawId", "AAAA");
            sent.add("rawId", right);
        }),
        unreadable("`rawId` appears twice, the right value first", |sent| {
            sent.add("rawId", "AAAA");
        }),
        unreadable("`type` appears twice", |sent| repeat(sent, "type")),
        unreadable("`response` appears twice", |sent| {
            let same = response(sent).clone();
            sent.add("response", same);
        }),
        unreadable("`clientDataJSON` appears twice", |sent| {
            repeat(response(sent), "clientDataJSON");
        }),
    ]
    .into_iter()
    .flatten()
    .collect();
    rows.extend(
        [
            registration("`attestationObject` appears twice", |sent| {
                repeat(response(sent), "attestationObject");
            }),
            sign_in("`authenticatorData` appears twice", |sent| {
                repeat(response(sent), "authenticatorData");
            }),
            sign_in("`signature` appears twice", |sent| {
                repeat(response(sent), "signature");
            }),
            sign_in("`userHandle` appears twice", |sent| {
                repeat(response(sent), "userHandle");
            }),
        ]
        .into_iter()
        .flatten(),
    );
    rows
}

fn harmless() -> Vec<Row> {
    [
        both("there are unknown members", |sent| {
            sent.add("new", Object::default().with("a", 1));
            response(sent).add("new", "b");
        }),
        both("`authenticatorAttachment` is missing", |sent| {
            sent.remove("authenticatorAttachment");
        }),
        both("`authenticatorAttachment` is an unknown value", |sent| {
            sent.set("authenticatorAttachment", "implant");
        }),
        both("an unknown member is nested deeply", |sent| {
            let deep = ["[".repeat(5_000), "]".repeat(5_000)].concat();
            sent.add("deep", Json::Raw(deep));
        }),
        both("the convenience members of `toJSON()` differ", |sent| {
            response(sent).add("publicKeyAlgorithm", -8);
            response(sent).add("publicKey", "AAAA");
        }),
    ]
    .into_iter()
    .flatten()
    .map(Row::accepted)
    .collect()
}
