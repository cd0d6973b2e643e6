//! The audit trail: what it is told, what the log says, and what a sink can do to a sign-in (nothing).

mod log;
mod outcomes;
mod sinks;

use axum::Router;
use passkeys::testing::Browser;
use passkeys_test_support::World;

/// Somebody's browser, on the site of this world.
fn browser(world: &World, user: &str) -> Browser {
    let router = Router::new().nest("/auth/passkeys", world.passkeys.router());
    Browser::new(router, "https://example.com").with_header("x-user", user)
}
