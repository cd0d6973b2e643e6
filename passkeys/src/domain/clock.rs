use time::OffsetDateTime;

/// Source of the current time, for the expiry of ceremonies, `created_at` and `last_used_at`.
///
/// The default is [`SystemClock`]. Tests can replace it with
/// [`Passkeys::clock`](crate::Passkeys::clock), for example by a clock that stands still:
///
/// ```
/// use passkeys::{Clock, time::OffsetDateTime};
///
/// struct FrozenClock(OffsetDateTime);
///
/// impl Clock for FrozenClock {
///     fn now(&self) -> OffsetDateTime {
///         self.0
///     }
/// }
/// ```
pub trait Clock: Send + Sync + 'static {
    /// Returns the current time.
    fn now(&self) -> OffsetDateTime;
}

/// Clock of the operating system. The default [`Clock`].
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
