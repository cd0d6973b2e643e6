//! The pages, and what their forms do.

use askama::Template;
use axum::{
    Form, Router,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{Html, IntoResponse, Redirect, Response},
    routing::get,
};
use axum_login::{AuthUser as _, AuthnBackend as _};
use passkeys::{Passkeys, Verified, policy::Recent};
use serde::Deserialize;

use crate::{
    App,
    error::AppError,
    session,
    users::{AuthSession, Credentials},
};

/// Content security policy: styles, scripts and forms of the same origin; no frames.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

#[derive(Default, Template)]
#[template(path = "sign_in.html")]
struct SignInPage<'a> {
    email: &'a str,
    mistake: &'a str,
}

#[derive(Default, Template)]
#[template(path = "sign_up.html")]
struct SignUpPage<'a> {
    email: &'a str,
    mistake: &'a str,
}

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage<'a> {
    email: &'a str,
    mistake: &'a str,
    second_factor: bool,
    /// True if a passkey can be created without asking.
    upgrade: bool,
}

#[derive(Default, Template)]
#[template(path = "second_factor.html")]
struct SecondFactorPage<'a> {
    mistake: &'a str,
}

pub(crate) async fn account(auth: AuthSession) -> Result<Response, AppError> {
    let Some(user) = auth.user else {
        return Ok(Redirect::to("/sign-in").into_response());
    };
    let page = AccountPage {
        email: &user.email,
        mistake: "",
        second_factor: user.second_factor,
        upgrade: session::upgrade(&auth.session).await?,
    };
    Ok(Html(page.render()?).into_response())
}

pub(crate) async fn sign_in_form() -> Result<Html<String>, AppError> {
    Ok(Html(SignInPage::default().render()?))
}

#[derive(Deserialize)]
pub(crate) struct SignIn {
    email: String,
    password: String,
    /// A check box: there if it is ticked.
    keep: Option<String>,
}

pub(crate) async fn sign_in(
    mut auth: AuthSession,
    Form(form): Form<SignIn>,
) -> Result<Response, AppError> {
    let email = form.email.clone();
    let (password, keep) = (form.password, form.keep.is_some());
    let typed = Credentials { email, password };
    let Some(user) = auth.authenticate(typed).await? else {
        let page = SignInPage {
            email: &form.email,
            mistake: "The e-mail address or the password is wrong.",
        };
        return Ok((StatusCode::UNAUTHORIZED, Html(page.render()?)).into_response());
    };
    if user.second_factor {
        session::pass_first_factor(&mut auth, &user, keep).await?;
        return Ok(Redirect::to("/second-factor").into_response());
    }
    session::sign_in(&mut auth, &user, keep, None).await?;
    Ok(Redirect::to("/").into_response())
}

pub(crate) async fn sign_up_form() -> Result<Html<String>, AppError> {
    Ok(Html(SignUpPage::default().render()?))
}

/// Creates an account. That an address is taken is said here, which allows user enumeration: an
/// application that must not do so sends a mail to the address first.
pub(crate) async fn sign_up(
    State(app): State<App>,
    mut auth: AuthSession,
    Form(new): Form<Credentials>,
) -> Result<Response, AppError> {
    let email = new.email.clone();
    let created = match new.checked() {
        Ok(new) => app.users.create(new).await?.ok_or("This address is taken."),
        Err(mistake) => Err(mistake),
    };
    match created {
        Ok(user) => {
            session::sign_in(&mut auth, &user, false, None).await?;
            Ok(Redirect::to("/").into_response())
        }
        Err(mistake) => {
            let email = &email;
            let page = Html(SignUpPage { email, mistake }.render()?);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

pub(crate) async fn sign_out(mut auth: AuthSession) -> Result<Redirect, AppError> {
    auth.logout().await?;
    Ok(Redirect::to("/sign-in"))
}

/// Asks for the passkey after the password.
pub(crate) async fn second_factor() -> Result<Html<String>, AppError> {
    Ok(Html(SecondFactorPage::default().render()?))
}

/// Sets whether a passkey is asked for after the password: with a recent sign-in, or with consent by
/// passkey.
pub(crate) async fn set_second_factor(
    State(passkeys): State<Passkeys<App>>,
    Verified { user, body: on, .. }: Verified<App, bool, Recent<600>>,
) -> Result<StatusCode, AppError> {
    let id = user.id_as().or(Err(AppError::SignedOut))?;
    let own = passkeys.management().list(user.id()).await?;
    if on && own.iter().all(|passkey| passkey.suspended_at.is_some()) {
        return Err(AppError::NoPasskey);
    }
    let app = passkeys.app();
    app.users.set_second_factor(id, on).await?;
    let now = if on { "asks" } else { "does not ask" };
    let text = format!("Your account {now} for a passkey after your password from now on.");
    app.mailer.send(user.name(), &text);
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
pub(crate) struct Closing {
    password: String,
}

/// Closes the account, with the password once more.
pub(crate) async fn close_account(
    State(passkeys): State<Passkeys<App>>,
    mut auth: AuthSession,
    Form(form): Form<Closing>,
) -> Result<Response, AppError> {
    let Some(user) = auth.user.clone() else {
        return Ok(Redirect::to("/sign-in").into_response());
    };
    let app = passkeys.app();
    let (email, password) = (user.email.clone(), form.password);
    let typed = Credentials { email, password };
    if app.users.authenticate(typed).await?.is_none() {
        let page = AccountPage {
            email: &user.email,
            mistake: "The password is wrong.",
            second_factor: user.second_factor,
            upgrade: false,
        };
        return Ok((StatusCode::UNAUTHORIZED, Html(page.render()?)).into_response());
    }
    // To its end, although the client may hang up: nobody could sign in to try again.
    let worker = passkeys.clone();
    let close = async move {
        let app = worker.app();
        // From here on every session of the user is without a user.
        app.users.delete(&user).await?;
        // After the sessions, so that none of them adds another one.
        let management = worker.management();
        management.delete_all(&user.id().to_string()).await?;
        app.mailer.send(&user.email, "Your account is closed.");
        Ok::<_, AppError>(())
    };
    passkeys.run_to_completion(Box::pin(close)).await?;
    auth.logout().await?;
    Ok(Redirect::to("/sign-up").into_response())
}

/// Files of the pages.
pub(crate) fn files<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let script = "text/javascript; charset=utf-8";
    file("/style.css", "text/css", include_str!("style.css")).merge(file(
        "/passkeys.js",
        script,
        include_str!("passkeys.js"),
    ))
}

fn file<S>(path: &str, content_type: &'static str, content: &'static str) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    let response = ([(header::CONTENT_TYPE, content_type)], content);
    Router::new().route(path, get(async move || response))
}

/// Adds headers that every page needs.
pub(crate) async fn security_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(POLICY),
    );
    let no_sniffing = HeaderValue::from_static("nosniff");
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, no_sniffing);
    // Pages are about one user. The library's responses have a header of their own.
    let no_store = HeaderValue::from_static("no-store");
    headers.entry(header::CACHE_CONTROL).or_insert(no_store);
    response
}
