//! Results of extensions that are secrets of the page.

use crate::{
    Error,
    audit::{Failed, Reason},
};

/// Returns the reason and the error of a request that finishes a ceremony and has results of the
/// extension `prf`.
///
/// Pages derive keys from them that the server must not have. Once it has received them, it may have
/// logged them on the way here: rejecting every such request makes the page's developer notice. The error
/// depends on no user.
#[cold]
pub(super) fn reject() -> (Failed, Error) {
    let failed = Reason::PrfResults.because(format_args!(
        "`credential.clientExtensionResults.prf` has `results`, from which the page derives keys, and which must \
         not leave it (they are not logged): run the ceremony with `extensions.js` of the browser module, which \
         removes them, or remove `prf.results` from what `credential.toJSON()` returns"
    ));
    let message = "`credential.clientExtensionResults.prf.results` is a secret of the page; remove it from the \
                   request.";
    (failed, Error::InvalidRequest(message.into()))
}
