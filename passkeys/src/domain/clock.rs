use time::OffsetDateTime;

/// Where the library reads the time: expiry of ceremonies, `created_at`, `last_used_at`.
///
/// Applications use the default, [`SystemClock`]; tests pass their own to
/// [`Passkeys::clock`](crate::Passkeys::clock).
pub trait Clock: Send + Sync + 'static {
    /// The current time.
    fn now(&self) -> OffsetDateTime;
}

/// The operating system's clock.
#[derive(Clone, Copy, Debug, Default)]
#[expect(
    clippy::exhaustive_structs,
    reason = "it is written as a value, and has nothing to hold"
)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }
}
