//! The origin of the page: `origin`, `crossOrigin` and `topOrigin`.

use passkeys::{ConfigBuilder, audit::Reason};

use crate::step_by_step::{
    client::{self, Json},
    kind::Kind,
    row::{Change::ClientData, Row},
};

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
    let mut rows: Vec<Row> = [
        cross("`crossOrigin` is true", |data| {
            data.set("crossOrigin", true);
        }),
        // Not all browsers send `topOrigin`.
        cross(
            "`crossOrigin` is true, where top origins are configured",
            |data| {
                data.set("crossOrigin", true);
            },
        )
        .map(expected),
        cross("`crossOrigin` is not a boolean", |data| {
            data.set("crossOrigin", "true");
        })
        .map(malformed),
        cross("`crossOrigin` is missing", |data| {
            data.members.remove("crossOrigin");
        })
        .map(Row::accepted),
        cross("`crossOrigin` is null", |data| {
            data.set("crossOrigin", Json::Raw("null".into()));
        })
        .map(Row::accepted),
        top("`topOrigin` is another site", |data| {
            framed_by(data, "https://evil.com");
        }),
        top(
            "`topOrigin` is another site than the configured top origins",
            |data| framed_by(data, "https://evil.com"),
        )
        .map(|row| row.where_config(with_top_origins)),
        top("`topOrigin` is a configured top origin", |data| {
            framed_by(data, "https://portal.example");
        })
        .map(expected),
        top(
            "`topOrigin` is a configured top origin, in upper case",
            |data| framed_by(data, "https://PORTAL.example"),
        )
        .map(|row| row.where_config(with_top_origins)),
        top("`topOrigin` is an origin of the relying party", |data| {
            framed_by(data, "https://example.com");
        })
        .map(Row::accepted),
        top("`topOrigin` is a related origin", |data| {
            framed_by(data, "https://example.net");
        })
        .map(|row| {
            row.where_config(|config| config.related_origins(["https://example.net"]))
                .accepted()
        }),
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
        )
        .map(Row::accepted),
        top("`topOrigin` is empty", |data| {
            data.members.add("topOrigin", "");
        }),
        top("`topOrigin` is null", |data| {
            data.members.add("topOrigin", Json::Raw("null".into()));
        })
        .map(Row::accepted),
        top("`topOrigin` is a number", |data| {
            data.members.add("topOrigin", 1);
        })
        .map(malformed),
        top("`topOrigin` appears twice", |data| {
            framed_by(data, "https://example.com");
            data.members.add("topOrigin", "https://example.com");
        })
        .map(malformed),
    ]
    .into_iter()
    .flatten()
    .collect();
    rows.push(
        Row::registration(
            10,
            "`topOrigin` is a configured top origin, where attestation is requested",
            |answer| framed_by(&mut answer.client_data, "https://portal.example"),
            Reason::CrossOrigin,
        )
        .by(Kind::certified())
        .where_config(|config| with_top_origins(config.attestation(passkeys::Attestation::Direct)))
        .accepted(),
    );
    rows
}

fn framed_by(data: &mut client::ClientData, top_origin: &str) {
    data.set("crossOrigin", true);
    data.members.add("topOrigin", top_origin);
}

fn with_top_origins(config: ConfigBuilder) -> ConfigBuilder {
    config.top_origins(["https://portal.example"])
}

/// Expected by the configuration.
fn expected(row: Row) -> Row {
    row.where_config(with_top_origins).accepted()
}

fn malformed(row: Row) -> Row {
    row.because(Reason::Malformed)
}
