//! Messages to clients have no Rust types, whatever is wrong with a body.

use serde_json::{Value, json};

use super::{Change::Is, Route, message, site};
use crate::{device::Device, site::Answer};

/// Returns the JSON pointers of all values in a document.
fn pointers(document: &Value) -> Vec<String> {
    let mut pointers = vec![String::new()];
    let members: Vec<(String, &Value)> = match document {
        Value::Object(members) => members.iter().map(|(key, it)| (key.clone(), it)).collect(),
        Value::Array(elements) => {
            let elements = elements.iter().enumerate();
            elements
                .map(|(index, it)| (index.to_string(), it))
                .collect()
        }
        _ => Vec::new(),
    };
    for (key, value) in members {
        let below = pointers_below(value, &key);
        pointers.extend(below);
    }
    pointers
}

fn pointers_below(value: &Value, key: &str) -> Vec<String> {
    let below = pointers(value).into_iter();
    below.map(|pointer| format!("/{key}{pointer}")).collect()
}

/// Asserts that a message is bounded, and in the terms of HTTP and JSON.
#[track_caller]
fn assert_message_for_clients(answer: &Answer, body: &str) {
    if ![400, 422].contains(&answer.status.as_u16())
        || answer.json()["error"]["code"] != "invalid_request"
    {
        return;
    }
    let message = message(answer);
    let about = format!("{message}\n{body}");
    assert!(message.chars().count() <= 400, "{about}");
    assert!(message.ends_with('.'), "{about}");
    assert!(!message.chars().any(char::is_control), "{about}");
    let rust = [
        "struct",
        "enum",
        "tuple",
        "variant",
        "newtype",
        "Option",
        "RawValue",
        "Finish",
        "Begin",
        "Transfer",
        "Rename",
        "u32",
        "i32",
        "f64",
        "field",
        "map",
        "sequence",
        "expected",
        "::",
        "invalid type",
        "line 1 column",
    ];
    for word in rust {
        assert!(!message.contains(word), "{word}: {about}");
    }
}

/// Every member of every body, replaced by values of every type, left out and doubled; every body cut
/// at every byte.
#[tokio::test]
async fn messages_contain_no_rust_types() {
    let (site, mut phone) = (site(), Device::new());
    site.register("ada", &mut phone).await;
    let long = "🎂".repeat(1000);
    let values = [
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(1e300),
        json!(""),
        json!("ä="),
        json!("\n\u{202e}`"),
        json!(long),
        json!([]),
        json!([[], {}]),
        json!({}),
        json!({ "": { "a": [] } }),
    ];
    for route in Route::ALL {
        let transfer = json!({
            "to": "bob",
            "amount": 5,
            "fee": 0.5,
            "currency": "eur",
            "iban": "DE02",
            "purpose": ["a", "b"],
            "limits": { "a": 1 },
            "nested": [{ "on": true }],
            "either": 1,
        });
        for pointer in pointers(&route.body(&site, &transfer).await) {
            for value in &values {
                let mut body = route.body(&site, &transfer).await;
                Is(value.clone()).make(&mut body, &pointer);
                let body = body.to_string();
                let answer = route.send(&site, body.clone()).await;
                assert_message_for_clients(&answer, &body);
            }
            let Some((parent, member)) = pointer.rsplit_once('/') else {
                continue;
            };
            let mut body = route.body(&site, &transfer).await;
            let Some(object) = body.pointer_mut(parent).unwrap().as_object_mut() else {
                continue;
            };
            let value = object.remove(member).unwrap();
            let body = body.to_string();
            let answer = route.send(&site, body.clone()).await;
            assert_message_for_clients(&answer, &body);

            let mut body = route.body(&site, &transfer).await;
            Is(json!("to be doubled")).make(&mut body, &pointer);
            let doubled = format!("{value},\"{member}\":{value}");
            let body = body.to_string().replace("\"to be doubled\"", &doubled);
            let answer = route.send(&site, body.clone()).await;
            assert_message_for_clients(&answer, &body);
        }
        let body = route.body(&site, &transfer).await.to_string();
        for end in 0..body.len() {
            let answer = route.send(&site, body[..end].to_owned()).await;
            assert_message_for_clients(&answer, &body[..end]);
        }
    }
}
