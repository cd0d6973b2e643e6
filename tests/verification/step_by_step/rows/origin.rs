//! The origin of the page: `origin`, `crossOrigin` and `topOrigin`.

use passkeys::audit::Reason;

use crate::step_by_step::row::{Change::ClientData, Row};

#[tokio::test]
async fn every_origin_row_has_its_expected_outcome() {
    super::hold(rows()).await;
}

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = origins();
    rows.extend(frames());
    rows
}

fn origins() -> Vec<Row> {
    let origin = |change, apply| Row::both((9, 12), change, ClientData(apply), Reason::Origin);
    [
        origin("another domain", |data| {
            data.set("origin", "https://evil.com");
        }),
        origin("another scheme", |data| {
            data.set("origin", "http://example.com");
        }),
        origin("another port", |data| {
            data.set("origin", "https://example.com:8443");
        }),
        origin("the default port, written out", |data| {
            data.set("origin", "https://example.com:443");
        }),
        origin("a subdomain that is not configured", |data| {
            data.set("origin", "https://login.example.com");
        }),
        origin("the parent domain", |data| {
            data.set("origin", "https://com");
        }),
        origin("a host with the right one as suffix", |data| {
            data.set("origin", "https://evilexample.com");
        }),
        origin("a host with the right one as prefix", |data| {
            data.set("origin", "https://example.com.evil.com");
        }),
        origin("the host as user information of another host", |data| {
            data.set("origin", "https://example.com@evil.com");
        }),
        origin("a homoglyph in the host", |data| {
            data.set("origin", "https://ex\u{430}mple.com");
        }),
        origin("the host in upper case", |data| {
            data.set("origin", "https://EXAMPLE.com");
        }),
        origin("the scheme in upper case", |data| {
            data.set("origin", "HTTPS://example.com");
        }),
        origin("a trailing dot", |data| {
            data.set("origin", "https://example.com.");
        }),
        origin("a trailing slash", |data| {
            data.set("origin", "https://example.com/");
        }),
        origin("a leading space", |data| {
            data.set("origin", " https://example.com");
        }),
        origin("an embedded NUL", |data| {
            data.set("origin", "https://example.com\0.evil.com");
        }),
        origin("no scheme", |data| data.set("origin", "example.com")),
        origin("an opaque origin", |data| data.set("origin", "null")),
        origin("an empty origin", |data| data.set("origin", "")),
        origin("an Android app that is not configured", |data| {
            data.set(
                "origin",
                "android:apk-key-hash:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            );
        }),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn frames() -> Vec<Row> {
    let cross = |change, apply| Row::both((10, 13), change, ClientData(apply), Reason::CrossOrigin);
    let top = |change, apply| Row::both((11, 14), change, ClientData(apply), Reason::CrossOrigin);
    [
        cross("`crossOrigin` is true", |data| {
            data.set("crossOrigin", true);
        }),
        cross("`crossOrigin` is not a boolean", |data| {
            data.set("crossOrigin", "true");
        })
        .map(malformed),
        cross("`crossOrigin` is missing", |data| {
            data.members.remove("crossOrigin");
        })
        .map(Row::accepted),
        top(
            "`topOrigin` is another site, and `crossOrigin` says so",
            |data| {
                data.set("crossOrigin", true);
                data.members.add("topOrigin", "https://evil.com");
            },
        ),
        top(
            "`topOrigin` is another site, and `crossOrigin` is false",
            |data| {
                data.members.add("topOrigin", "https://evil.com");
            },
        ),
        top(
            "`topOrigin` is the same origin, although it is not framed cross-origin",
            |data| {
                data.members.add("topOrigin", "https://example.com");
            },
        ),
        top("`topOrigin` is empty", |data| {
            data.members.add("topOrigin", "");
        }),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn malformed(row: Row) -> Row {
    row.because(Reason::Malformed)
}
