use axum::{Json, Router, routing::get};
use serde_json::json;

use crate::Config;

/// `/.well-known/webauthn`: the origins outside the RP ID that may use it
/// ([Level 3, §5.11](https://www.w3.org/TR/webauthn-3/#sctn-related-origins)).
pub(crate) fn well_known<S: Clone + Send + Sync + 'static>(config: &Config) -> Router<S> {
    let router = Router::new();
    let origins: Vec<_> = config.related_origins().map(str::to_owned).collect();
    if origins.is_empty() {
        return router;
    }
    let document = Json(json!({ "origins": origins }));
    router.route("/.well-known/webauthn", get(async move || document))
}
