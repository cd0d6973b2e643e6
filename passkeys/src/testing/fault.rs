/// Fault of an authenticator or a browser, which otherwise behaves correctly.
///
/// See [`Authenticator::with_fault`](super::Authenticator::with_fault).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// `type` in the client data is that of the other ceremony.
    WrongType,
    /// `challenge` in the client data is a random one.
    WrongChallenge,
    /// `origin` in the client data is this one, as on a phishing page.
    Origin(String),
    /// `crossOrigin` in the client data is `true`: the page was in a frame of another site.
    CrossOrigin,
    /// The authenticator data is for this RP ID.
    RpId(String),
    /// The user presence flag is not set.
    UserNotPresent,
    /// The user verification flag is not set.
    UserNotVerified,
    /// The backup state flag is set although the passkey is not backup-eligible.
    BackedUpIneligible,
    /// The backup eligibility flag is the opposite of that at registration.
    BackupEligibilityChanged,
    /// The signature counter is this, whatever it was before.
    SignCount(u32),
    /// The user handle is this, or missing.
    UserHandle(Option<Vec<u8>>),
    /// The signature is over other data.
    BrokenSignature,
    /// The authenticator data is one byte longer than its flags announce.
    TrailingByte,
    /// `rawId` differs from `id`.
    OtherId,
    /// The credential ID is this, at registration.
    CredentialId(Vec<u8>),
    /// The public key claims this COSE algorithm, at registration.
    Algorithm(i32),
    /// The page sends results of the extension `prf`, which are its secrets.
    PrfResults,
    /// The authenticator has no extensions: neither `prf` nor large blobs, at registration.
    NoExtensions,
}
