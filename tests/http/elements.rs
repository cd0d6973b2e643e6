//! `elements.js`, its parts and its languages, as the router serves them.

use std::path::Path;

use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};

use crate::site::Site;

/// A module by its name.
macro_rules! module {
    ($name:literal) => {
        (
            $name,
            include_bytes!(concat!("../../passkeys/client/", $name)).as_slice(),
        )
    };
}

const MODULES: [(&str, &[u8]); 17] = [
    module!("elements.js"),
    module!("elements.d.ts"),
    module!("elements/base.js"),
    module!("elements/list.js"),
    module!("elements/offer.js"),
    module!("elements/page.js"),
    module!("elements/parts.js"),
    module!("elements/sign-in.js"),
    module!("elements/sign-up.js"),
    module!("elements/style.js"),
    module!("elements/texts.js"),
    module!("texts/ar.js"),
    module!("texts/de.js"),
    module!("texts/en.js"),
    module!("texts/es.js"),
    module!("texts/fr.js"),
    module!("texts/ja.js"),
];

#[tokio::test]
async fn elements_js_with_its_parts_types_and_languages_is_served_and_revalidated() {
    let site = Site::default();
    let mut tags = Vec::new();
    for (name, script) in MODULES {
        let get = || Request::get(format!("/auth/passkeys/{name}"));
        let answer = site.send(get().body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::OK, "{name}");
        assert!(answer.body == script, "{name}, as it is in the source");
        let media_type = if Path::new(name).extension().is_some_and(|it| it == "js") {
            "text/javascript; charset=utf-8"
        } else {
            "text/plain; charset=utf-8"
        };
        for (header, value) in [
            ("content-type", media_type),
            ("x-content-type-options", "nosniff"),
            ("cache-control", "no-cache"),
        ] {
            assert_eq!(answer.headers[header], value, "{name}");
        }
        let tag = &answer.headers["etag"];
        let again = get().header("if-none-match", tag).body(Body::empty());
        let again = site.send(again.unwrap()).await;
        assert_eq!(again.status, StatusCode::NOT_MODIFIED, "{name}");
        tags.push(tag.to_str().unwrap().to_owned());
    }
    tags.sort();
    tags.dedup();
    assert_eq!(tags.len(), MODULES.len(), "each has its own tag");
}

/// A module that imports a file which the router does not serve would fail in every page.
#[test]
fn modules_of_the_elements_import_modules_that_are_served() {
    let served: Vec<_> = MODULES.iter().map(|(name, _)| *name).collect();
    for (name, script) in MODULES {
        let script = str::from_utf8(script).unwrap();
        let directory = name.rsplit_once('/').map_or("", |(directory, _)| directory);
        let imports = script
            .lines()
            .filter(|line| line.starts_with("import ") || line.contains("=> import("));
        for line in imports {
            let path = line.split('"').nth(1).expect("a path in double quotes");
            let imported = match path.strip_prefix("../") {
                Some(above) => above.to_owned(),
                None => format!("{directory}/{}", path.trim_start_matches("./"))
                    .trim_start_matches('/')
                    .to_owned(),
            };
            assert!(
                imported == "client.js" || served.contains(&&*imported),
                "{name}: {line}"
            );
            // A browser learns of a part only here or after another round trip.
            let first = str::from_utf8(MODULES[0].1).unwrap();
            assert!(
                imported.starts_with("texts/") && imported != "texts/en.js"
                    || first.contains(&format!("\"./{imported}\"")),
                "{imported} is fetched with elements.js"
            );
        }
        assert!(
            script.lines().count() <= 350,
            "{name} can be read in one sitting"
        );
    }
}

#[tokio::test]
async fn language_without_texts_is_not_found() {
    let site = Site::default();
    for path in [
        "/texts/xx.js",
        "/texts/de",
        "/texts/",
        "/texts/..%2Fclient.js",
        "/elements/",
        "/elements/xx.js",
    ] {
        let answer = site.ask(Method::GET, path, None, None).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
}
