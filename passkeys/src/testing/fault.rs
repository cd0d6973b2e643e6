/// One thing that an authenticator or a browser does wrong, and everything else right.
///
/// See [`Authenticator::with_fault`](super::Authenticator::with_fault).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The client data's `type` is that of the other ceremony.
    WrongType,
    /// The challenge is another one.
    WrongChallenge,
    /// The page's origin is this one.
    Origin(String),
    /// The page was shown in another site's frame.
    CrossOrigin,
    /// The authenticator data is for this RP ID.
    RpId(String),
    /// Nobody was present.
    UserNotPresent,
    /// The person was not verified.
    UserNotVerified,
    /// The passkey is backed up and not eligible for it.
    BackedUpIneligible,
    /// Backup eligibility is the opposite of what it was at registration.
    BackupEligibilityChanged,
    /// The counter is this, whatever it was before.
    SignCount(u32),
    /// The user handle is this, or missing.
    UserHandle(Option<Vec<u8>>),
    /// The signature is over other data.
    BrokenSignature,
    /// The authenticator data has a byte more than its flags announce.
    TrailingByte,
    /// `id` and `rawId` are not the same.
    OtherId,
    /// The credential id is this, at registration.
    CredentialId(Vec<u8>),
    /// The key says that it is for this COSE algorithm, at registration.
    Algorithm(i32),
}
