//! Verification of authenticator responses: the steps of
//! [Level 3, §7](https://www.w3.org/TR/webauthn-3/#sctn-rp-operations) that need no storage.
//!
//! [`registration`] is §7.1 and [`assertion`] is §7.2, each readable beside the specification.
//! Signatures are verified by a provider in [`crypto`]. Attestation that was asked for is verified in
//! `attestation` (feature `attestation`), with a file for each statement format of §8.
//!
//! Every check that fails has a [`Refusal`] of its own. Callers translate it: clients get an opaque
//! error, the audit trail gets the reason.

mod algorithm;
mod assertion;
#[cfg(feature = "attestation")]
pub mod attestation;
mod attestation_object;
pub(crate) mod authenticator_data;
mod cbor;
mod client_data;
mod crypto;
mod curve;
mod ed25519;
#[cfg(all(feature = "inspector", debug_assertions))]
pub(crate) mod parts;
mod public_key;
mod refusal;
mod registration;
pub(crate) mod rp_id;
mod unsolicited;
mod verifier;

pub(crate) use assertion::Asserted;
#[cfg(feature = "testing")]
pub(crate) use crypto::verify_with_all;
pub(crate) use refusal::{Refusal, RefusalKind};
pub(crate) use registration::{Asked, Attested};
pub(crate) use verifier::Verifier;
