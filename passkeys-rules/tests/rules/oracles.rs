//! The rules compared with two other implementations: the rules reject everything that the `url`
//! crate (WHATWG URL Standard) or `webauthn-rs` rejects. [`stricter`] has the reasons for everything
//! else that they reject.

use passkeys_rules::{
    Draft, HostProblem, Origin, OriginProblem, RpId, RpIdProblem, Rule, ScopeError,
};
use proptest::prelude::*;
use url::Url;
use webauthn_rs::WebauthnBuilder;

/// Returns whether this is the spelling of an origin in browsers.
fn is_canonical(origin: &str) -> bool {
    Url::parse(origin).is_ok_and(|url| url.origin().ascii_serialization() == origin)
}

fn webauthn_rs_accepts(rp_id: &str, origin: &str) -> bool {
    Url::parse(origin).is_ok_and(|url| {
        WebauthnBuilder::new(rp_id, &url).is_ok_and(|builder| builder.build().is_ok())
    })
}

/// Returns the reason to reject a value that both oracles accept.
fn stricter(rule: &Rule) -> Option<&'static str> {
    Some(match rule {
        Rule::Origin(error) => match &error.problem {
            OriginProblem::Scheme(_) => "`ftp` and `ws` have origins, but no pages",
            OriginProblem::Insecure => "browsers offer passkeys in secure contexts only",
            OriginProblem::Port(port) if port == "0" => "nothing listens on port 0",
            OriginProblem::Wildcard => {
                "a `*` is a character to a URL parser, and a mistake to everybody else"
            }
            OriginProblem::Host(problem) => host(problem)?,
            _ => return None,
        },
        Rule::RpId(error) => match &error.problem {
            RpIdProblem::Empty => "`webauthn-rs` takes it for what is above a trailing dot",
            RpIdProblem::PublicSuffix => "passkeys of a public suffix would be of no use below it",
            RpIdProblem::SingleLabel => "nor those of what browsers take for one",
            RpIdProblem::Wildcard => {
                "a `*` is a character to a URL parser, and a mistake to everybody else"
            }
            RpIdProblem::Host(problem) => host(problem)?,
            _ => return None,
        },
        Rule::Scope(ScopeError::AcrossSuffix { .. }) => {
            "HTML refuses an RP ID above a public suffix"
        }
        _ => return None,
    })
}

fn host(problem: &HostProblem) -> Option<&'static str> {
    Some(match problem {
        HostProblem::IpAddress => "browsers refuse passkeys on pages of IP addresses",
        HostProblem::Character(_) => "no public certificate names such a host",
        HostProblem::EmptyLabel | HostProblem::LongLabel(_) | HostProblem::LongName(_) => {
            "DNS cannot hold the name"
        }
        HostProblem::TrailingDot => {
            "another host to browsers, so the passkeys of the name without the dot would not work"
        }
        _ => return None,
    })
}

/// Generates host names near every rule about hosts.
fn host_names() -> impl Strategy<Value = String> {
    let label = prop::sample::select(vec![
        "example",
        "example",
        "example",
        "www",
        "a",
        "evilexample",
        "com",
        "com",
        "co",
        "uk",
        "github",
        "io",
        "localhost",
        "ck",
        "jp",
        "kawasaki",
        "s3",
        "amazonaws",
        "xn--mnchen-3ya",
        "xn--a",
        "xn--",
        "münchen",
        "Example",
        "1",
        "127",
        "0x7f",
        "0x",
        "-a",
        "a-",
        "a--b",
        "a_b",
        "a!b",
        "*",
        "",
    ]);
    prop_oneof![
        8 => prop::collection::vec(label, 1..5).prop_map(|labels| labels.join(".")),
        2 => prop::sample::select(vec!["example.com", "www.example.com", "localhost", "a.localhost"]).prop_map(str::to_owned),
        1 => prop::sample::select(vec!["127.0.0.1", "[::1]", "::1", "1", "example.com."]).prop_map(str::to_owned),
        1 => (60..70_usize).prop_map(|length| format!("{}.com", "a".repeat(length))),
        1 => (120..130_usize).prop_map(|length| format!("{}com", "a.".repeat(length))),
    ]
}

fn origins() -> impl Strategy<Value = (String, String)> {
    let scheme = prop::sample::select(vec![
        "https", "https", "https", "http", "HTTPS", "ws", "wss", "ftp", "file", "app",
    ]);
    let user = prop::sample::select(vec!["", "", "", "", "", "me@", "me:pw@", "@"]);
    let port = prop::sample::select(vec![
        "", "", "", ":", ":0", ":1", ":80", ":443", ":0443", ":8443", ":65535", ":65536", ":+1",
        ":a",
    ]);
    let path = prop::sample::select(vec![
        "", "", "", "", "/", "/a", "\\", "?", "?a", "#", "#a", " ", "\t",
    ]);
    (scheme, user, host_names(), port, path).prop_map(|(scheme, user, host, port, path)| {
        (format!("{scheme}://{user}{host}{port}{path}"), host)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn accepted_origin_is_serialized_by_the_url_standard((origin, _) in origins()) {
        match Origin::parse(&origin) {
            Ok(parsed) => {
                prop_assert!(is_canonical(&origin));
                let url = Url::parse(&origin).unwrap();
                prop_assert_eq!(parsed.host(), url.host_str());
                prop_assert_eq!(parsed.is_https(), url.scheme() == "https");
            }
            Err(error) if is_canonical(&origin) => {
                prop_assert!(stricter(&Rule::Origin(error.clone())).is_some(), "{}", error);
            }
            Err(_) => {}
        }
    }

    #[test]
    fn accepted_rp_id_is_a_host_of_the_url_standard(name in host_names()) {
        let canonical = Url::parse(&format!("https://{name}"))
            .is_ok_and(|url| url.host_str() == Some(&name));
        match RpId::parse(&name) {
            Ok(_) => prop_assert!(canonical),
            Err(error) if canonical => {
                prop_assert!(stricter(&Rule::RpId(error.clone())).is_some(), "{}", error);
            }
            Err(_) => {}
        }
    }

    #[test]
    fn values_that_webauthn_rs_rejects_are_rejected((origin, host) in origins(), other in host_names(), drop in 0..3_usize) {
        // The host without some labels, or another one.
        let above = host.split('.').skip(drop).collect::<Vec<_>>().join(".");
        for rp_id in [above, other] {
            let draft = Draft { rp_id: Some(&rp_id), origins: Some(vec![&origin]), ..Draft::default() };
            match draft.check() {
                Ok(_) => prop_assert!(webauthn_rs_accepts(&rp_id, &origin), "{} and {}", rp_id, origin),
                Err(violations) if is_canonical(&origin) && webauthn_rs_accepts(&rp_id, &origin) => {
                    for violation in violations {
                        prop_assert!(stricter(&violation.rule).is_some(), "{} and {}: {}", rp_id, origin, violation);
                    }
                }
                Err(_) => {}
            }
        }
    }
}

/// Every reason in [`stricter`] is needed.
#[test]
fn every_reason_to_be_stricter_than_the_oracles_is_needed() {
    for (rp_id, origin) in [
        ("example.com", "ftp://example.com"),
        ("example.com", "ws://example.com"),
        ("example.com", "http://example.com"),
        ("example.com", "https://example.com:0"),
        ("example.com", "https://*.example.com"),
        ("example.com", "https://a!b.example.com"),
        ("", "https://example.com."),
        ("example.com.", "https://example.com."),
        ("example.com", "https://a..example.com"),
        ("github.io", "https://example.github.io"),
        ("homeserver", "https://app.homeserver"),
        ("localhost", "http://app.localhost"),
        ("amazonaws.com", "https://bucket.s3.amazonaws.com"),
    ] {
        assert!(is_canonical(origin), "{origin}");
        assert!(webauthn_rs_accepts(rp_id, origin), "{rp_id} and {origin}");
        let draft = Draft {
            rp_id: Some(rp_id),
            origins: Some(vec![origin]),
            ..Draft::default()
        };
        for violation in draft.check().unwrap_err() {
            assert!(
                stricter(&violation.rule).is_some(),
                "{rp_id} and {origin}: {violation}"
            );
        }
    }
}
