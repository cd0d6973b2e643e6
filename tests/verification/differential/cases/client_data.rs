//! Client data as browsers write it, and with changes.

use proptest::prelude::*;
use serde_json::Value as Json;

use super::{
    ORIGINS, base64url, members,
    unusual::{AROUND, JSON, NAMES, SEPARATORS},
};

#[derive(Clone)]
pub(crate) struct ClientData {
    /// Names and values.
    pub(crate) members: Vec<(Vec<u8>, Vec<u8>)>,
    /// White space between names, values and members.
    separators: (&'static str, &'static str),
    pub(crate) around: (&'static str, &'static str),
}

#[derive(Clone, Debug)]
pub(crate) enum Change {
    Members(members::Change),
    Around(usize),
    Separator(usize),
}

pub(crate) fn changes() -> impl Strategy<Value = Change> {
    let json = prop::sample::select(JSON.clone()).boxed();
    let name = prop::sample::select(NAMES).prop_map(|name| format!("\"{name}\"").into_bytes());
    prop_oneof![
        8 => members::changes(name.boxed(), json).prop_map(Change::Members),
        1 => (0..AROUND.len()).prop_map(Change::Around),
        1 => (0..SEPARATORS.len()).prop_map(Change::Separator),
    ]
}

impl Change {
    pub(crate) fn apply(&self, client_data: &mut ClientData) {
        match self {
            Self::Members(change) => change.apply(&mut client_data.members),
            Self::Around(which) => client_data.around = AROUND[*which],
            Self::Separator(which) => client_data.separators = SEPARATORS[*which],
        }
    }
}

impl ClientData {
    /// Returns client data that is determined by the number, including its optional members.
    pub(crate) fn new(kind: &str, challenge: &[u8], number: u8) -> Self {
        let origin = ORIGINS[usize::from(number % 3)];
        let mut members = vec![
            ("type", format!("\"{kind}\"")),
            ("challenge", format!("\"{}\"", base64url(challenge))),
            ("origin", format!("\"{origin}\"")),
        ];
        match number % 4 {
            0 => members.push(("crossOrigin", "false".into())),
            1 => members.push(("androidPackageName", "\"com.example\"".into())),
            2 => members.push(("other_keys", "{\"can\": [\"be\", 1]}".into())),
            _ => {}
        }
        Self {
            members: members
                .into_iter()
                .map(|(name, value)| (format!("\"{name}\"").into(), value.into()))
                .collect(),
            separators: (":", ","),
            around: ("{", "}"),
        }
    }

    /// Adds a member.
    pub(crate) fn add(&mut self, name: &str, value: &[u8]) {
        let name = format!("\"{name}\"").into_bytes();
        self.members.push((name, value.into()));
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let (colon, comma) = self.separators;
        let members: Vec<Vec<u8>> = self
            .members
            .iter()
            .map(|(name, value)| [name, colon.as_bytes(), value].concat())
            .collect();
        let (before, after) = self.around;
        let members = members.join(comma.as_bytes());
        [before.as_bytes(), &members, after.as_bytes()].concat()
    }
}

/// Removes a byte order mark.
pub(crate) fn without_byte_order_mark(client_data: &mut Vec<u8>) {
    if client_data.starts_with(b"\xef\xbb\xbf") {
        client_data.drain(..3);
    }
}

/// Replaces invalid UTF-8.
pub(crate) fn with_valid_utf8(client_data: &mut Vec<u8>) {
    *client_data = String::from_utf8_lossy(client_data).into_owned().into();
}

/// Removes `crossOrigin` and `topOrigin`, if the latter is an origin of the relying party.
pub(crate) fn without_own_frame(client_data: &mut Vec<u8>) {
    let members: Result<serde_json::Map<String, Json>, _> = serde_json::from_slice(client_data);
    if let Ok(mut members) = members
        && let Some(Json::String(top)) = members.get("topOrigin")
        && ORIGINS.contains(&&**top)
    {
        members.remove("topOrigin");
        members.remove("crossOrigin");
        *client_data = Json::Object(members).to_string().into();
    }
}

/// Removes `tokenBinding`.
pub(crate) fn without_token_binding(client_data: &mut Vec<u8>) {
    let members: Result<serde_json::Map<String, Json>, _> = serde_json::from_slice(client_data);
    if let Ok(mut members) = members
        && members.remove("tokenBinding").is_some()
    {
        *client_data = Json::Object(members).to_string().into();
    }
}

/// Returns whether a number in `tokenBinding` is beyond the range of `f64`.
pub(crate) fn has_huge_number(client_data: &[u8]) -> bool {
    let error = serde_json::from_slice::<Json>(client_data).err();
    let error = error.is_some_and(|error| error.to_string().starts_with("number out of range"));
    let name: &[u8] = b"\"tokenBinding\"";
    error && client_data.windows(name.len()).any(|window| window == name)
}
