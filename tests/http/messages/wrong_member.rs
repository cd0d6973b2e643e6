//! The message about a malformed body names the JSON member and what it must be.

use serde_json::json;

use super::{
    Change::{Is, IsMissing},
    Route, message, site, transfer_of_5,
};
use crate::device::Device;

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a table")]
async fn message_names_the_wrong_member_and_what_it_must_be() {
    use Route::{
        BeginSignIn, BeginStepUp, Register, Rename, ReportPrompt, SignIn, SignalUnknown, StepUp,
    };

    let (site, mut phone) = (site(), Device::new());
    site.register("ada", &mut phone).await;
    let base64url = "must be base64url without padding.";
    let id = "must be base64url without padding of 1 to 1023 bytes.";
    let rows = [
        (
            BeginSignIn,
            "",
            Is(json!("ada")),
            "The request body must be an object.",
        ),
        (
            BeginSignIn,
            "",
            Is(json!([1])),
            "The request body must be an object.",
        ),
        (
            BeginSignIn,
            "/userId",
            Is(json!(1)),
            "`userId` must be a string.",
        ),
        (
            BeginSignIn,
            "/username",
            Is(json!({})),
            "`username` must be a string.",
        ),
        (
            BeginStepUp,
            "",
            Is(json!([])),
            "The request body must be an object.",
        ),
        (
            BeginStepUp,
            "",
            Is(json!(null)),
            "The request body must be an object.",
        ),
        (BeginStepUp, "/method", IsMissing, "`method` is missing."),
        (
            ReportPrompt,
            "",
            Is(json!(["authentication", null, "cancelled"])),
            "The request body must be an object.",
        ),
        (ReportPrompt, "/outcome", IsMissing, "`outcome` is missing."),
        (
            ReportPrompt,
            "/ceremony",
            Is(json!("sign_in")),
            "`ceremony` must be one of `registration` `authentication` `second_factor` `step_up`.",
        ),
        (
            ReportPrompt,
            "/mediation",
            Is(json!({ "conditional": null })),
            "`mediation` must be one of `conditional` `immediate`.",
        ),
        (
            BeginStepUp,
            "/method",
            Is(json!(null)),
            "`method` must be a string.",
        ),
        (
            BeginStepUp,
            "/path",
            Is(json!(["/"])),
            "`path` must be a string.",
        ),
        (
            Register,
            "",
            Is(json!([{}, "A"])),
            "The request body must be an object.",
        ),
        (Register, "/state", IsMissing, "`state` is missing."),
        (
            Register,
            "/state",
            Is(json!(1)),
            "`state` must be a string.",
        ),
        (
            Register,
            "/credential",
            IsMissing,
            "`credential` is missing.",
        ),
        (
            Register,
            "/credential",
            Is(json!(null)),
            "`credential` must be an object.",
        ),
        (
            Register,
            "/credential",
            Is(json!(["a"])),
            "`credential` must be an object.",
        ),
        (
            Register,
            "/credential/id",
            IsMissing,
            "`credential.id` is missing.",
        ),
        (
            Register,
            "/credential/id",
            Is(json!(7)),
            "`credential.id` must be a string.",
        ),
        (
            Register,
            "/credential/rawId",
            Is(json!("A+/8")),
            &format!("`credential.rawId` {base64url}"),
        ),
        (
            Register,
            "/credential/rawId",
            Is(json!("AA==")),
            &format!("`credential.rawId` {base64url}"),
        ),
        (
            Register,
            "/credential/rawId",
            Is(json!([1])),
            &format!("`credential.rawId` {base64url}"),
        ),
        (
            Register,
            "/credential/type",
            Is(json!(null)),
            "`credential.type` must be a string.",
        ),
        (
            Register,
            "/credential/response",
            IsMissing,
            "`credential.response` is missing.",
        ),
        (
            Register,
            "/credential/response",
            Is(json!("{}")),
            "`credential.response` must be an object.",
        ),
        (
            Register,
            "/credential/response",
            Is(json!(["AAAA", "AAAA", []])),
            "`credential.response` must be an object.",
        ),
        (
            Register,
            "/credential/response/clientDataJSON",
            Is(json!({})),
            &format!("`credential.response.clientDataJSON` {base64url}"),
        ),
        (
            Register,
            "/credential/response/attestationObject",
            IsMissing,
            "`credential.response.attestationObject` is missing.",
        ),
        (
            Register,
            "/credential/response/transports",
            Is(json!("usb")),
            "`credential.response.transports` must be an array.",
        ),
        (
            Register,
            "/credential/response/transports/0",
            Is(json!(1)),
            "`credential.response.transports[0]` must be a string.",
        ),
        (
            Register,
            "/deviceName",
            Is(json!(1)),
            "`deviceName` must be a string.",
        ),
        (
            Register,
            "/deviceName",
            Is(json!([65])),
            "`deviceName` must be a string.",
        ),
        (
            SignIn,
            "/credential/response/signature",
            IsMissing,
            "`credential.response.signature` is missing.",
        ),
        (
            SignIn,
            "/credential/response/userHandle",
            Is(json!("=")),
            &format!("`credential.response.userHandle` {base64url}"),
        ),
        (
            SignIn,
            "/credential/response/authenticatorData",
            Is(json!(0.5)),
            &format!("`credential.response.authenticatorData` {base64url}"),
        ),
        (
            StepUp,
            "/credential/rawId",
            Is(json!(null)),
            &format!("`credential.rawId` {base64url}"),
        ),
        (
            Rename,
            "",
            Is(json!(["Phone"])),
            "The request body must be an object.",
        ),
        (Rename, "/deviceName", IsMissing, "`deviceName` is missing."),
        (
            Rename,
            "/deviceName",
            Is(json!(null)),
            "`deviceName` must be a string.",
        ),
        (
            Rename,
            "/deviceName",
            Is("a".repeat(256).into()),
            "`deviceName` must be at most 255 characters long.",
        ),
        (
            SignalUnknown,
            "/credentialId",
            IsMissing,
            "`credentialId` is missing.",
        ),
        (
            SignalUnknown,
            "/credentialId",
            Is(json!("")),
            &format!("`credentialId` {id}"),
        ),
        (
            SignalUnknown,
            "/credentialId",
            Is(json!(1)),
            "`credentialId` must be a string.",
        ),
    ];
    for (route, pointer, change, expected) in rows {
        let mut body = route.body(&site, &transfer_of_5()).await;
        change.make(&mut body, pointer);
        let answer = route.send(&site, body.to_string()).await;
        answer.is_error(422, "invalid_request");
        assert_eq!(message(&answer), expected, "{route:?} {pointer}");
    }
}

/// The type of `body` is the application's.
#[tokio::test]
async fn message_about_an_applications_body_is_in_terms_of_json() {
    let (site, mut phone) = (site(), Device::new());
    site.register("ada", &mut phone).await;
    let rows = [
        ("", Is(json!(null)), "`body` must be an object."),
        ("", Is(json!(7)), "`body` must be an object."),
        ("/to", IsMissing, "`body.to` is missing."),
        ("/to", Is(json!(false)), "`body.to` must be a string."),
        (
            "/amount",
            Is(json!(-1)),
            "`body.amount` must be a whole number from 0 to 4294967295.",
        ),
        (
            "/amount",
            Is(json!("5")),
            "`body.amount` must be a whole number from 0 to 4294967295.",
        ),
        ("/fee", Is(json!("1.5")), "`body.fee` must be a number."),
        (
            "/currency",
            Is(json!("gbp")),
            "`body.currency` must be `eur` or `usd`.",
        ),
        (
            "/purpose",
            Is(json!(["a"])),
            "`body.purpose` must be an array of length 2.",
        ),
        ("/limits", Is(json!([])), "`body.limits` must be an object."),
        (
            "/limits",
            Is(json!({ "a\n`": 200 })),
            "`body.limits.a\\n\\u{60}` must be a whole number from -128 to 127.",
        ),
        ("/nested", Is(json!({})), "`body.nested` must be an array."),
        (
            "/nested",
            Is(json!([{ "on": 1 }])),
            "`body.nested[0].on` must be true or false.",
        ),
        (
            "/nested",
            Is(json!([{ "on": true, "off, expected you": 1 }])),
            "`body.nested[0].off, expected you` is unknown.",
        ),
        (
            "/iban",
            Is(json!("FR\u{202e}\n")),
            "`body.iban` is invalid: not an IBAN: FR\\u{202e}\\n.",
        ),
        (
            "/iban",
            Is(json!("rust")),
            "`body.iban` has an invalid value.",
        ),
        (
            "/either",
            Is(json!([])),
            "`body.either` has an invalid value.",
        ),
    ];
    for (pointer, change, expected) in rows {
        let mut transfer = transfer_of_5();
        change.make(&mut transfer, pointer);
        // Only a body that the user has consented to is parsed.
        let mut body = Route::StepUp.body(&site, &transfer).await;
        let action =
            json!({ "method": "POST", "path": "/auth/passkeys/transfer", "body": transfer });
        let begun = site.post("/step-up/begin", Some("ada"), Some(action)).await;
        body["credential"] = phone.get(&begun.json()).await;
        body["state"] = begun.json()["state"].clone();
        let answer = Route::StepUp.send(&site, body.to_string()).await;
        answer.is_error(422, "invalid_request");
        assert_eq!(message(&answer), expected, "{pointer}");
    }
}

#[tokio::test]
async fn message_about_invalid_json_contains_the_position() {
    let site = site();
    for (body, expected) in [
        ("", "The request body is empty: send JSON."),
        (" \n", "The request body is empty: send JSON."),
        (
            "{",
            "The request body is not valid JSON: it ends too early.",
        ),
        (
            "{\n\"state\": nonsense}",
            "The request body is not valid JSON: see line 2, column 11.",
        ),
        (
            "{]",
            "The request body is not valid JSON: see line 1, column 2.",
        ),
    ] {
        let answer = Route::SignIn.send(&site, body).await;
        answer.is_error(400, "invalid_request");
        assert_eq!(message(&answer), expected, "{body}");
    }
    let twice = r#"{"credential":{},"state":"a","state":"b"}"#;
    let answer = Route::SignIn.send(&site, twice).await;
    answer.is_error(422, "invalid_request");
    assert_eq!(message(&answer), "`state` appears twice.");

    let body = Route::SignIn.body(&site, &json!(null)).await.to_string();
    let body = body.replace(r#""id":"AAAA""#, r#""id":"\ud800""#);
    let answer = Route::SignIn.send(&site, body).await;
    answer.is_error(400, "invalid_request");
    assert_eq!(message(&answer), "`credential.id` is not valid JSON.");
}
