use utoipa::openapi::{
    Components, InfoBuilder, OpenApi, OpenApiBuilder, PathItem, PathsBuilder, tag::TagBuilder,
};

use super::{
    errors::{self, REJECTION},
    operation::TAG,
    routes,
};
use crate::{
    Passkeys,
    relying_party::{RelyingParty, hooks::Hooks},
};

impl<A: RelyingParty> Passkeys<A> {
    /// Returns an OpenAPI 3.1 document of the [routes](Self::router).
    ///
    /// Paths are relative to where the router is nested: nest the document in the application's own
    /// document under the same path.
    ///
    /// ```
    /// # use axum::{Json, Router, routing::get};
    /// # use passkeys::{AuthenticationResult, PasskeyUser, Passkeys, passkeys, store::MemoryRepository};
    /// # #[derive(Clone)]
    /// # struct App;
    /// # #[derive(serde::Serialize, utoipa::ToSchema)]
    /// # struct SignedIn {}
    /// # #[passkeys(rp_id = "localhost", origins = ["http://localhost:3000"])]
    /// # impl App {
    /// #     type Repository = MemoryRepository;
    /// #     async fn get_user(&self) -> PasskeyUser { PasskeyUser::new("1", "ada", "Ada") }
    /// #     async fn on_authenticated(&self, _: AuthenticationResult) -> Json<SignedIn> {
    /// #         Json(SignedIn {})
    /// #     }
    /// # }
    /// use utoipa::OpenApi;
    ///
    /// #[derive(OpenApi)]
    /// #[openapi(info(title = "Example", version = "1"))]
    /// struct ApiDoc;
    ///
    /// let passkeys = Passkeys::new(App, MemoryRepository::default());
    /// let document = ApiDoc::openapi().nest("/auth/passkeys", passkeys.openapi());
    /// let router: Router = Router::new()
    ///     .nest("/auth/passkeys", passkeys.router())
    ///     .route("/openapi.json", get(async move || Json(document)));
    /// ```
    ///
    /// # Schemas of hooks
    ///
    /// The request body of `sign_up` and the response bodies of `on_authenticated` and
    /// `on_registered` are derived from their signatures: `Json<T>`, alone, in a `Result` or as the
    /// last element of a tuple, also behind a type alias. Where the signature does not tell, because
    /// the type is `Response` or `T` does not implement [`ToSchema`](utoipa::ToSchema), the schema
    /// allows any value; for `on_authenticated` the attribute key `response` can name the type. The
    /// hooks' doc comments become the operations' descriptions.
    ///
    /// # Errors and names
    ///
    /// Errors that hooks return are documented if their type implements
    /// [`IntoResponses`](utoipa::IntoResponses): by status, with the schema of their JSON unless it refers to
    /// components, which only the application's own document has. Errors of other types, and rejections of
    /// extractors in hooks, may have any status and body. Operations
    /// that can return one document it as free-form, beside the library's errors. The `405` of an
    /// unsupported method is not documented. Names of components begin with `Passkeys.`, operation
    /// IDs with `passkeys_`; the types of hooks keep the names that utoipa gives them.
    #[must_use]
    pub fn openapi(&self) -> utoipa::openapi::OpenApi {
        described(self).0
    }
}

/// Returns the document of an application's routes, and the descriptions of its hooks, of which their
/// bodies were taken.
pub(super) fn described<A: RelyingParty>(passkeys: &Passkeys<A>) -> (OpenApi, Hooks) {
    let mut hooks = Hooks::default();
    A::describe(&mut hooks);
    let mut components = Components::new();
    components
        .schemas
        .insert(REJECTION.to_owned(), errors::rejection());
    let mut paths = PathsBuilder::new();
    for (path, method, operation) in routes::all(passkeys, &mut hooks, &mut components) {
        paths = paths.path(path, PathItem::new(method, operation));
    }
    let document = OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title(passkeys.ceremonies.config.rp_name())
                .version(env!("CARGO_PKG_VERSION"))
                .build(),
        )
        .paths(paths)
        .components(Some(components))
        .tags(Some([TagBuilder::new()
            .name(TAG)
            .description(Some("Sign-in with passkeys (WebAuthn)."))
            .build()]))
        .build();
    (document, hooks)
}
