//! Rate limits per client address, with a limit of its own for each kind of route.
//!
//! ```sh
//! cargo run -p rate_limit
//! ```

mod limits;

use std::net::{Ipv4Addr, SocketAddr};

use axum::{
    Json, Router,
    http::{HeaderMap, StatusCode},
};
use passkeys::{
    AuthenticationResult, PasskeyUser, Passkeys, passkeys,
    store::{MemoryChallenges, MemoryRepository},
};
use tokio::net::TcpListener;

#[derive(Clone)]
struct App;

#[passkeys(rp_id = "localhost", rp_name = "Rate limits", origins = ["http://localhost:3000"])]
impl App {
    type Repository = MemoryRepository;

    async fn get_user(&self, headers: HeaderMap) -> Result<PasskeyUser, StatusCode> {
        let _session = headers.get("cookie").ok_or(StatusCode::UNAUTHORIZED)?;
        Ok(PasskeyUser::new("user-1", "ada@example.com", "Ada"))
    }

    async fn on_authenticated(&self, login: AuthenticationResult) -> Json<String> {
        Json(format!("hello, {}", login.user_id()))
    }
}

fn router() -> Router {
    // Enough for 300 addresses that use up their limit while a challenge lasts (ten minutes).
    let challenges = MemoryChallenges::with_capacity(300 * 1260);
    let passkeys = Passkeys::new(App, MemoryRepository::default()).challenges(challenges);
    Router::new().nest("/auth/passkeys", limits::limited(&passkeys.router()))
}

async fn serve(listener: TcpListener) -> std::io::Result<()> {
    // Makes the client addresses available to the limits.
    let service = router().into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).await
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    tracing_subscriber::fmt::init();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 3000)).await?;
    println!("Listening on {}", listener.local_addr()?);
    serve(listener).await
}

#[cfg(test)]
mod tests {
    use axum::{
        Extension,
        extract::ConnectInfo,
        http::{StatusCode, header::RETRY_AFTER},
    };
    use passkeys::testing::{Browser, Response};
    use serde_json::json;
    use tokio::net::TcpListener;

    use super::{Router, SocketAddr, router, serve};

    const BEGIN: &str = "/auth/passkeys/authenticate/begin";
    const FINISH: &str = "/auth/passkeys/authenticate/finish";
    const STEP_UP: &str = "/auth/passkeys/step-up/begin";
    const MANAGE: &str = "/auth/passkeys/credentials";

    /// Returns a browser that connects from this address.
    fn browser(router: &Router, address: &str) -> Browser {
        let peer: SocketAddr = address.parse().unwrap();
        let router = router.clone().layer(Extension(ConnectInfo(peer)));
        Browser::new(router, "http://localhost:3000")
    }

    /// Sends requests until one is limited. Returns the number before it and its response.
    async fn exhaust(browser: &mut Browser, path: &str) -> (usize, Response) {
        for number in 0..1000 {
            let answer = browser.post(path, &json!({})).await;
            if answer.status == StatusCode::TOO_MANY_REQUESTS {
                return (number, answer);
            }
        }
        panic!("{path} is not limited");
    }

    #[tokio::test]
    async fn limited_request_gets_429_with_retry_after() {
        let (begun, refusal) = exhaust(&mut browser(&router(), "192.0.2.1:1000"), BEGIN).await;
        assert!(begun >= 60, "{begun} is too few for an office");
        let seconds = refusal.headers[RETRY_AFTER].to_str().unwrap().parse();
        assert!((1..=60).contains(&seconds.unwrap()));
        assert_eq!(refusal.headers["content-type"], "application/json");
        assert_eq!(refusal.headers["cache-control"], "no-store");
        refusal.assert_error("too_many_requests");
    }

    #[tokio::test]
    async fn limit_of_one_address_does_not_affect_others() {
        let router = router();
        exhaust(&mut browser(&router, "192.0.2.1:1000"), BEGIN).await;
        let mut other = browser(&router, "192.0.2.2:1000");
        other.post(BEGIN, &json!({})).await.assert_ok();
    }

    #[tokio::test]
    async fn begin_finish_and_management_routes_have_separate_limits() {
        let router = router();
        let mut browser = browser(&router, "192.0.2.1:1000");
        exhaust(&mut browser, BEGIN).await;
        let (finished, _) = exhaust(&mut browser, FINISH).await;
        assert!(finished >= 20, "{finished}");
        let answer = browser.get(MANAGE).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "not limited yet");
        exhaust(&mut browser, MANAGE).await;
    }

    #[tokio::test]
    async fn step_up_begin_shares_the_limit_of_the_other_begin_routes() {
        let router = router();
        let mut browser = browser(&router, "192.0.2.1:1000");
        exhaust(&mut browser, STEP_UP).await;
        for begin in ["authenticate/begin", "register/begin", "sign-up/begin"] {
            let begin = &format!("/auth/passkeys/{begin}");
            let answer = browser.post(begin, &json!({})).await;
            assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{begin}");
        }
        let answer = browser.get(MANAGE).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "not limited yet");
    }

    #[tokio::test]
    async fn ipv6_addresses_of_one_64_bit_network_share_a_limit() {
        let router = router();
        exhaust(&mut browser(&router, "[2001:db8::1]:1000"), BEGIN).await;
        let mut neighbour = browser(&router, "[2001:db8::ffff:0:0:2]:1000");
        let answer = neighbour.post(BEGIN, &json!({})).await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
        let mut next_door = browser(&router, "[2001:db8:0:1::1]:1000");
        next_door.post(BEGIN, &json!({})).await.assert_ok();
    }

    #[tokio::test]
    async fn server_passes_client_addresses_to_the_limits() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(serve(listener));
        exhaust(&mut Browser::connect(url, "http://localhost:3000"), BEGIN).await;
    }
}
