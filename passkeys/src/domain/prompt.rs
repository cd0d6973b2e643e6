//! Prompts for passkeys in browsers, and how they end without one.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, Unexpected, Visitor},
};

/// Makes an enumeration whose JSON is a string.
macro_rules! words {
    ($(
        $(#[$meta:meta])*
        $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $word:literal,)+ }
    )+) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_meta])* $variant,)+
        }

        impl $name {
            /// Every value.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// Returns the name of the value on the wire, in the log and in metrics.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            /// Deserializes a string. The derived implementation takes an object in its place, too.
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Word;

                impl Visitor<'_> for Word {
                    type Value = $name;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str(concat!("one of", $(" `", $word, "`"),+))
                    }

                    fn visit_str<E: Error>(self, text: &str) -> Result<$name, E> {
                        match text {
                            $($word => Ok($name::$variant),)+
                            _ => Err(E::invalid_value(Unexpected::Str(text), &self)),
                        }
                    }
                }

                deserializer.deserialize_str(Word)
            }
        }
    )+};
}

words! {
    /// Ceremony that a prompt belongs to.
    PromptCeremony {
        /// Registration of a passkey, also by sign-up.
        Registration = "registration",
        /// Sign-in.
        Authentication = "authentication",
        /// Second factor of a sign-in.
        SecondFactor = "second_factor",
        /// Step-up.
        StepUp = "step_up",
    }

    /// Mediation of a prompt that the user has not asked for, or not for this one
    /// ([Credential Management](https://www.w3.org/TR/credential-management-1/#mediation-requirements)).
    Mediation {
        /// Conditional mediation: autofill, or creation without asking.
        Conditional = "conditional",
        /// Immediate mediation: a prompt only where a passkey is at hand.
        Immediate = "immediate",
    }

    /// Outcome of a prompt that has ended without a passkey, as `client.js` reports it with the key
    /// `prompt_outcomes`.
    ///
    /// Browsers do not distinguish a user who cancels from one who has no passkey, against user
    /// enumeration by the site; both are [`Cancelled`](Self::Cancelled).
    PromptOutcome {
        /// The user cancelled, or the browser found no passkey and ended the ceremony.
        Cancelled = "cancelled",
        /// The time of the prompt (`timeout`) was up.
        TimedOut = "timed_out",
        /// No passkey was at hand. Browsers tell this for [`Mediation::Immediate`] only.
        NoPasskey = "no_passkey",
        /// The device already has a passkey for this account.
        AlreadyRegistered = "already_registered",
        /// The browser or the device does not support what was asked for.
        NotSupported = "not_supported",
        /// The browser was still asking for a passkey, for another script of the page.
        Busy = "busy",
        /// The page's origin is not one that the passkeys are for.
        WrongOrigin = "wrong_origin",
        /// A permissions policy forbids passkeys on the page, or in its frame.
        NotAllowedHere = "not_allowed_here",
        /// The browser, or a password manager in it, rejects the options.
        InvalidOptions = "invalid_options",
        /// The browser or the authenticator failed.
        Failed = "failed",
        /// A password manager returned a credential that cannot be read.
        Unreadable = "unreadable",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Mediation, PromptCeremony, PromptOutcome};

    #[test]
    fn words_of_prompts_are_read_as_they_are_written_and_nothing_else_is() {
        for outcome in PromptOutcome::ALL {
            let json = format!("\"{outcome}\"");
            assert_eq!(serde_json::to_string(outcome).unwrap(), json);
            let read: PromptOutcome = serde_json::from_str(&json).unwrap();
            assert_eq!(read, *outcome);
        }
        for other in ["\"Cancelled\"", "\"\"", "{\"cancelled\":null}", "0", "null"] {
            assert!(
                serde_json::from_str::<PromptOutcome>(other).is_err(),
                "{other}"
            );
        }
    }

    #[test]
    fn words_of_prompts_are_distinct() {
        let words: Vec<_> = PromptOutcome::ALL.iter().map(|it| it.as_str()).collect();
        assert_eq!(words.iter().collect::<BTreeSet<_>>().len(), words.len());
        assert_eq!(PromptCeremony::ALL.len(), 4);
        assert_eq!(Mediation::ALL.len(), 2);
    }
}
