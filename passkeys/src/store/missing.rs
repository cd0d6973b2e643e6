/// Reason why a challenge store has no ceremony for a `state`, as far as it can tell: for the audit trail.
///
/// Clients get the same error for all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Missing {
    /// The store cannot tell: it expired, was taken, was put into another store, or never existed.
    Unknown,
    /// The ceremony was put into this store, and has expired.
    Expired,
    /// The ceremony was put into this store, and was taken.
    Taken,
    /// The ceremony was put into this store, has not expired, and is gone: another one took its place, or it
    /// was taken.
    Dropped,
    /// The ceremony was put into another store of this process.
    OtherStore,
    /// The ceremony was put into the store of another process, or of this one before a restart; or the
    /// client has made the `state` up.
    OtherProcess,
}
