//! `GET /client.d.ts`, the TypeScript declarations of the browser module, with the types of the
//! application.

use crate::{Passkeys, relying_party::RelyingParty};

/// The declarations without the types of an application.
const GENERAL: &str = include_str!("../../client/client.d.ts");

impl<A: RelyingParty> Passkeys<A> {
    /// Returns the TypeScript declarations of `client.js`. The [router](Self::router) serves the same as
    /// `client.d.ts`.
    ///
    /// With the feature `openapi` they have the types of the application, read off its
    /// [document](Self::openapi): the bodies of `sign_up`, the `data` and the responses of
    /// `on_authenticated` and `on_registered`, the ways to name a user, the profiles, and error codes as
    /// a union. Where the document does not know a type, it is `unknown`. Without the feature they are the
    /// general declarations, in which all of these are.
    ///
    /// The text is the same for the same types. Write it into the sources of a front end, and test that
    /// it is current:
    ///
    /// ```
    /// # use axum::Json;
    /// # use passkeys::{AuthenticationResult, PasskeyUser, Passkeys, passkeys, store::MemoryRepository};
    /// # #[derive(serde::Serialize, utoipa::ToSchema)]
    /// # struct Account { name: String }
    /// # #[derive(Clone)]
    /// # struct App;
    /// # #[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
    /// # impl App {
    /// #     type Repository = MemoryRepository;
    /// #     async fn get_user(&self) -> PasskeyUser { PasskeyUser::new("1", "ada", "Ada") }
    /// #     async fn on_authenticated(&self, login: AuthenticationResult) -> Json<Account> {
    /// #         Json(Account { name: login.user_id().to_owned() })
    /// #     }
    /// # }
    /// # let path = std::env::temp_dir().join(format!("{}.d.ts", std::process::id()));
    /// let passkeys = Passkeys::new(App, MemoryRepository::default());
    /// let types = passkeys.client_types();
    /// # if cfg!(feature = "openapi") {
    /// assert!(types.contains("authenticated: Schemas.Account;"));
    /// # }
    /// // In a test: with `BLESS=1` it writes the file.
    /// if std::env::var_os("BLESS").is_some() {
    ///     std::fs::write(&path, &types)?;
    /// }
    /// # std::fs::write(&path, &types)?;
    /// assert!(types == std::fs::read_to_string(&path)?, "run with BLESS=1");
    /// # std::fs::remove_file(path)?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn client_types(&self) -> String {
        #[cfg(feature = "openapi")]
        return crate::openapi::typescript::declarations(GENERAL, self, None);
        #[cfg(not(feature = "openapi"))]
        GENERAL.to_owned()
    }

    /// Returns the TypeScript declarations of `client.js` like [`client_types`](Self::client_types), and
    /// with the types of the application's own OpenAPI document: of the handlers that take a
    /// [`Verified`](crate::Verified), for `stepUp()`, and the error codes of all operations.
    ///
    /// Such a handler is one whose request body is
    /// [`FinishStepUp<T>`](crate::ceremony::FinishStepUp). Codes are those of error responses whose JSON is
    /// `{"error": {"code": ".."}}` with an enumeration as the code's schema. The document's paths have to be
    /// those that the page requests.
    #[cfg(feature = "openapi")]
    #[must_use]
    pub fn client_types_with(&self, document: &utoipa::openapi::OpenApi) -> String {
        crate::openapi::typescript::declarations(GENERAL, self, Some(document))
    }

    /// Serves the general declarations as `client.d.ts`, without the types of the application.
    ///
    /// With the feature `openapi`, everybody can read the types of its hooks there, with their
    /// documentation.
    #[must_use]
    pub fn hide_client_types(mut self) -> Self {
        self.types_are_hidden = true;
        self
    }

    /// Returns the content of `client.d.ts`.
    pub(super) fn served_types(&self) -> String {
        if self.types_are_hidden {
            return GENERAL.to_owned();
        }
        self.client_types()
    }
}
