use p256::ecdsa::{Signature, SigningKey, signature::Signer as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::Fault;
use crate::domain::base64url;

/// Software authenticator: creates passkeys and signs in with them as `navigator.credentials` does,
/// but takes and returns the JSON of the routes.
///
/// [`Browser`](super::Browser) uses one over HTTP. Without HTTP:
///
/// ```
/// # use passkeys::{AuthenticationResult, Passkeys, passkeys, store::MemoryRepository};
/// # #[derive(Clone)]
/// # struct App;
/// # #[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
/// # impl App {
/// #     type Repository = MemoryRepository;
/// #     async fn get_user(&self) -> PasskeyUser { PasskeyUser::new("1", "ada", "Ada") }
/// #     async fn on_authenticated(&self, login: AuthenticationResult) -> String { String::new() }
/// # }
/// use passkeys::{PasskeyUser, ceremony::FinishRegistration, testing::Authenticator};
/// use serde_json::{to_value, value::to_raw_value};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let passkeys = Passkeys::new(App, MemoryRepository::default());
/// let mut phone = Authenticator::new("https://example.com");
/// let user = PasskeyUser::new("1", "ada", "Ada");
///
/// let begun = passkeys.registration().begin(&user).await?;
/// let credential = to_raw_value(&phone.create(&to_value(&begun)?))?;
/// let request = FinishRegistration::new(credential, begun.state);
/// let who = async { Ok::<_, passkeys::Error>(user) };
/// let registered = passkeys.registration().finish(&request, who).await?;
/// assert_eq!(registered.user_id(), "1");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Authenticator {
    origin: String,
    faults: Vec<Fault>,
    /// Passkeys, newest last.
    passkeys: Vec<SoftPasskey>,
}

#[derive(Clone, Debug)]
struct SoftPasskey {
    id: Vec<u8>,
    rp_id: String,
    user_handle: Vec<u8>,
    key: SigningKey,
    sign_count: u32,
}

const FLAG_USER_PRESENT: u8 = 1;
const FLAG_USER_VERIFIED: u8 = 1 << 2;
const FLAG_BACKUP_ELIGIBLE: u8 = 1 << 3;
const FLAG_BACKUP_STATE: u8 = 1 << 4;
const FLAG_ATTESTED: u8 = 1 << 6;

impl Authenticator {
    /// Creates an authenticator without passkeys, in a browser on a page of this origin. The user
    /// is present and verified; passkeys use ES256, have a signature counter and are device-bound.
    #[must_use]
    pub fn new(origin: impl Into<String>) -> Self {
        Self {
            origin: origin.into(),
            faults: Vec::new(),
            passkeys: Vec::new(),
        }
    }

    /// Returns the authenticator, with its passkeys, on a page of another origin. The origin may be
    /// that of a native app.
    #[must_use]
    pub fn with_origin(mut self, origin: impl Into<String>) -> Self {
        self.origin = origin.into();
        self
    }

    /// Returns a copy of the authenticator, with its passkeys, that has this fault from now on.
    #[must_use]
    pub fn with_fault(&self, fault: Fault) -> Self {
        let mut faulty = self.clone();
        faulty.faults.push(fault);
        faulty
    }

    /// Returns the number of passkeys.
    #[must_use]
    pub fn passkeys(&self) -> usize {
        self.passkeys.len()
    }

    /// Returns the signature counter of the newest passkey, or 0 without passkeys.
    #[must_use]
    pub fn sign_count(&self) -> u32 {
        self.passkeys.last().map_or(0, |passkey| passkey.sign_count)
    }

    /// Sets the signature counter of every passkey, as restoring a cloned device would.
    pub fn set_sign_count(&mut self, sign_count: u32) {
        for passkey in &mut self.passkeys {
            passkey.sign_count = sign_count;
        }
    }

    /// Creates a passkey, as `navigator.credentials.create()` does. Takes the response of
    /// `register/begin` and returns a `RegistrationResponseJSON`.
    ///
    /// # Panics
    ///
    /// If `begun` does not contain creation options, or the system has no random numbers.
    #[track_caller]
    pub fn create(&mut self, begun: &Value) -> Value {
        let options = &begun["publicKey"];
        let Some(rp_id) = options["rp"]["id"].as_str().map(str::to_owned) else {
            panic!(
                "expected the response of `register/begin`, with `publicKey.rp.id`; this is {}",
                excerpt(begun)
            )
        };
        let user_handle = bytes(&options["user"]["id"]);
        let mut id = random().to_vec();
        let mut algorithm = -7;
        for fault in &self.faults {
            match fault {
                Fault::CredentialId(other) => id.clone_from(other),
                Fault::Algorithm(other) => algorithm = *other,
                _ => {}
            }
        }
        let passkey = SoftPasskey {
            id,
            rp_id,
            user_handle,
            key: signing_key(),
            sign_count: 0,
        };

        let client_data = self.client_data("webauthn.create", "webauthn.get", options);
        let mut data = self.authenticator_data(&passkey, FLAG_ATTESTED);
        data.extend([0xa7; 16]);
        data.extend(
            u16::try_from(passkey.id.len())
                .unwrap_or(u16::MAX)
                .to_be_bytes(),
        );
        data.extend(&passkey.id);
        data.extend(cose_key(&passkey.key, algorithm));
        self.finish_authenticator_data(&mut data);
        let object = attestation_object(&data);

        let id = base64url::encode(&passkey.id);
        let raw_id = self.raw_id(&passkey);
        self.passkeys.push(passkey);
        json!({
            "id": id,
            "rawId": raw_id,
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": self.registration_extensions(&options["extensions"]),
            "response": {
                "clientDataJSON": base64url::encode(&client_data),
                "attestationObject": base64url::encode(&object),
                "transports": ["internal", "hybrid"],
            },
        })
    }

    /// Creates a passkey by conditional creation, as
    /// `navigator.credentials.create({ mediation: "conditional", .. })` does after a sign-in by
    /// password: neither user presence nor user verification is in its flags. Takes and returns the
    /// same as [`create`](Self::create), from `register/begin?mediation=conditional`. Returns `None`
    /// where browsers fail: the options require user verification, or exclude a passkey of this
    /// authenticator.
    ///
    /// # Panics
    ///
    /// As [`create`](Self::create).
    #[track_caller]
    pub fn create_conditionally(&mut self, begun: &Value) -> Option<Value> {
        let options = &begun["publicKey"];
        let excluded = options["excludeCredentials"].as_array();
        let mut excluded = excluded.into_iter().flatten().map(|it| bytes(&it["id"]));
        let is_own = |id: Vec<u8>| self.passkeys.iter().any(|passkey| passkey.id == id);
        if options["authenticatorSelection"]["userVerification"] == "required"
            || excluded.any(is_own)
        {
            return None;
        }
        let mut alone = self
            .with_fault(Fault::UserNotPresent)
            .with_fault(Fault::UserNotVerified);
        let created = alone.create(begun);
        self.passkeys = alone.passkeys;
        Some(created)
    }

    /// Signs in with the newest passkey that the options allow, as `navigator.credentials.get()`
    /// does. Takes the response of `authenticate/begin` or `step-up/begin` and returns an
    /// `AuthenticationResponseJSON`, or `None` if the options allow none of the passkeys.
    ///
    /// # Panics
    ///
    /// If `begun` does not contain request options.
    #[track_caller]
    pub fn get(&mut self, begun: &Value) -> Option<Value> {
        let options = &begun["publicKey"];
        let Some(rp_id) = options["rpId"].as_str() else {
            panic!(
                "expected the response of `authenticate/begin` or `step-up/begin`, with \
                 `publicKey.rpId`; this is {}",
                excerpt(begun)
            )
        };
        let allowed = allowed(options);
        let fits = |passkey: &&mut SoftPasskey| {
            passkey.rp_id == rp_id && (allowed.is_empty() || allowed.contains(&passkey.id))
        };
        let passkey = self.passkeys.iter_mut().rev().find(fits)?;
        passkey.sign_count += 1;
        let passkey = passkey.clone();

        let client_data = self.client_data("webauthn.get", "webauthn.create", options);
        let mut data = self.authenticator_data(&passkey, 0);
        self.finish_authenticator_data(&mut data);
        let mut signed = [data.as_slice(), &Sha256::digest(&client_data)].concat();
        if self.faults.contains(&Fault::BrokenSignature) {
            signed.push(0);
        }
        let signature: Signature = passkey.key.sign(&signed);
        let mut user_handle = Some(passkey.user_handle.clone());
        for fault in &self.faults {
            if let Fault::UserHandle(other) = fault {
                user_handle.clone_from(other);
            }
        }
        Some(json!({
            "id": base64url::encode(&passkey.id),
            "rawId": self.raw_id(&passkey),
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": self.assertion_extensions(),
            "response": {
                "clientDataJSON": base64url::encode(&client_data),
                "authenticatorData": base64url::encode(&data),
                "signature": base64url::encode(signature.to_der().as_bytes()),
                "userHandle": user_handle.map(|handle| base64url::encode(&handle)),
            },
        }))
    }

    /// Returns why [`get`](Self::get) finds no passkey.
    pub(super) fn why_none(&self, begun: &Value) -> String {
        let options = &begun["publicKey"];
        let rp_id = options["rpId"].as_str().unwrap_or_default();
        let own = self.passkeys.len();
        let of_rp_id = self.passkeys.iter().filter(|it| it.rp_id == rp_id).count();
        if own == 0 {
            return "this browser has no passkey: call `register()` or `sign_up()` on it first (`clone()` \
                    and `with_fault()` copy the passkeys that are there at the time)"
                .to_owned();
        }
        if of_rp_id == 0 {
            let mut others: Vec<_> = self.passkeys.iter().map(|it| it.rp_id.as_str()).collect();
            others.dedup();
            let others = others.join("`, `");
            return format!(
                "this browser has no passkey of the RP ID `{rp_id}`, which the server asks for, only of \
                 `{others}`"
            );
        }
        format!(
            "none of this browser's passkeys ({own}) is among those that the server allows ({}): they are of \
             another user, or decoy credentials for a user who is unknown or has no passkey",
            allowed(options).len()
        )
    }

    fn client_data(&self, kind: &str, other_kind: &str, options: &Value) -> Vec<u8> {
        let mut data = json!({
            "type": kind,
            "challenge": options["challenge"],
            "origin": self.origin,
            "crossOrigin": false,
        });
        for fault in &self.faults {
            match fault {
                Fault::WrongType => data["type"] = other_kind.into(),
                Fault::WrongChallenge => data["challenge"] = base64url::encode(&random()).into(),
                Fault::Origin(other) => data["origin"] = other.as_str().into(),
                Fault::CrossOrigin => data["crossOrigin"] = true.into(),
                _ => {}
            }
        }
        data.to_string().into_bytes()
    }

    /// Returns the first 37 bytes of authenticator data: RP ID hash, flags, signature counter.
    fn authenticator_data(&self, passkey: &SoftPasskey, more_flags: u8) -> Vec<u8> {
        let mut rp_id = passkey.rp_id.as_str();
        let mut flags = FLAG_USER_PRESENT | FLAG_USER_VERIFIED | more_flags;
        let mut sign_count = passkey.sign_count;
        for fault in &self.faults {
            match fault {
                Fault::RpId(other) => rp_id = other,
                Fault::UserNotPresent => flags &= !FLAG_USER_PRESENT,
                Fault::UserNotVerified => flags &= !FLAG_USER_VERIFIED,
                Fault::BackedUpIneligible => flags |= FLAG_BACKUP_STATE,
                Fault::BackupEligibilityChanged => flags ^= FLAG_BACKUP_ELIGIBLE,
                Fault::SignCount(other) => sign_count = *other,
                _ => {}
            }
        }
        let mut data = Sha256::digest(rp_id).to_vec();
        data.push(flags);
        data.extend(sign_count.to_be_bytes());
        data
    }

    fn finish_authenticator_data(&self, data: &mut Vec<u8>) {
        if self.faults.contains(&Fault::TrailingByte) {
            data.push(0);
        }
    }

    /// Returns the client extension results for these inputs.
    fn registration_extensions(&self, inputs: &Value) -> Value {
        let mut results = json!({ "credProps": { "rk": true } });
        let has_extensions = !self.faults.contains(&Fault::NoExtensions);
        if inputs["prf"].is_object() {
            results["prf"] = json!({ "enabled": has_extensions });
        }
        if inputs["largeBlob"].is_object() && has_extensions {
            results["largeBlob"] = json!({ "supported": true });
        }
        self.leak_prf_results(&mut results);
        results
    }

    fn assertion_extensions(&self) -> Value {
        let mut results = json!({});
        self.leak_prf_results(&mut results);
        results
    }

    fn leak_prf_results(&self, results: &mut Value) {
        if self.faults.contains(&Fault::PrfResults) {
            let first = base64url::encode(&random());
            results["prf"]["results"] = json!({ "first": first });
        }
    }

    fn raw_id(&self, passkey: &SoftPasskey) -> String {
        let mut raw_id = passkey.id.clone();
        if self.faults.contains(&Fault::OtherId) {
            raw_id.push(0);
        }
        base64url::encode(&raw_id)
    }
}

/// Returns the IDs in `allowCredentials`.
#[track_caller]
fn allowed(options: &Value) -> Vec<Vec<u8>> {
    let list = options["allowCredentials"].as_array().into_iter().flatten();
    list.map(|descriptor| bytes(&descriptor["id"])).collect()
}

/// Returns the beginning of a JSON value.
fn excerpt(value: &Value) -> String {
    const MOST: usize = 300;
    let text = value.to_string();
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[track_caller]
fn bytes(value: &Value) -> Vec<u8> {
    value
        .as_str()
        .and_then(base64url::decode)
        .expect("`begun` has a member that is not base64url without padding")
}

fn random() -> [u8; 32] {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).expect("the operating system has no random numbers");
    bytes
}

fn signing_key() -> SigningKey {
    loop {
        // All but one in 2³² values of 32 random bytes are a valid key.
        if let Ok(key) = SigningKey::from_slice(&random()) {
            return key;
        }
    }
}

/// `{1: 2, 3: algorithm, -1: 1, -2: x, -3: y}` in CBOR.
fn cose_key(key: &SigningKey, algorithm: i32) -> Vec<u8> {
    let point = key.verifying_key().to_sec1_point(false);
    let (x, y) = (&point.as_bytes()[1..33], &point.as_bytes()[33..]);
    let mut cose = vec![0xa5, 0x01, 0x02, 0x03];
    match u8::try_from(-1 - algorithm) {
        Ok(small @ 0..24) => cose.push(0x20 | small),
        Ok(byte) => cose.extend([0x38, byte]),
        Err(_) => {
            cose.push(0x39);
            cose.extend(
                u16::try_from(-1 - algorithm)
                    .unwrap_or(u16::MAX)
                    .to_be_bytes(),
            );
        }
    }
    cose.extend([0x20, 0x01, 0x21, 0x58, 32]);
    cose.extend(x);
    cose.extend([0x22, 0x58, 32]);
    cose.extend(y);
    cose
}

/// `{"fmt": "none", "attStmt": {}, "authData": data}` in CBOR.
fn attestation_object(data: &[u8]) -> Vec<u8> {
    let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData".to_vec();
    // The canonical form has the shortest length.
    if let Ok(length) = u8::try_from(data.len()) {
        object.extend([0x58, length]);
    } else {
        let length = u16::try_from(data.len()).unwrap_or(u16::MAX);
        object.push(0x59);
        object.extend(length.to_be_bytes());
    }
    object.extend(data);
    object
}
