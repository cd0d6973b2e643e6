use utoipa::openapi::{
    Components, InfoBuilder, OpenApi, OpenApiBuilder, PathItem, PathsBuilder, tag::TagBuilder,
};

use super::{
    errors::{self, REJECTION},
    operation::TAG,
    routes,
};
use crate::{
    Config, Passkeys,
    relying_party::{RelyingParty, hooks::Hooks},
};

impl<A: RelyingParty> Passkeys<A> {
    /// The [routes](Self::router) as an OpenAPI 3.1 document, with paths relative to where they
    /// are mounted: nest it there, into the application's own document.
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
    /// What `sign_up` takes and `on_authenticated` and `on_registered` answer is read off their
    /// signatures: `Json<T>`, alone, in a `Result` or at the end of a tuple, also behind an alias.
    /// Where that says nothing, because the type is `Response` or `T` is not `ToSchema`, the
    /// document says that anything may be there; for `on_authenticated` the attribute's `response`
    /// can say more. Their documentation becomes the operations'.
    ///
    /// An application's rejections (of a hook, or of an extractor in one) may have any status and
    /// shape, so wherever there can be one it is documented as free-form, beside the library's
    /// errors. Requests with another method are no operations: the `405` that answers them is
    /// not in the document. Component names begin with `Passkeys.`, operation ids with
    /// `passkeys_`; the types of hooks go by the names that utoipa gives them.
    #[must_use]
    pub fn openapi(&self) -> utoipa::openapi::OpenApi {
        document::<A>(self.config())
    }
}

/// Returns the document of an application's routes.
fn document<A: RelyingParty>(config: &Config) -> OpenApi {
    let mut hooks = Hooks::default();
    A::describe(&mut hooks);
    let mut components = Components::new();
    components
        .schemas
        .insert(REJECTION.to_owned(), errors::rejection());
    let mut paths = PathsBuilder::new();
    for (path, method, operation) in routes::all::<A>(&mut hooks, &mut components) {
        paths = paths.path(path, PathItem::new(method, operation));
    }
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title(config.rp_name())
                .version(env!("CARGO_PKG_VERSION"))
                .build(),
        )
        .paths(paths)
        .components(Some(components))
        .tags(Some([TagBuilder::new()
            .name(TAG)
            .description(Some("Sign-in with passkeys (WebAuthn)."))
            .build()]))
        .build()
}
