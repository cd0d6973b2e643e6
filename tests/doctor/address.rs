//! Redirects, `http`, `www` and IP addresses.

use axum::{
    Router,
    http::StatusCode,
    response::{Html, IntoResponse as _, Redirect},
};
use passkeys_doctor::{Options, examine};

use super::site::{
    Site, a_page, assert_error, assert_healthy, assert_not_found, assert_note, assert_ok,
    assert_warning, router, serve, to,
};

fn pages() -> Router {
    Router::new().fallback(|| async { Html("<!doctype html>") })
}

#[tokio::test]
async fn healthy_site_has_no_errors_and_no_warnings() {
    let report = Site::healthy()
        .examine_with(|options| options.rp_id("example.com"))
        .await;
    assert_healthy(&report);
    for id in [
        "certificate",
        "http_redirects",
        "permissions_policy",
        "csp",
        "hsts",
        "begin",
        "client",
        "cors",
        "rp_id",
        "related_origins",
        "endpoints",
        "android",
        "apple",
    ] {
        assert_ok(&report, id);
    }
    assert_eq!(report.rp_id, "example.com");
    assert_eq!(
        report.routes.as_deref(),
        Some("https://example.com/auth/passkeys")
    );
}

#[tokio::test]
async fn plain_http_that_serves_the_page_is_a_warning() {
    let report = Site::healthy().plain(Some(pages())).examine().await;
    assert_warning(&report, "http_not_redirected", "status 308");
}

#[tokio::test]
async fn plain_http_that_leads_to_another_site_is_a_warning() {
    let elsewhere = || async { Redirect::permanent("https://parking.example/") };
    let plain = Router::new().fallback(elsewhere);
    let report = Site::healthy().plain(Some(plain)).examine().await;
    assert_warning(&report, "http_redirects_elsewhere", "parking.example");
}

#[tokio::test]
async fn closed_port_80_is_fine() {
    assert_healthy(&Site::healthy().plain(None).examine().await);
}

#[tokio::test]
async fn page_that_redirects_to_www_is_another_origin() {
    let site = Site::healthy().respond("/", || {
        Redirect::permanent("https://www.example.com/").into_response()
    });
    let report = site.other("www.example.com", router()).examine().await;
    assert_warning(
        &report,
        "page_redirects",
        "`origins` must have \"https://www.example.com\"",
    );
}

#[tokio::test]
async fn redirect_within_the_origin_is_fine() {
    let site = Site::healthy().respond("/", || Redirect::to("/account").into_response());
    assert_healthy(&site.examine().await);
}

#[tokio::test]
async fn redirect_from_https_to_http_is_an_error() {
    let site = Site::healthy().respond("/", || {
        Redirect::to("http://example.com/login").into_response()
    });
    let report = site.plain(Some(pages())).examine().await;
    assert_error(&report, "page_redirects_to_http", "X-Forwarded-Proto");
    assert_error(&report, "page_not_secure", "`https` pages only");
}

#[tokio::test]
async fn redirects_in_circles_and_to_nowhere_are_errors() {
    for target in [
        || Redirect::to("/").into_response(),
        || Redirect::to("https://").into_response(),
    ] {
        let report = Site::healthy().respond("/", target).examine().await;
        assert_error(&report, "page_redirects_endlessly", "redirects");
    }
}

#[tokio::test]
async fn page_at_two_origins_is_a_warning() {
    let report = Site::healthy()
        .other("www.example.com", router())
        .examine()
        .await;
    assert_warning(
        &report,
        "page_at_two_origins",
        "\"https://www.example.com\"",
    );
}

#[tokio::test]
async fn www_that_redirects_to_the_page_is_fine() {
    let redirect = || async { Redirect::permanent("https://example.com/") };
    let site = Site::healthy().other("www.example.com", Router::new().fallback(redirect));
    assert_healthy(&site.examine().await);
}

#[tokio::test]
async fn page_that_does_not_exist_is_noted() {
    let report = Site::healthy()
        .respond("/", || (StatusCode::NOT_FOUND, a_page()).into_response())
        .examine()
        .await;
    assert_note(&report, "page_status", "404");
}

#[tokio::test]
async fn page_on_this_computer_needs_no_tls() {
    let passkeys = local::router();
    let address = serve(passkeys).await;
    let url = format!("http://localhost:{}/", address.port());
    let report = examine(&Options::new(&url).unwrap()).await.unwrap();
    assert_healthy(&report);
    assert_eq!(report.rp_id, "localhost");
}

#[tokio::test]
async fn page_on_an_ip_address_is_an_error_that_names_localhost() {
    let address = serve(local::router()).await;
    let report = examine(&Options::new(&format!("http://{address}/")).unwrap())
        .await
        .unwrap();
    let says = format!("`http://localhost:{}`", address.port());
    assert_error(&report, "page_on_ip_address", &says);
}

#[tokio::test]
async fn page_without_tls_elsewhere_is_an_error() {
    let address = serve(router()).await;
    let options = Options::new("http://intranet.example.com/").unwrap();
    let options = options
        .connect_to(to(format!("intranet.example.com:80:{address}")))
        .connect_to(to(format!("example.com:443:{address}")));
    let report = examine(&options).await.unwrap();
    assert_error(&report, "page_not_secure", "TLS");
    assert_not_found(&report, "hsts_missing");
}

#[tokio::test]
async fn site_that_does_not_respond_cannot_be_examined() {
    let running = Site::healthy().start().await;
    let nowhere = running
        .connect_to
        .iter()
        .find(|it| it.starts_with("partner.net:443"));
    let options = Options::new("https://partner.net/")
        .unwrap()
        .connect_to(to(nowhere.unwrap().clone()));
    let error = examine(&options).await.unwrap_err().to_string();
    assert!(
        error.contains("cannot be reached") && error.contains("check that the server runs"),
        "{error}"
    );

    // TLS is expected, and there is none.
    let address = serve(router()).await;
    let options = Options::new(&format!("https://localhost:{}/", address.port())).unwrap();
    let error = examine(&options).await.unwrap_err().to_string();
    assert!(error.contains("write `http://`"), "{error}");
}

#[tokio::test]
async fn server_that_never_responds_is_given_up() {
    let hangs = Router::new().fallback(std::future::pending::<()>);
    let address = serve(hangs).await;
    let options = Options::new(&format!("http://localhost:{}/", address.port())).unwrap();
    let options = options.timeout(std::time::Duration::from_millis(200));
    let error = examine(&options).await.unwrap_err().to_string();
    assert!(error.contains("no response within"), "{error}");
}

#[tokio::test]
async fn endless_response_is_read_up_to_a_bound() {
    let endless = Router::new().fallback(|| async { axum::body::Body::new(Endless) });
    let address = serve(endless).await;
    let options = Options::new(&format!("http://localhost:{}/", address.port())).unwrap();
    let report = examine(&options).await.unwrap();
    assert_error(&report, "routes_not_found", "--mount");
}

/// A body that never ends.
struct Endless;

impl axum::body::HttpBody for Endless {
    type Data = axum::body::Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<hyper::body::Frame<Self::Data>, Self::Error>>> {
        let block = axum::body::Bytes::from_static(&[b' '; 8192]);
        std::task::Poll::Ready(Some(Ok(hyper::body::Frame::data(block))))
    }
}

mod local {
    use axum::{Router, response::Html, routing::get};
    use passkeys::{
        AuthenticationResult, PasskeyUser, Passkeys, passkeys, store::MemoryRepository,
    };

    #[derive(Clone)]
    struct App;

    #[passkeys(rp_id = "localhost", origins = ["http://localhost:3000"])]
    impl App {
        type Repository = MemoryRepository;

        async fn get_user(&self) -> Result<PasskeyUser, axum::http::StatusCode> {
            Err(axum::http::StatusCode::UNAUTHORIZED)
        }

        async fn on_authenticated(&self, _: AuthenticationResult) {}
    }

    pub(super) fn router() -> Router {
        let passkeys = Passkeys::new(App, MemoryRepository::default());
        Router::new()
            .route("/", get(|| async { Html("<!doctype html>") }))
            .nest("/auth/passkeys", passkeys.router())
    }
}
