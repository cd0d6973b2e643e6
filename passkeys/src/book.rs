//! Compiles the Rust blocks of the README and of the book in `docs/`, as documentation tests.

macro_rules! pages {
    ($($page:ident: $file:literal),* $(,)?) => {$(
        #[doc = include_str!(concat!("../../", $file))]
        struct $page;
    )*};
}

pages! {
    Readme: "README.md",
    AttributeAndHooks: "docs/attribute-and-hooks.md",
    Browser: "docs/browser.md",
    Configuration: "docs/configuration.md",
    Databases: "docs/databases.md",
    ExistingApplication: "docs/existing-application.md",
    Extensions: "docs/extensions.md",
    GettingStarted: "docs/getting-started.md",
    Inspector: "docs/inspector.md",
    ManagingPasskeys: "docs/managing-passkeys.md",
    MovingFromFastapiPasskeys: "docs/moving-from-fastapi-passkeys.md",
    MovingFromWebauthnRs: "docs/moving-from-webauthn-rs.md",
    OpenApi: "docs/openapi.md",
    Operations: "docs/operations.md",
    OwnRoutes: "docs/own-routes.md",
    RelatedSitesAndApps: "docs/related-sites-and-apps.md",
    Routes: "docs/routes.md",
    RulesOfUse: "docs/rules-of-use.md",
    StepUp: "docs/step-up.md",
    Stores: "docs/stores.md",
    Tenants: "docs/tenants.md",
    Testing: "docs/testing.md",
    ThreatModel: "docs/threat-model.md",
}
