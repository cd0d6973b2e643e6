//! Compound attestation
//! ([Level 3, §8.9](https://www.w3.org/TR/webauthn-3/#sctn-compound-attestation)): several statements about
//! one passkey.
//!
//! The specification leaves it to the relying party which of them must verify. Here all must: a statement
//! that does not is a sign of a fault or of an attack.

use super::{
    invalid::Invalid,
    statement::{Model, Proof, Subject},
    verified::AttestationType,
};
use crate::verify::attestation_object::Statement;

/// Maximum number of statements.
const MAX_STATEMENTS: usize = 4;

/// Verifies a statement, whose components are verified by `verify`.
pub(super) fn verify(
    statement: Statement<'_, '_>,
    subject: Subject<'_>,
    verify: impl Fn(&str, Statement<'_, '_>, Subject<'_>) -> Result<Proof, Invalid>,
) -> Result<Proof, Invalid> {
    let components = statement
        .components()
        .ok_or("it is not an array of statements with `fmt` and `attStmt`")?;
    let count = components.len();
    if !(2..=MAX_STATEMENTS).contains(&count) {
        return Err(Invalid::from(format!(
            "it has {count} statements, and may have 2 to {MAX_STATEMENTS}"
        )));
    }
    let components: Vec<Proof> = components
        .into_iter()
        .map(|(format, statement)| {
            // A compound statement in a compound statement is not allowed, and `none` says nothing.
            let proof = match format {
                "compound" | "none" => {
                    Err(Invalid::from("its format may not be in a compound one"))
                }
                format => verify(format, statement, subject),
            };
            proof.map_err(|Invalid(what)| Invalid(format!("one of its statements: {what}").into()))
        })
        .collect::<Result<_, _>>()?;
    Ok(Proof {
        format: "compound",
        // Those of the components count.
        attestation_type: AttestationType::SelfAttestation,
        path: Vec::new(),
        model: Model::Unsigned,
        key_storage: None,
        components,
    })
}
