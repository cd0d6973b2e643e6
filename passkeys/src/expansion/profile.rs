//! Names of profiles, checked by the compiler.

use crate::relying_party::RelyingParty;

/// Returns the name of a profile in the attribute of an application. A name that is not there does not
/// compile.
///
/// For [`Registration::profile`](crate::ceremony::Registration::profile) and its like, which take any
/// name, since a [`Config`](crate::Config) that is made at run time may have other profiles.
///
/// ```
/// # use passkeys::{AuthenticationResult, Passkeys, PasskeyUser, passkeys, store::MemoryRepository};
/// # #[derive(Clone)]
/// # struct App;
/// #[passkeys(
///     rp_id = "example.com",
///     origins = ["https://example.com"],
///     profiles(security_key(hints = ["security-key"])),
/// )]
/// impl App {
///     type Repository = MemoryRepository;
///     // ..
/// #   async fn get_user(&self) -> PasskeyUser { PasskeyUser::new("1", "ada", "Ada") }
/// #   async fn on_authenticated(&self, login: AuthenticationResult) -> String { String::new() }
/// }
///
/// # fn main() -> Result<(), passkeys::Error> {
/// let passkeys = Passkeys::new(App, MemoryRepository::default());
/// let registration = passkeys.registration().profile(passkeys::profile!(App, security_key))?;
/// # drop(registration);
/// # Ok(())
/// # }
/// ```
///
/// ```compile_fail
/// # use passkeys::{AuthenticationResult, PasskeyUser, passkeys, store::MemoryRepository};
/// # #[derive(Clone)]
/// # struct App;
/// # #[passkeys(
/// #     rp_id = "example.com",
/// #     origins = ["https://example.com"],
/// #     profiles(security_key(hints = ["security-key"])),
/// # )]
/// # impl App {
/// #     type Repository = MemoryRepository;
/// #     async fn get_user(&self) -> PasskeyUser { PasskeyUser::new("1", "ada", "Ada") }
/// #     async fn on_authenticated(&self, login: AuthenticationResult) -> String { String::new() }
/// # }
/// let misspelt = passkeys::profile!(App, securty_key);
/// ```
#[macro_export]
macro_rules! profile {
    ($app:ty, $name:ident $(,)?) => {{
        // An item, which `cargo check` evaluates, too.
        const _: () = $crate::__private_0_1_0::check_profile::<$app>(
            ::core::stringify!($name),
            ::core::concat!(
                "the attribute of `",
                ::core::stringify!($app),
                "` has no profile `",
                ::core::stringify!($name),
                "`; add it to `profiles(..)`, or write the name of another one",
            ),
        );
        ::core::stringify!($name)
    }};
}

/// Checks that the attribute of the application has a profile of this name.
///
/// # Panics
///
/// With the message, if it has none: in a constant, that is a compile error.
#[track_caller]
pub const fn check_profile<A: RelyingParty>(name: &str, message: &'static str) {
    let mut index = 0;
    while index < A::PROFILES.len() {
        if is_same(A::PROFILES[index].as_bytes(), name.as_bytes()) {
            return;
        }
        index += 1;
    }
    panic!("{}", message);
}

const fn is_same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let mut index = 0;
    while index < one.len() {
        if one[index] != other[index] {
            return false;
        }
        index += 1;
    }
    true
}
