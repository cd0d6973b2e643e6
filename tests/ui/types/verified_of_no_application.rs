use axum::{Router, routing::post};
use passkeys::Verified;

/// Nobody said which passkeys it has.
#[derive(Clone)]
struct App;

async fn close_account(_: Verified<App>) {}

fn main() {
    let _: Router = Router::new().route("/account", post(close_account));
}
