//! The client data: its encoding, its `type` and its `challenge`.

use passkeys::audit::Reason;

use crate::step_by_step::{
    client::{Json, Object, Registration, base64url},
    kind::Kind,
    row::{Change::ClientData, Row},
};

#[tokio::test]
async fn every_client_data_row_has_its_expected_outcome() {
    super::hold(rows()).await;
}

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = encoding();
    rows.extend(json());
    rows.extend(token_binding());
    rows.extend(kind());
    rows.extend(challenge());
    rows
}

fn encoding() -> Vec<Row> {
    let utf8 = |change, apply| Row::both((5, 8), change, ClientData(apply), Reason::Malformed);
    let mut rows: Vec<Row> = [
        utf8("it begins with a byte order mark", |data| {
            data.written = with_byte_order_mark;
        })
        .map(Row::accepted),
        utf8("it begins with two byte order marks", |data| {
            data.written = |json| with_byte_order_mark(with_byte_order_mark(json));
        }),
        utf8("it is UTF-16", |data| {
            data.written = |json| json.iter().flat_map(|byte| [*byte, 0]).collect();
        }),
        // It is replaced, and the origin is another one.
        utf8("a byte of the origin is not UTF-8", |data| {
            data.written = |json| replace(json, b"example.com", b"ex\xffmple.com");
        })
        .map(|row| row.because(Reason::Origin)),
        utf8("a byte of an unknown member is not UTF-8", |data| {
            data.members.add("new", "text");
            data.written = |json| replace(json, b"text", b"te\xfft");
        })
        .map(Row::accepted),
        utf8("a surrogate is encoded in an unknown member", |data| {
            data.members.add("new", "text");
            data.written = |json| replace(json, b"text", b"\xed\xa0\x80");
        })
        .map(Row::accepted),
    ]
    .into_iter()
    .flatten()
    .collect();
    rows.push(attested(
        5,
        "it begins with a byte order mark, where attestation is requested",
        |answer| answer.client_data.written = with_byte_order_mark,
    ));
    rows
}

/// Client data that is accepted where attestation is requested, too.
fn attested(step: usize, change: &'static str, apply: fn(&mut Registration)) -> Row {
    Row::registration(step, change, apply, Reason::Malformed)
        .by(Kind::certified())
        .accepted()
}

fn with_byte_order_mark(json: Vec<u8>) -> Vec<u8> {
    [b"\xef\xbb\xbf", json.as_slice()].concat()
}

/// Replaces bytes, wherever they are.
fn replace(json: Vec<u8>, old: &[u8], new: &[u8]) -> Vec<u8> {
    let at = json.windows(old.len()).position(|window| window == old);
    let at = at.expect("the bytes are there");
    [&json[..at], new, &json[at + old.len()..]].concat()
}

fn json() -> Vec<Row> {
    let json = |change, apply| Row::both((6, 9), change, ClientData(apply), Reason::Malformed);
    let fine = |change, apply| json(change, apply).map(Row::accepted);
    [
        json("it is empty", |data| data.written = |_| Vec::new()),
        json("it is truncated", |data| {
            data.written = |json| json[..json.len() - 1].to_vec();
        }),
        json("it is followed by other text", |data| {
            data.written = |json| [&json, &b"{}"[..]].concat();
        }),
        json("it is followed by a NUL", |data| {
            data.written = |json| [&json, &b"\0"[..]].concat();
        }),
        json("it is wrapped in an array", |data| {
            data.written = |json| [b"[", json.as_slice(), b"]"].concat();
        }),
        json("it is wrapped in a string", |data| {
            data.written = |json| {
                let json = String::from_utf8(json).unwrap();
                serde_json::Value::from(json).to_string().into_bytes()
            };
        }),
        json("`type` is missing", |data| data.members.remove("type")),
        json("`challenge` is missing", |data| {
            data.members.remove("challenge");
        }),
        json("`origin` is missing", |data| data.members.remove("origin")),
        json("`type` appears twice with the same value", |data| {
            let same = data.members.text("type").to_owned();
            data.members.add("type", same);
        }),
        json("`challenge` appears twice, the right value last", |data| {
            let right = data.members.text("challenge").to_owned();
            data.set("challenge", base64url(&[7; 32]));
            data.members.add("challenge", right);
        }),
        json("`challenge` appears twice, the right value first", |data| {
            data.members.add("challenge", base64url(&[7; 32]));
        }),
        json("`origin` appears twice, the right value last", |data| {
            let right = data.members.text("origin").to_owned();
            data.set("origin", "https://evil.com");
            data.members.add("origin", right);
        }),
        json("`origin` appears twice, the right value first", |data| {
            data.members.add("origin", "https://evil.com");
        }),
        json("`crossOrigin` appears twice", |data| {
            data.members.add("crossOrigin", true);
        }),
        json("`type` is a number", |data| data.set("type", 1)),
        json("`origin` is an array with the right one", |data| {
            let right = data.members.text("origin").to_owned();
            data.set("origin", vec![right]);
        }),
        json("an unknown member is nested too deeply", |data| {
            let deep = ["[".repeat(5_000), "]".repeat(5_000)].concat();
            data.members.add("deep", Json::Raw(deep));
        }),
        fine("there are unknown members", |data| {
            data.members
                .add("other_keys_can_be_added_here", "do not compare");
            data.members
                .add("futureFeature", Object::default().with("enabled", true));
        }),
        fine("there is white space between members", |data| {
            data.written = |json| {
                String::from_utf8(json)
                    .unwrap()
                    .replace(",\"", " ,\n \"")
                    .into_bytes()
            };
        }),
        fine("a character is written as an escape", |data| {
            data.written = |json| {
                let json = String::from_utf8(json).unwrap();
                json.replace("\"type\"", "\"\\u0074ype\"")
                    .replace("//", "\\/\\/")
                    .into_bytes()
            };
        }),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The token binding of Level 2, which Level 3 ignores.
fn token_binding() -> Vec<Row> {
    let fine = |change, apply| {
        Row::both((6, 9), change, ClientData(apply), Reason::Malformed).map(Row::accepted)
    };
    let mut rows: Vec<Row> = [
        fine("the token binding of Level 2 is present", |data| {
            data.members.add(
                "tokenBinding",
                Object::default().with("status", "supported"),
            );
        }),
        fine("the token binding is text", |data| {
            data.members.add("tokenBinding", "unused");
        }),
        fine("the token binding has no status", |data| {
            data.members
                .add("tokenBinding", Object::default().with("id", "AAAA"));
        }),
        fine("the token binding's id is a number", |data| {
            let binding = Object::default().with("status", "present").with("id", 1);
            data.members.add("tokenBinding", binding);
        }),
        fine("the token binding's status appears twice", |data| {
            let mut binding = Object::default().with("status", "supported");
            binding.add("status", "supported");
            data.members.add("tokenBinding", binding);
        }),
        fine("the token binding appears twice", |data| {
            data.members.add("tokenBinding", 1);
            data.members.add("tokenBinding", 2);
        }),
    ]
    .into_iter()
    .flatten()
    .collect();
    rows.push(attested(
        6,
        "the token binding is text, where attestation is requested",
        |answer| answer.client_data.members.add("tokenBinding", "unused"),
    ));
    rows
}

fn kind() -> Vec<Row> {
    let kind =
        |change, apply| Row::both((7, 10), change, ClientData(apply), Reason::ClientDataType);
    [
        kind("`type` is that of another API", |data| {
            data.set("type", "payment.get");
        }),
        kind("`type` is that of U2F", |data| {
            data.set("type", "navigator.id.getAssertion");
        }),
        kind("`type` is in upper case", |data| {
            let upper = data.members.text("type").to_uppercase();
            data.set("type", upper);
        }),
        kind("`type` ends in a space", |data| {
            let spaced = format!("{} ", data.members.text("type"));
            data.set("type", spaced);
        }),
        kind("`type` is empty", |data| data.set("type", "")),
        kind("`type` is that of the other ceremony", |data| {
            let other = match data.members.text("type") {
                "webauthn.get" => "webauthn.create",
                _ => "webauthn.get",
            };
            data.set("type", other);
        }),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn challenge() -> Vec<Row> {
    let challenge =
        |change, apply| Row::both((8, 11), change, ClientData(apply), Reason::Challenge);
    [
        challenge("`challenge` is of another ceremony", |data| {
            data.set("challenge", base64url(&[7; 32]));
        }),
        challenge("`challenge` is empty", |data| data.set("challenge", "")),
        challenge("`challenge` lacks its last character", |data| {
            let challenge = data.members.text("challenge");
            let shorter = challenge[..challenge.len() - 1].to_owned();
            data.set("challenge", shorter);
        }),
        challenge("`challenge` has additional characters", |data| {
            let longer = format!("{}AAAA", data.members.text("challenge"));
            data.set("challenge", longer);
        }),
        challenge("`challenge` is padded", |data| {
            let padded = format!("{}=", data.members.text("challenge"));
            data.set("challenge", padded);
        }),
        challenge("`challenge` has non-zero trailing bits", |data| {
            // The last character of 32 bytes encodes four bits; its two other bits are zero.
            let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
            let challenge = data.members.text("challenge");
            let (rest, last) = challenge.split_at(challenge.len() - 1);
            let at = alphabet.find(last).unwrap() + 1;
            let stray = format!("{rest}{}", &alphabet[at..=at]);
            data.set("challenge", stray);
        }),
        challenge("`challenge` has its letters in another case", |data| {
            let challenge = data.members.text("challenge");
            let swapped = challenge.to_lowercase();
            let swapped = if swapped == challenge {
                swapped.to_uppercase()
            } else {
                swapped
            };
            data.set("challenge", swapped);
        }),
    ]
    .into_iter()
    .flatten()
    .collect()
}
