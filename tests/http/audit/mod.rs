//! The audit trail: its events, the log, and sinks that fail.

mod details;
mod log;
mod outcomes;
mod sinks;

use axum::Router;
use passkeys::testing::Browser;
use passkeys_test_support::World;

/// Returns a browser in which this user is signed in.
fn browser(world: &World, user: &str) -> Browser {
    let router = Router::new().nest("/auth/passkeys", world.passkeys.router());
    Browser::new(router, "https://example.com").with_header("x-user", user)
}
