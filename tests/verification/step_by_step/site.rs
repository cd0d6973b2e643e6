//! The relying party behind its router, with its audit trail and its stored credentials.

use std::time::Duration;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::Request,
};
use passkeys::{
    Aaguid, Config, ConfigBuilder, Credential, CredentialId, Passkeys,
    attestation::TrustAnchors,
    audit::AuditKind,
    store::{CredentialRepository as _, MemoryRepository, Owner},
};
use passkeys_test_support::{App, World, imported};
use serde_json::{Value, json};
use time::OffsetDateTime;
use tower::ServiceExt as _;

use crate::step_by_step::{
    client::{Assertion, Cbor, Passkey, Registration, flag},
    kind::Kind,
    row::Expected,
};

pub(crate) struct Site {
    world: World,
    router: Router,
    /// The inspector of the site.
    inspector: Router,
}

/// A ceremony state, and a valid response to its challenge.
pub(crate) struct Begun<R> {
    state: String,
    pub(crate) response: R,
}

/// A response, and the audit events of the relying party.
struct Answer {
    status: u16,
    body: Value,
    event: AuditKind,
    before: Vec<Credential>,
    after: Vec<Credential>,
}

impl Site {
    /// A relying party at which Ada and Bob have a passkey.
    pub(crate) async fn new(config: ConfigBuilder, anchors: Option<fn() -> TrustAnchors>) -> Self {
        let config: Config = config.build().expect("a valid configuration");
        let mut passkeys = Passkeys::with_config(App, MemoryRepository::default(), config);
        if let Some(anchors) = anchors {
            passkeys = passkeys.trust_anchors(anchors());
        }
        let world = World::of(passkeys);
        for passkey in [Passkey::adas_first(), Passkey::bobs()] {
            let key = Cbor::Map(passkey.key.cose()).encode();
            let id = CredentialId::new(passkey.id).expect("a valid length");
            let credential = Credential::new(id, passkey.user, key, OffsetDateTime::UNIX_EPOCH);
            assert!(imported(world.passkeys.repository(), &credential).await);
        }
        let router = world.passkeys.router();
        let inspector = world.passkeys.inspector();
        Self {
            world,
            router,
            inspector,
        }
    }

    /// Advances the clock of the relying party.
    pub(crate) fn wait(&self, time: Duration) {
        self.world.clock.advance(time);
    }

    pub(crate) async fn begin_registration(
        &self,
        kind: Kind,
        conditional: bool,
    ) -> Begun<Registration> {
        let passkey = Passkey::adas(kind.algorithm);
        let path = if conditional {
            "/register/begin?mediation=conditional"
        } else {
            "/register/begin"
        };
        let (_, begun) = self.post(path, "ada", String::new()).await;
        Begun {
            state: text(&begun["state"]),
            response: Registration::new(
                &text(&begun["publicKey"]["challenge"]),
                passkey,
                kind.method,
            ),
        }
    }

    pub(crate) async fn finish_registration(
        &self,
        begun: &mut Begun<Registration>,
        expected: Expected,
    ) -> Result<(), String> {
        let sent = begun.response.encode();
        let answer = self.finish("/register/finish", &begun.state, &sent).await;
        match expected {
            Expected::Accepted => {
                answer.check(200, None, AuditKind::RegistrationSucceeded)?;
                answer.check_registered(&begun.response)
            }
            Expected::Rejected(status, code, reason) => {
                answer.check(status, Some(code), AuditKind::RegistrationFailed(reason))?;
                answer.check_unchanged()
            }
        }
    }

    /// Begins a sign-in with the passkey that was registered by this response.
    pub(crate) async fn begin_sign_in(
        &self,
        registered: &Registration,
        named: bool,
    ) -> Begun<Assertion> {
        let body = if named { r#"{"userId":"ada"}"# } else { "" };
        let (_, begun) = self
            .post("/authenticate/begin", "nobody", body.into())
            .await;
        let mut response = Assertion::new(
            &text(&begun["publicKey"]["challenge"]),
            registered.passkey.clone(),
            registered.data.sign_count + 1,
        );
        response.data.flags |= registered.data.flags & flag::BE;
        Begun {
            state: text(&begun["state"]),
            response,
        }
    }

    pub(crate) async fn finish_sign_in(
        &self,
        begun: &Begun<Assertion>,
        expected: Expected,
    ) -> Result<(), String> {
        let sent = begun.response.encode();
        let answer = self
            .finish("/authenticate/finish", &begun.state, &sent)
            .await;
        match expected {
            Expected::Accepted => {
                answer.check(200, None, AuditKind::AuthenticationSucceeded)?;
                answer.check_signed_in(&begun.response)
            }
            Expected::Rejected(status, code, reason) => {
                answer.check(status, Some(code), AuditKind::AuthenticationFailed(reason))?;
                answer.check_unchanged()
            }
        }
    }

    async fn finish(&self, path: &str, state: &str, credential: &str) -> Answer {
        let before = self.stored().await;
        let body = format!(r#"{{"state":{},"credential":{credential}}}"#, json!(state));
        let (status, body) = self.post(path, "ada", body).await;
        let last = self.world.audit.kinds().pop();
        Answer {
            status,
            body,
            event: last.expect("at least the beginning"),
            before,
            after: self.stored().await,
        }
    }

    async fn post(&self, path: &str, user: &str, body: String) -> (u16, Value) {
        let request = Request::post(path)
            .header("x-user", user)
            .header("content-type", "application/json")
            .body(Body::from(body))
            .expect("a request");
        let answer = self.router.clone().oneshot(request).await;
        let (parts, body) = answer.expect("an answer").into_parts();
        let body = to_bytes(body, usize::MAX).await.expect("its body");
        let body = serde_json::from_slice(&body).expect("JSON");
        (parts.status.as_u16(), body)
    }

    /// Returns what the inspector shows of the last ceremony: the reason, and the number of the step that
    /// has failed.
    pub(crate) async fn inspected(&self) -> (Option<String>, Option<u64>) {
        let request = Request::get("/ceremonies").header("host", "localhost");
        let request = request.body(Body::empty()).expect("a request");
        let answer = self.inspector.clone().oneshot(request).await;
        let body = to_bytes(answer.expect("an answer").into_body(), usize::MAX).await;
        let view: Value = serde_json::from_slice(&body.expect("its body")).expect("JSON");
        let last = &view["entries"][0];
        let mut steps = last["steps"].as_array().into_iter().flatten();
        let failed = steps.find(|line| line["outcome"] == "failed");
        let reason = last["reason"].as_str().map(str::to_owned);
        (reason, failed.and_then(|line| line["step"].as_u64()))
    }

    async fn stored(&self) -> Vec<Credential> {
        let mut stored = Vec::new();
        for user in ["ada", "bob"] {
            let repository = self.world.passkeys.repository();
            stored.extend(
                repository
                    .list(Owner::everywhere(user))
                    .await
                    .expect("memory does not fail"),
            );
        }
        stored
    }
}

impl Answer {
    fn check(&self, status: u16, code: Option<&str>, event: AuditKind) -> Result<(), String> {
        let seen = (self.status, self.body["error"]["code"].as_str(), self.event);
        same("answer", &seen, &(status, code, event))
    }

    fn check_unchanged(&self) -> Result<(), String> {
        same("stored", &self.after, &self.before)
    }

    /// §7.1, step 27.
    fn check_registered(&self, response: &Registration) -> Result<(), String> {
        let (data, id) = (&response.data, &response.passkey.id);
        let attested = data.attested.as_ref().ok_or("nothing was attested")?;
        let new: Vec<&Credential> = self
            .after
            .iter()
            .filter(|credential| !self.before.contains(credential))
            .collect();
        let [stored] = new[..] else {
            return Err(format!("{} credentials were stored", new.len()));
        };
        let key = Cbor::Map(attested.key.clone()).encode();
        same("id", &stored.id.as_bytes(), &id.as_slice())?;
        same("user", &stored.user_id.as_str(), &response.passkey.user)?;
        same(
            "public key",
            &stored.public_key,
            &(attested.key_written)(key),
        )?;
        same("counter", &stored.sign_count, &data.sign_count)?;
        // The signature of this format does not cover it.
        let is_signed = response.statement.format != "fido-u2f";
        let aaguid = Aaguid::new(attested.aaguid).filter(|_| is_signed);
        same("AAGUID", &stored.aaguid, &aaguid)?;
        let flags = [
            (stored.user_verified, flag::UV),
            (stored.backup_eligible == Some(true), flag::BE),
            (stored.backup_state, flag::BS),
        ];
        for (stored, flag) in flags {
            same("flag", &stored, &(data.flags & flag != 0))?;
        }
        let format = Some(response.statement.format.as_str());
        same("format", &stored.attestation_format.as_deref(), &format)
    }

    /// §7.2, step 24.
    fn check_signed_in(&self, response: &Assertion) -> Result<(), String> {
        same("user", &self.body["userId"], &json!(response.passkey.user))?;
        let verified = response.data.flags & flag::UV != 0;
        same("verified", &self.body["userVerified"], &json!(verified))?;
        for (before, after) in std::iter::zip(&self.before, &self.after) {
            let mut expected = before.clone();
            if before.id.as_bytes() == response.passkey.id {
                expected.sign_count = before.sign_count.max(response.data.sign_count);
                expected.backup_eligible = Some(response.data.flags & flag::BE != 0);
                expected.backup_state = response.data.flags & flag::BS != 0;
                expected.last_used_at = after.last_used_at;
                same("used", &after.last_used_at.is_some(), &true)?;
            }
            same("record", after, &expected)?;
        }
        same(
            "number of credentials",
            &self.after.len(),
            &self.before.len(),
        )
    }
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, seen: &T, expected: &T) -> Result<(), String> {
    if seen == expected {
        Ok(())
    } else {
        Err(format!("{what} {seen:?}, expected {expected:?}"))
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}
