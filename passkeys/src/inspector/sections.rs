//! Parts of an entry as rows of texts, for the page and for the report.

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::{
    Algorithm, Config,
    recorder::{
        AuthenticatorData, Begin, Challenge, ClientData, Entry, Finish, Part, Request, Response,
        Stored, shortened,
    },
    verify::authenticator_data::{
        ATTESTED, BACKUP_ELIGIBLE, BACKUP_STATE, EXTENSIONS, USER_PRESENT, USER_VERIFIED,
    },
};

/// Part of an entry.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Section {
    pub(super) title: &'static str,
    pub(super) rows: Vec<Row>,
}

/// Value with its name.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) value: String,
    /// Text in place of the value, for reports that others read.
    #[serde(skip)]
    pub(super) public: Option<String>,
}

/// Rows of a section.
#[derive(Default)]
struct Rows(Vec<Row>);

impl Rows {
    fn add(&mut self, name: &'static str, value: impl Into<String>) {
        self.0.push(Row {
            name,
            value: value.into(),
            public: None,
        });
    }

    fn maybe(&mut self, name: &'static str, value: Option<impl Into<String>>) {
        if let Some(value) = value {
            self.add(name, value);
        }
    }

    /// Adds the ID of a user or of a credential.
    fn id(&mut self, name: &'static str, value: Option<&str>) {
        if let Some(value) = value {
            self.private(name, value, shortened(value));
        }
    }

    fn private(&mut self, name: &'static str, value: impl Into<String>, public: impl Into<String>) {
        self.0.push(Row {
            name,
            value: value.into(),
            public: Some(public.into()),
        });
    }

    fn section(self, title: &'static str) -> Section {
        let Self(rows) = self;
        Section { title, rows }
    }
}

/// Returns the parts of an entry in the order in which they came.
pub(super) fn of(entry: &Entry, config: &Config) -> Vec<Section> {
    let mut sections = Vec::new();
    if let Some(begin) = &entry.begin {
        sections.push(of_begin(begin, config));
        if let Some(options) = &begin.options {
            sections.push(of_options(options));
        }
    }
    if let Some(finish) = &entry.finish {
        sections.push(of_finish(finish, config));
        let response = &finish.response;
        if let Some(client_data) = &response.client_data {
            sections.push(of_client_data(client_data, config));
        }
        if let Some(data) = &response.authenticator_data {
            sections.push(of_authenticator_data(data, response, config));
        }
        sections.push(of_credential(response));
        if let Some(stored) = &finish.stored {
            sections.push(of_stored(stored));
        }
    }
    if !entry.events.is_empty() {
        sections.push(of_events(entry));
    }
    sections
}

fn of_begin(begin: &Begin, config: &Config) -> Section {
    let mut rows = Rows::default();
    rows.add("Time", time(begin.at));
    add_request(&mut rows, begin.request.as_ref(), config);
    rows.id("User ID", begin.user_id.as_deref());
    rows.maybe("Profile", begin.profile.as_deref());
    let action = begin.action.as_ref();
    let action = action.map(|it| format!("{} {} at {}", it.method, it.path, it.host));
    rows.maybe("Consent to", action);
    let lifetime = begin.lifetime.map(|seconds| format!("{seconds} seconds"));
    rows.maybe("Lifetime", lifetime);
    rows.section("Begin")
}

fn of_options(options: &Value) -> Section {
    let mut public = options.clone();
    redact(&mut public);
    let mut rows = Rows::default();
    rows.private("publicKey", pretty(options), pretty(&public));
    rows.section("Options sent")
}

fn of_finish(finish: &Finish, config: &Config) -> Section {
    let mut rows = Rows::default();
    rows.add("Time", time(finish.at));
    add_request(&mut rows, finish.request.as_ref(), config);
    let before = finish
        .same_state_as
        .map(|it| format!("as number {it} of this list"));
    rows.maybe("The same state", before);
    let unreadable = finish.response.unreadable.map(|part| match part {
        Part::Json => "credential",
        Part::ClientData => "client data",
        Part::AttestationObject => "attestation object",
        Part::AuthenticatorData => "authenticator data",
    });
    rows.maybe("Cannot be read", unreadable);
    rows.section("Finish")
}

fn add_request(rows: &mut Rows, request: Option<&Request>, config: &Config) {
    let Some(request) = request else {
        rows.add("Request", "(not by a route of the library)");
        return;
    };
    rows.add("Request", format!("{} {}", request.method, request.path));
    rows.maybe("Host", request.host.as_deref());
    rows.maybe(
        "Origin",
        request.origin.as_deref().map(|it| judged(it, config)),
    );
    for (name, value) in &request.forwarded {
        rows.add("Proxy", format!("{name}: {value}"));
    }
    let status = request.status.map(|it| it.to_string());
    let status = match (&request.error, status) {
        (Some(error), Some(status)) => Some(format!("{status} {}: {}", error.code, error.message)),
        (_, status) => status,
    };
    rows.maybe("Response", status);
}

fn of_client_data(data: &ClientData, config: &Config) -> Section {
    let mut rows = Rows::default();
    rows.maybe("type", data.kind.as_deref());
    rows.add(
        "challenge",
        match data.challenge {
            Challenge::AsSent => "the one that was sent (not recorded)",
            Challenge::Other => "another one than was sent (not recorded)",
            Challenge::Unknown => "(not recorded)",
        },
    );
    rows.maybe(
        "origin",
        data.origin.as_deref().map(|it| judged(it, config)),
    );
    rows.maybe("crossOrigin", data.cross_origin.map(|it| it.to_string()));
    rows.maybe("topOrigin", data.top_origin.as_deref());
    rows.section("Client data")
}

/// Flags of authenticator data (Level 3, §6.1).
const FLAGS: [(u8, &str, &str); 6] = [
    (USER_PRESENT, "UP", "user present"),
    (USER_VERIFIED, "UV", "user verified"),
    (BACKUP_ELIGIBLE, "BE", "backup eligible: can be synced"),
    (BACKUP_STATE, "BS", "backed up: is synced"),
    (ATTESTED, "AT", "attested credential data"),
    (EXTENSIONS, "ED", "extension data"),
];

fn of_authenticator_data(
    data: &AuthenticatorData,
    response: &Response,
    config: &Config,
) -> Section {
    let mut rows = Rows::default();
    let configured: [u8; 32] = Sha256::digest(config.rp_id()).into();
    let origin = response
        .client_data
        .as_ref()
        .and_then(|it| it.origin.as_deref());
    let signed_for = origin.and_then(|origin| super::advice::rp_id_of(&data.rp_id_hash, origin));
    rows.add(
        "rpIdHash",
        match signed_for {
            _ if data.rp_id_hash == configured => {
                format!("{}: the configured RP ID", config.rp_id())
            }
            Some(other) => format!("{other}: not the configured RP ID, {}", config.rp_id()),
            None => format!("not that of the configured RP ID, {}", config.rp_id()),
        },
    );
    for (flag, name, meaning) in FLAGS {
        let set = if data.has(flag) { "set" } else { "not set" };
        rows.add(name, format!("{set} ({meaning})"));
    }
    rows.add("Signature counter", data.sign_count.to_string());
    if data.attested_id.is_some() {
        rows.add("AAGUID", provider(data.aaguid.as_deref(), data.provider));
    }
    rows.id("Attested credential ID", data.attested_id.as_deref());
    if data.attested_id_agrees == Some(false) {
        rows.add("Attested credential ID", "is not rawId");
    }
    let bytes = data.attested_id_bytes.map(|bytes| format!("{bytes} bytes"));
    rows.maybe("Length of the ID", bytes);
    let algorithm = data.algorithm.map(|cose| {
        let known = Algorithm::ALL
            .iter()
            .find(|it| i128::from(it.cose()) == cose);
        known.map_or_else(|| cose.to_string(), |it| format!("{it} ({cose})"))
    });
    rows.maybe("Algorithm of the key", algorithm);
    rows.maybe("Attestation format", response.attestation_format.as_deref());
    rows.section("Authenticator data")
}

fn of_credential(response: &Response) -> Section {
    let mut rows = Rows::default();
    rows.id("Credential ID", response.id.as_deref());
    if !response.ids_agree {
        rows.add("rawId", "is not id");
    }
    rows.maybe("type", response.kind.as_deref());
    rows.maybe(
        "authenticatorAttachment",
        response.authenticator_attachment.as_deref(),
    );
    if !response.transports.is_empty() {
        rows.add("transports", response.transports.join(", "));
    }
    rows.id("userHandle", response.user_handle.as_deref());
    let signature = response
        .signature
        .map(|bytes| format!("{bytes} bytes (not recorded)"));
    rows.maybe("signature", signature);
    if !response.extensions.is_empty() {
        rows.add("Extensions with results", response.extensions.join(", "));
    }
    rows.section("Credential")
}

fn of_stored(stored: &Stored) -> Section {
    let mut rows = Rows::default();
    rows.id("User ID", Some(&stored.user_id));
    rows.private("Device name", stored.device_name.clone(), "(left out)");
    rows.maybe("RP ID", stored.rp_id.as_deref());
    rows.add("Signature counter", stored.sign_count.to_string());
    let eligible = stored.backup_eligible.map_or("not known", yes_or_no);
    rows.add("Backup eligible (BE)", eligible);
    rows.add("Backed up (BS)", yes_or_no(stored.backup_state));
    rows.add("Suspended", yes_or_no(stored.suspended));
    rows.add(
        "AAGUID",
        provider(stored.aaguid.as_deref(), stored.provider),
    );
    rows.section("Stored passkey, before")
}

fn of_events(entry: &Entry) -> Section {
    let mut rows = Rows::default();
    for event in &entry.events {
        let reason = event.kind.reason();
        let reason = reason
            .map(|it| format!(", reason {it}"))
            .unwrap_or_default();
        rows.add("Event", format!("{}{reason}", event.kind.as_str()));
        rows.id("User ID", event.user_id.as_deref());
        rows.id("Credential ID", event.credential_id.as_deref());
        rows.maybe("Detail", event.detail.as_deref());
    }
    rows.section("Audit events")
}

fn provider(aaguid: Option<&str>, provider: Option<&str>) -> String {
    match (aaguid, provider) {
        (Some(aaguid), Some(provider)) => format!("{provider} ({aaguid})"),
        (Some(aaguid), None) => format!("{aaguid} (not in the list of providers)"),
        (None, _) => "none: the authenticator does not disclose its model".to_owned(),
    }
}

fn judged(origin: &str, config: &Config) -> String {
    if config.accepted_origins().any(|it| it == origin) {
        format!("{origin}: configured")
    } else {
        format!("{origin}: not configured")
    }
}

fn yes_or_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

pub(super) fn time(at: OffsetDateTime) -> String {
    let at = at.replace_nanosecond(0).unwrap_or(at);
    at.format(&Rfc3339).unwrap_or_default()
}

/// Shortens IDs, and leaves out names.
fn redact(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(redact),
        Value::Object(members) => {
            let is_relying_party =
                members.len() == 2 && members.contains_key("id") && members.contains_key("name");
            for (name, value) in members {
                match (name.as_str(), &mut *value) {
                    // The RP ID and its name.
                    _ if is_relying_party => {}
                    ("id", Value::String(id)) => *id = shortened(id),
                    ("name" | "displayName", Value::String(name)) => *name = "(left out)".into(),
                    (_, other) => redact(other),
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::redact;

    #[test]
    fn options_in_a_report_have_no_names_and_shortened_ids() {
        let mut options = json!({
            "rp": { "id": "example.com", "name": "Example" },
            "user": { "id": "AAAAAAAAAAAAAAAA", "name": "ada@example.com", "displayName": "Ada" },
            "excludeCredentials": [{ "type": "public-key", "id": "BBBBBBBBBBBB" }],
            "rpId": "example.com",
        });
        redact(&mut options);
        let expected = json!({
            "rp": { "id": "example.com", "name": "Example" },
            "user": { "id": "AAAAAA… (16 characters)", "name": "(left out)", "displayName": "(left out)" },
            "excludeCredentials": [{ "type": "public-key", "id": "BBBBBB… (12 characters)" }],
            "rpId": "example.com",
        });
        assert_eq!(options, expected);
    }
}
