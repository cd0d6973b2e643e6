//! The table of keys: one row for each key of the configuration.

/// Passes every row of the table to the macro `$make`.
///
/// The rows make [`Key`](crate::Key), its [specification](crate::KeySpec), [`Draft`](crate::Draft)
/// and, in the `passkeys` crate, the setters of `ConfigBuilder`. A row is
///
/// ```text
/// Variant name: Form, required { .. }
/// Variant name: Form, default "what holds without the key" { .. }
/// Variant name: Form, default "what holds without the key", in_profiles { .. }
/// ```
///
/// where the form is `Text`, `List`, `(Words Enum)`, `(WordList Enum)`, `Duration`, `Boolean`,
/// `Number`, `Extensions` or `Profiles`, and `in_profiles` marks the keys that may differ by profile. The order of the rows is the order of the documentation and of error messages. `example` is a valid
/// value as it is written in the attribute. `summary` completes the sentence "This key sets ..". An
/// alias is a name that another library has for the key: the error message for it suggests this one.
#[doc(hidden)]
#[macro_export]
macro_rules! keys {
    ($make:ident) => {
        $make! {
            RpId rp_id: Text, required {
                example: r#""example.com""#,
                summary: "the RP ID, the domain that passkeys are scoped to: they work on it and its subdomains only, and changing it later makes every passkey useless",
                aliases: ["domain"],
            }
            RpName rp_name: Text, default "the `rp_id`" {
                example: r#""Example""#,
                summary: "the name of the relying party that browsers show when a passkey is created, at most 64 bytes",
                aliases: ["name"],
            }
            Origins origins: List, required {
                example: r#"["https://example.com"]"#,
                summary: "the origins that ceremonies are accepted from, as scheme, host and port, on `rp_id` or a subdomain; the origin of an Android app is `android:apk-key-hash:..`, that of an extension of Chromium `chrome-extension://..`",
                aliases: ["allowed_origins", "rp_origin", "rp_origins"],
            }
            RelatedOrigins related_origins: List, default "none" {
                example: r#"["https://example.co.uk"]"#,
                summary: "origins on other domains that may use the same passkeys (related origin requests), with at most five different labels, served at `/.well-known/webauthn`",
                aliases: [],
            }
            TopOrigins top_origins: List, default "none" {
                example: r#"["https://portal.example.com"]"#,
                summary: "the origins of pages that may show this site in a frame and have it use passkeys there (the client's `topOrigin`), besides `origins` and `related_origins`",
                aliases: ["allowed_top_origins", "expected_top_origins", "expected_top_origin"],
            }
            UserVerification user_verification: (Words $crate::UserVerification), default r#"`"required"`"#, in_profiles {
                example: r#""required""#,
                summary: "whether the authenticator must verify the user, by PIN, fingerprint or face; not when a passkey is created by conditional creation",
                aliases: [],
            }
            ResidentKey resident_key: (Words $crate::ResidentKey), default r#"`"required"`"#, in_profiles {
                example: r#""required""#,
                summary: "whether passkeys must be discoverable credentials (resident keys), which sign in without a user name",
                aliases: [],
            }
            ConditionalCreate conditional_create: Boolean, default "`false`" {
                example: "true",
                summary: "whether browsers may create a passkey without asking the user after a sign-in by password (conditional creation); such a passkey is created without user presence and user verification, and without attestation",
                aliases: ["passkey_upgrade", "automatic_passkey_upgrade"],
            }
            Algorithms algorithms: (WordList $crate::Algorithm), default r#"`["ES256", "EdDSA", "ES384", "RS256"]`"#, in_profiles {
                example: r#"["ES256", "EdDSA", "RS256"]"#,
                summary: "the signature algorithms that new passkeys may use, in order of preference; `\"ES512\"` and ML-DSA need the Cargo feature `aws-lc-rs`",
                aliases: ["pub_key_cred_params", "cose_algorithms", "supported_algorithms", "supported_pub_key_algs"],
            }
            Attestation attestation: (Words $crate::Attestation), default r#"`"none"`"#, in_profiles {
                example: r#""none""#,
                summary: "whether registration asks for attestation, the authenticator's signed statement of its make and model; anything but `\"none\"` needs the Cargo feature `attestation`",
                aliases: [],
            }
            LegacyAttestation legacy_attestation: (WordList $crate::LegacyAttestation), default "none" {
                example: r#"["tpm-sha1"]"#,
                summary: "the outdated kinds of attestation that are accepted where attestation is requested: of TPMs that sign with SHA-1, as many of Windows Hello do, and of Android SafetyNet; needs the Cargo feature `attestation`",
                aliases: ["allow_sha1"],
            }
            AuthenticatorAttachment authenticator_attachment: (Words $crate::AuthenticatorAttachment), default "any", in_profiles {
                example: r#""platform""#,
                summary: "the only kind of authenticator that may register: built into the device, or roaming",
                aliases: [],
            }
            Hints hints: (WordList $crate::Hint), default "none", in_profiles {
                example: r#"["client-device"]"#,
                summary: "the kinds of authenticator that browsers offer first, in order of preference",
                aliases: [],
            }
            Extensions extensions: Extensions, default "none" {
                example: r#"(prf, large_blob = "preferred")"#,
                summary: "the WebAuthn extensions that new passkeys are created for: `prf`, from which pages derive keys that never reach the server, and `large_blob`, data that pages store with a passkey",
                aliases: ["client_extensions", "webauthn_extensions"],
            }
            ChallengeTtl challenge_ttl: Duration, default r#"`"10m"`"# {
                example: r#""10m""#,
                summary: "how long a challenge can be redeemed after its ceremony has begun, from `1s` to `1h`",
                aliases: ["ttl"],
            }
            Timeout timeout: Duration, default r#"`"5m"`, or `challenge_ttl` if that is shorter"#, in_profiles {
                example: r#""5m""#,
                summary: "how long browsers wait for the user, from `1s` to `10m` and at most `challenge_ttl`",
                aliases: [],
            }
            SignCount sign_count: (Words $crate::SignCount), default r#"`"reject"`"# {
                example: r#""reject""#,
                summary: "the response to a signature counter that has not increased, a sign of a cloned authenticator (clone detection)",
                aliases: [],
            }
            BackupEligibility backup_eligibility: (Words $crate::BackupEligibility), default r#"`"reject"`"# {
                example: r#""reject""#,
                summary: "the response to a backup eligibility flag that differs from the one at registration, which the specification rules out and some passkey providers do nevertheless",
                aliases: [],
            }
            MaxCredentials max_credentials: Number, default "`20`" {
                example: "20",
                summary: "how many passkeys a user can have at most, from 1 to 64, suspended ones included",
                aliases: [],
            }
            Fresh fresh: Duration, default "none" {
                example: r#""10m""#,
                summary: "how old a sign-in may be, from `1m` to `24h`, to add or delete a passkey without consent by step-up; the application says when the user signed in, with `PasskeyUser::authenticated_at`",
                aliases: ["fresh_age", "max_auth_age", "reauthenticate_after"],
            }
            PromptOutcomes prompt_outcomes: Boolean, default "`false`" {
                example: "true",
                summary: "whether the browser module reports prompts that end without a passkey (the user cancelled, the time was up, none was at hand), by `POST /outcomes` and without identifiers, so that the audit trail counts them",
                aliases: ["outcomes", "report_outcomes", "telemetry"],
            }
            EnrollUrl enroll_url: Text, default "none" {
                example: r#""https://example.com/account/passkeys/new""#,
                summary: "the page where users create a passkey, which password managers link to, served at `/.well-known/passkey-endpoints`",
                aliases: [],
            }
            ManageUrl manage_url: Text, default "none" {
                example: r#""https://example.com/account/passkeys""#,
                summary: "the page where users manage their passkeys, which password managers link to, served at `/.well-known/passkey-endpoints`",
                aliases: [],
            }
            AndroidApps android_apps: List, default "none" {
                example: r#"["com.example.app"]"#,
                summary: "the package names of the Android apps that may use the passkeys, each signed with a certificate listed in `origins`, served at `/.well-known/assetlinks.json`",
                aliases: [],
            }
            AppleApps apple_apps: List, default "none" {
                example: r#"["ABCDE12345.com.example.app"]"#,
                summary: "the App IDs (prefix and bundle ID) of the apps on Apple platforms that may use the passkeys, served at `/.well-known/apple-app-site-association`",
                aliases: [],
            }
            Profiles profiles: Profiles, default "none" {
                example: r#"(security_key(hints = ["security-key"]))"#,
                summary: "named variants of this configuration, of which a ceremony chooses one by `?profile=`; a profile may be as strict as the rest of the configuration or stricter",
                aliases: [],
            }
        }
    };
}
