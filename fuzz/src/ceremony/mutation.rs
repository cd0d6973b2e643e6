//! Mutations of a valid response, each of which must make the library reject it.

use arbitrary::Arbitrary;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use passkeys::{UserHandle, testing::Fault};
use serde_json::Value;

use super::{User, model::Purpose};

/// Fault of an authenticator or a browser.
#[derive(Arbitrary, Debug)]
pub(super) enum Wrong {
    Type,
    Challenge,
    Origin(u8),
    CrossOrigin,
    RpId(u8),
    NotPresent,
    NotVerified,
    BackedUp,
    TrailingByte,
    OtherId,
}

const ORIGINS: [&str; 8] = [
    "https://example.net",
    "https://example.com:8443",
    "https://login.example.com",
    "https://example.com.evil.net",
    "https://evilexample.com",
    "http://example.com",
    "https://EXAMPLE.com",
    "null",
];

const RP_IDS: [&str; 4] = ["com", "login.example.com", "example.net", ""];

impl Wrong {
    fn fault(&self) -> Fault {
        match self {
            Self::Type => Fault::WrongType,
            Self::Challenge => Fault::WrongChallenge,
            Self::Origin(which) => Fault::Origin(pick(&ORIGINS, *which).into()),
            Self::CrossOrigin => Fault::CrossOrigin,
            Self::RpId(which) => Fault::RpId(pick(&RP_IDS, *which).into()),
            Self::NotPresent => Fault::UserNotPresent,
            Self::NotVerified => Fault::UserNotVerified,
            Self::BackedUp => Fault::BackedUpIneligible,
            Self::TrailingByte => Fault::TrailingByte,
            Self::OtherId => Fault::OtherId,
        }
    }
}

/// Mutation of a registration response.
#[derive(Arbitrary, Debug)]
pub(super) enum Registered {
    Wrong(Wrong),
    Algorithm,
    /// Truncates the attestation object. Changed bytes could be a valid credential, because nothing
    /// is signed without attestation; missing bytes cannot.
    CutObject(u16),
    CutClientData(u16),
    ExtendObject(u8),
    Text(Text),
}

/// Mutation of an authentication response.
#[derive(Arbitrary, Debug)]
pub(super) enum Signed {
    Wrong(Wrong),
    Eligibility,
    Signature,
    Handle(Handle),
    /// A response to another ceremony's challenge.
    For(u8),
    Flip(Member, u16, u8),
    Cut(Member, u16),
    Extend(Member, u8),
    Text(Text),
}

#[derive(Arbitrary, Clone, Copy, Debug)]
pub(super) enum Member {
    ClientData,
    AuthenticatorData,
    Signature,
    RawId,
    Id,
    UserHandle,
}

/// Mutation of the user handle.
#[derive(Arbitrary, Debug)]
pub(super) enum Handle {
    /// No user handle.
    Missing,
    /// The user handle of the other user.
    Other,
    /// The user handle of no user.
    Unknown,
}

/// Mutation of the JSON or base64url of a member.
#[derive(Arbitrary, Debug)]
pub(super) enum Text {
    Padded,
    Spaced,
    StandardAlphabet,
    Missing,
    Null,
    Number,
    OtherKind,
}

impl Registered {
    pub(super) fn fault(&self) -> Option<Fault> {
        match self {
            Self::Wrong(wrong) => Some(wrong.fault()),
            Self::Algorithm => Some(Fault::Algorithm(-36)),
            _ => None,
        }
    }

    pub(super) fn apply(&self, credential: &mut Value) {
        let response = &mut credential["response"];
        match self {
            Self::Wrong(_) | Self::Algorithm => {}
            Self::CutObject(at) => {
                change(&mut response["attestationObject"], |bytes| cut(bytes, *at));
            }
            Self::CutClientData(at) => {
                change(&mut response["clientDataJSON"], |bytes| cut(bytes, *at));
            }
            Self::ExtendObject(byte) => {
                change(&mut response["attestationObject"], |bytes| {
                    bytes.push(*byte);
                });
            }
            Self::Text(text) => text.apply(credential, "attestationObject"),
        }
    }
}

impl Signed {
    /// Returns whether the mutation must be rejected. If a user was named at `begin`, the user handle
    /// may be missing or empty.
    pub(super) fn matters(&self, purpose: Purpose) -> bool {
        let removes_handle = match self {
            Self::Handle(Handle::Missing) => true,
            Self::Cut(Member::UserHandle, at) => {
                usize::from(*at).is_multiple_of(UserHandle::MAX_BYTES)
            }
            _ => false,
        };
        !removes_handle || purpose == Purpose::SignIn(None)
    }

    /// Returns the fault of the authenticator, for a passkey of this user.
    pub(super) fn fault(&self, user: User) -> Option<Fault> {
        match self {
            Self::Wrong(wrong) => Some(wrong.fault()),
            Self::Eligibility => Some(Fault::BackupEligibilityChanged),
            Self::Signature => Some(Fault::BrokenSignature),
            Self::Handle(handle) => {
                let handle = match handle {
                    Handle::Missing => None,
                    Handle::Other => Some(user.other().id()),
                    Handle::Unknown => Some("eve"),
                };
                Some(Fault::UserHandle(handle.map(|it| it.as_bytes().to_vec())))
            }
            _ => None,
        }
    }

    pub(super) fn apply(&self, credential: &mut Value) {
        match self {
            Self::Flip(member, at, bits) => change(member.of(credential), |bytes| {
                let at = usize::from(*at) % bytes.len();
                bytes[at] ^= bits.max(&1);
            }),
            Self::Cut(member, at) => change(member.of(credential), |bytes| cut(bytes, *at)),
            Self::Extend(member, byte) => change(member.of(credential), |bytes| bytes.push(*byte)),
            Self::Text(text) => text.apply(credential, "signature"),
            _ => {}
        }
    }
}

impl Member {
    fn of(self, credential: &mut Value) -> &mut Value {
        match self {
            Self::ClientData => &mut credential["response"]["clientDataJSON"],
            Self::AuthenticatorData => &mut credential["response"]["authenticatorData"],
            Self::Signature => &mut credential["response"]["signature"],
            Self::RawId => &mut credential["rawId"],
            Self::Id => &mut credential["id"],
            Self::UserHandle => &mut credential["response"]["userHandle"],
        }
    }
}

impl Text {
    fn apply(&self, credential: &mut Value, member: &str) {
        if let Self::OtherKind = self {
            credential["type"] = "password".into();
            return;
        }
        let value = &mut credential["response"][member];
        let text = value.as_str().unwrap_or_default();
        *value = match self {
            Self::Padded => format!("{text}=").into(),
            Self::Spaced => format!("{text} ").into(),
            // Padded, so that a text with neither character changes, too.
            Self::StandardAlphabet => (text.replace('-', "+").replace('_', "/") + "=").into(),
            Self::Number => 7.into(),
            Self::Missing | Self::Null | Self::OtherKind => Value::Null,
        };
        if let (Self::Missing, Some(response)) = (self, credential["response"].as_object_mut()) {
            response.remove(member);
        }
    }
}

fn change(value: &mut Value, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = URL_SAFE_NO_PAD
        .decode(value.as_str().unwrap_or_default())
        .expect("base64url");
    change(&mut bytes);
    *value = URL_SAFE_NO_PAD.encode(bytes).into();
}

/// Truncates, by at least one byte.
fn cut(bytes: &mut Vec<u8>, at: u16) {
    bytes.truncate(usize::from(at) % bytes.len());
}

fn pick<'a>(from: &[&'a str], which: u8) -> &'a str {
    from[usize::from(which) % from.len()]
}
