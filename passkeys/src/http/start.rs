//! The line that the log gets when an application starts: the configuration in force.

use std::time::Duration;

use crate::{
    Passkeys, Profile,
    domain::origin,
    relying_party::RelyingParty,
    store::{ChallengeStore as _, CredentialRepository as _, Description},
};

/// Logs the configuration in force, and what suits development only, when the first router is made.
pub(super) fn log<A: RelyingParty>(passkeys: &Passkeys<A>) {
    let ceremonies = &passkeys.ceremonies;
    if !ceremonies.notices.is_start() {
        return;
    }
    let config = &passkeys.ceremonies.config;
    let terms = ceremonies.verifier.terms();
    let (repository, challenges) = (
        ceremonies.credentials.repository().describe(),
        ceremonies.challenges.describe(),
    );
    tracing::info!(
        target: "passkeys",
        rp_id = (!A::RELYING_PARTY).then(|| config.rp_id()),
        origins = (!A::RELYING_PARTY).then(|| tracing::field::debug(config.origins().collect::<Vec<_>>())),
        related_origins = some(config.related_origins()).map(tracing::field::debug),
        top_origins = some(config.top_origins()).map(tracing::field::debug),
        profiles = some(config.profiles().map(Profile::name)).map(tracing::field::debug),
        user_verification = %terms.user_verification,
        attestation = %terms.attestation,
        %repository,
        %challenges,
        hooks = %names(&hooks::<A>()),
        features = %names(&features()),
        version = env!("CARGO_PKG_VERSION"),
        "passkeys are served",
    );
    if config.is_for_a_site() {
        warn_of_development(passkeys, &repository, &challenges);
    }
}

fn warn_of_development<A: RelyingParty>(
    passkeys: &Passkeys<A>,
    repository: &Description,
    challenges: &Description,
) {
    let ceremonies = &passkeys.ceremonies;
    let rp_id = ceremonies.config.rp_id();
    for store in [repository, challenges] {
        if store.for_development {
            tracing::warn!(
                target: "passkeys",
                rp_id,
                "`{}` does not {}, which suits development only: use a store in a database, such as \
                 `SqliteRepository`, `PostgresRepository` or `MySqlRepository`",
                store.name,
                store.does_not.unwrap_or("keep what it stores"),
            );
        }
    }
    let decoys_are_used = A::FIND_USER && !ceremonies.empty_allow_credentials;
    if decoys_are_used && !ceremonies.decoys.are_lasting() {
        tracing::warn!(
            target: "passkeys",
            rp_id,
            "`find_user` is used without `Passkeys::decoy_secret`: decoy credentials of unknown users \
             change when the process restarts and differ between instances, which discloses who has \
             an account. Call `.decoy_secret(secret)?` with 32 random bytes or more, the same for \
             every instance, or `.empty_allow_credentials()`.",
        );
    }
    if ceremonies.timing_floor == Duration::ZERO {
        tracing::warn!(
            target: "passkeys",
            rp_id,
            "`timing_floor` is zero, which suits tests only: the time of responses discloses who has an account. \
             Leave it out; the default is 20 ms",
        );
    }
    let pages = ceremonies.config.accepted_origins();
    for page in pages.chain(ceremonies.config.top_origins()) {
        if origin::host(page).is_some_and(|host| origin::is_loopback(&host)) {
            tracing::warn!(
                target: "passkeys",
                rp_id,
                origin = page,
                "a page of the machine of its user may use the passkeys of this site, which suits development \
                 only: remove it from the configuration",
            );
        }
    }
}

/// Returns the elements, if there are any.
fn some<'a>(elements: impl Iterator<Item = &'a str>) -> Option<Vec<&'a str>> {
    let elements: Vec<_> = elements.collect();
    (!elements.is_empty()).then_some(elements)
}

fn names(names: &[(&'static str, bool)]) -> String {
    let on = names.iter().filter(|(_, on)| *on).map(|(name, _)| *name);
    on.collect::<Vec<_>>().join(" ")
}

/// Returns the optional hooks, and whether the application has them.
fn hooks<A: RelyingParty>() -> [(&'static str, bool); 5] {
    [
        ("sign_up", A::SIGN_UP),
        ("find_user", A::FIND_USER),
        ("second_factor_user", A::SECOND_FACTOR),
        ("on_removed", A::ON_REMOVED),
        ("relying_party", A::RELYING_PARTY),
    ]
}

/// Returns the Cargo features that change what is served or verified, and whether they are on.
fn features() -> [(&'static str, bool); 7] {
    [
        ("aws-lc-rs", cfg!(feature = "aws-lc-rs")),
        ("ring", cfg!(feature = "ring")),
        ("rustcrypto", cfg!(feature = "rustcrypto")),
        ("attestation", cfg!(feature = "attestation")),
        ("client", cfg!(feature = "client")),
        ("elements", cfg!(feature = "elements")),
        (
            "inspector",
            cfg!(all(feature = "inspector", debug_assertions)),
        ),
    ]
}
