//! The example `minimal`.

use axum::Router;
use tokio::net::TcpListener;

use crate::{
    pictures::pictures,
    support::{Authenticator, Kind, Reach, Site, in_browser_at},
};

#[path = "../../examples/minimal/main.rs"]
#[expect(
    dead_code,
    reason = "`main` listens on a fixed port; the test on a free one"
)]
mod example;

const ORIGIN: &str = "http://localhost:3000";

/// The example on a free port, which the browser reaches under the origin that it is written for.
struct Minimal {
    reach: Reach,
}

impl Minimal {
    async fn start(router: Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async { axum::serve(listener, router).await });
        let reach = Reach::origin(ORIGIN, address);
        Self { reach }
    }
}

impl Site for Minimal {
    fn origin(&self) -> &'static str {
        ORIGIN
    }

    fn reach(&self) -> Reach {
        self.reach.clone()
    }
}

#[test]
fn minimal_example_signs_up_and_in() {
    in_browser_at(
        async |_| Minimal::start(example::router()).await,
        async |visit| {
            let mut laptop = Authenticator::new(Kind::Laptop);
            laptop.plug_in(&visit.browser).await;
            visit.go_to(ORIGIN).await;
            pictures(visit, "minimal-1-welcome").await;
            visit.fill("Your name", "Ada Lovelace").await;
            visit.press("Create an account").await;
            visit.sees("Account created for Ada Lovelace.").await;
            visit.press("Sign in with a passkey").await;
            visit.sees("Hello, Ada Lovelace").await;
            pictures(visit, "minimal-2-signed-in").await;
        },
    );
}

#[test]
fn minimal_example_reports_why_a_sign_in_fails() {
    in_browser_at(
        async |_| Minimal::start(example::router()).await,
        async |visit| {
            let mut laptop = Authenticator::new(Kind::Laptop);
            laptop.plug_in(&visit.browser).await;
            visit.go_to(ORIGIN).await;
            visit.press("Sign in with a passkey").await;
            visit.sees("this device has no passkey for this site").await;
        },
    );
}

#[test]
fn minimal_example_has_fewer_than_60_lines() {
    let lines = include_str!("../../examples/minimal/main.rs")
        .lines()
        .count();
    assert!(lines < 60, "{lines}");
}
