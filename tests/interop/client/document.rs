//! The types that `openapi-typescript` generates from the quickstart's document agree with the
//! module: with its declarations (`document/contract.ts`) and its requests (`document/routes.ts`).

use std::{fs, path::PathBuf, process::Command};

use super::{here, node, succeeds, tsc};

/// The module's method for requests, with its general types.
const ANY_CALL: &str = "
   * @param {Method} method
   * @param {string} path
   * @param {unknown} [body]
   * @param {AbortSignal} [signal]
   * @param {Parameters} [parameters]
   */
  #send(";

/// The same method with the types of the document.
const DOCUMENTED_CALL: &str = r#"
   * @template {import("./routes").Path} P
   * @template {import("./routes").Allowed<P>} M
   * @param {M} method
   * @param {P} path
   * @param {import("./routes").Body<P, M>} [body]
   * @param {AbortSignal} [signal]
   * @param {Parameters} [parameters]
   * @returns {Promise<import("./routes").Answer<P, M>>}
   */
  #send("#;

/// The type of an error's code in the module, and the same with the codes of the document.
const CODES: [&str; 2] = [
    "@typedef {import(\"./client.d.ts\").Code} Code",
    "@typedef {import(\"./routes\").Code | \"\"} Code",
];

/// Returns the TypeScript command that compares the module with this document.
///
/// Prints `LEFT OUT` and returns `None` without Node.js and its packages.
fn compare(name: &str, document: &str) -> Option<Command> {
    let project = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let files = project.join("document");
    fs::create_dir_all(&files).unwrap();
    for (from, to) in [
        ("tsconfig.json", "tsconfig.json"),
        ("document/tsconfig.json", "document/tsconfig.json"),
        ("document/contract.ts", "document/contract.ts"),
        ("document/routes.ts", "document/routes.ts"),
        (
            "../../../passkeys/client/client.d.ts",
            "document/client.d.ts",
        ),
        (
            "../../../passkeys/client/capabilities.js",
            "document/capabilities.js",
        ),
        (
            "../../../passkeys/client/fallback.js",
            "document/fallback.js",
        ),
        (
            "../../../passkeys/client/outcomes.js",
            "document/outcomes.js",
        ),
    ] {
        fs::copy(here().join(from), project.join(to)).unwrap();
    }
    let mut module = fs::read_to_string(here().join("../../../passkeys/client/client.js")).unwrap();
    for [any, documented] in [[ANY_CALL, DOCUMENTED_CALL], CODES] {
        assert_eq!(module.matches(any).count(), 1, "in client.js: {any}");
        module = module.replace(any, documented);
    }
    fs::write(files.join("routed.js"), module).unwrap();
    fs::write(files.join("openapi.json"), document).unwrap();

    let generator = here().join("node_modules/openapi-typescript/bin/cli.js");
    let (Some(mut node), true) = (node(), generator.is_file()) else {
        passkeys_tests::left_out(
            "Node.js with openapi-typescript (`npm ci` in tests/interop/client)",
        );
        return None;
    };
    succeeds(
        node.arg(generator)
            .arg(files.join("openapi.json"))
            .arg("--output")
            .arg(files.join("generated.d.ts")),
    );
    let mut tsc = tsc()?;
    tsc.arg("--project").arg(files);
    Some(tsc)
}

fn document() -> String {
    let quickstart = here().join("../../../examples/quickstart");
    fs::read_to_string(quickstart.join("openapi.json")).unwrap()
}

#[test]
fn client_js_agrees_with_the_openapi_document() {
    if let Some(mut tsc) = compare("client-document", &document()) {
        succeeds(&mut tsc);
    }
}

/// Asserts that TypeScript reports renamed words in the document.
fn drift(name: &str, words: &[(&str, &str, &str)]) {
    let mut document = document();
    for (from, to, _) in words {
        assert!(document.contains(from), "in the document: {from}");
        document = document.replace(from, to);
    }
    let Some(mut tsc) = compare(name, &document) else {
        return;
    };
    let output = tsc.output().expect("Node.js runs");
    let said = String::from_utf8_lossy(&output.stdout);
    for (from, to, complaint) in words {
        assert!(said.contains(complaint), "{from} became {to}: {said}");
    }
}

#[test]
fn drift_of_declared_types_from_the_openapi_document_is_detected() {
    drift(
        "client-declarations-drift",
        &[("\"smart-card\"", "\"chip-card\"", "declared: Passkey;")],
    );
}

#[test]
fn drift_of_client_js_requests_from_the_openapi_document_is_detected() {
    drift(
        "client-calls-drift",
        &[
            (
                "\"deviceName\"",
                "\"label\"",
                "'deviceName' does not exist in type '{ label: string; }'",
            ),
            (
                "\"publicKey\"",
                "\"options\"",
                "Property 'publicKey' does not exist",
            ),
            ("\"username\"", "\"login\"", "documented: \"login\""),
            (
                "/signals/unknown",
                "/signals/stray",
                "'\"/signals/unknown\"' is not assignable",
            ),
            (
                "\"delete\": {",
                "\"put\": {",
                "'\"DELETE\"' is not assignable",
            ),
            (
                "signalCurrentUserDetails",
                "signalDetails",
                "Property 'signalCurrentUserDetails' does not exist",
            ),
            (
                "challenge_not_found",
                "challenge_gone",
                "'\"challenge_not_found\"' have no overlap",
            ),
        ],
    );
}
