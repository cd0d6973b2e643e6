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
            ::core::stringify!($app),
        );
        // For rust-analyzer: the name refers to its place in the attribute.
        $crate::__private_0_1_0::in_editors_only! {
            #[cfg(rust_analyzer)]
            const _: $crate::__private_0_1_0::attribute::Profile =
                <<$app as $crate::__private_0_1_0::attribute::HasProfiles>::Profiles>::$name;
        }
        ::core::stringify!($name)
    }};
    ($app:ty, $name:literal $(,)?) => {
        ::core::compile_error!(::core::concat!(
            "write the name of the profile without quotes, not ",
            ::core::stringify!($name)
        ))
    };
}

/// Checks that the attribute of the application has a profile of this name.
///
/// # Panics
///
/// With the message, if it has none: in a constant, that is a compile error.
#[track_caller]
pub const fn check_profile<A: RelyingParty>(name: &str, app: &str) {
    let profiles = A::PROFILES;
    let mut nearest: Option<&str> = None;
    let mut least = 3;
    let mut index = 0;
    while index < profiles.len() {
        let distance = distance(profiles[index].as_bytes(), name.as_bytes());
        if distance == 0 {
            return;
        }
        if distance < least {
            least = distance;
            nearest = Some(profiles[index]);
        }
        index += 1;
    }
    let mut message = Message::new()
        .with("the attribute of `")
        .with(app)
        .with("` has no profile `")
        .with(name);
    message = match nearest {
        Some(nearest) => message.with("`; did you mean `").with(nearest).with("`?"),
        None if profiles.is_empty() => message.with("`, nor any other: add it to `profiles(..)`"),
        None => {
            message = message.with("`; add it to `profiles(..)`, or write one that is there: `");
            message = message.with(profiles[0]);
            let mut index = 1;
            while index < profiles.len() {
                message = message.with("`, `").with(profiles[index]);
                index += 1;
            }
            message.with("`")
        }
    };
    panic!("{}", message.as_str());
}

/// Text that is made while the program is compiled, of at most 512 bytes.
struct Message {
    bytes: [u8; 512],
    length: usize,
}

impl Message {
    const fn new() -> Self {
        Self {
            bytes: [0; 512],
            length: 0,
        }
    }

    const fn with(mut self, text: &str) -> Self {
        let text = text.as_bytes();
        // The names of types and profiles may be longer than any message; a part of one is left out
        // as a whole, so that no character is cut.
        if text.len() > self.bytes.len() - self.length {
            return self;
        }
        let mut index = 0;
        while index < text.len() {
            self.bytes[self.length] = text[index];
            self.length += 1;
            index += 1;
        }
        self
    }

    const fn as_str(&self) -> &str {
        match str::from_utf8(self.bytes.split_at(self.length).0) {
            Ok(text) => text,
            Err(_) => "the attribute has no such profile",
        }
    }
}

/// Returns the number of bytes to insert, delete or replace to make one text of another, as far as both
/// have at most 63 bytes; of longer ones, whether they are the same.
const fn distance(one: &[u8], other: &[u8]) -> usize {
    const LONGEST: usize = 64;
    if one.len() >= LONGEST || other.len() >= LONGEST {
        return if is_same(one, other) { 0 } else { usize::MAX };
    }
    let mut row = [0; LONGEST];
    let mut column = 0;
    while column <= other.len() {
        row[column] = column;
        column += 1;
    }
    let mut line = 1;
    while line <= one.len() {
        let mut diagonal = row[0];
        row[0] = line;
        let mut column = 1;
        while column <= other.len() {
            let replaced = diagonal + (one[line - 1] != other[column - 1]) as usize;
            diagonal = row[column];
            row[column] = least(replaced, least(row[column], row[column - 1]) + 1);
            column += 1;
        }
        line += 1;
    }
    row[other.len()]
}

const fn least(one: usize, other: usize) -> usize {
    if one < other { one } else { other }
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

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn distance_between_names_counts_changed_bytes() {
        for (one, other, expected) in [
            ("", "", 0),
            ("", "key", 3),
            ("key", "", 3),
            ("security_key", "security_key", 0),
            ("securty_key", "security_key", 1),
            ("kye", "key", 2),
            ("strict", "phone", 6),
        ] {
            let distance = distance(one.as_bytes(), other.as_bytes());
            assert_eq!(distance, expected, "{one} {other}");
        }
        let long = [b'a'; 64];
        assert_eq!(distance(&long, &long), 0);
        assert_eq!(distance(&long, b"a"), usize::MAX);
    }
}
