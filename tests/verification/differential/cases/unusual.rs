//! Unusual values of JSON and CBOR, and unusual delimiters around them.

use std::sync::LazyLock;

use super::cbor::{bytes, head, integer, text, wide_head};

/// Valid and almost valid JSON.
pub(crate) static JSON: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let mut values: Vec<Vec<u8>> = [
        "null",
        "true",
        "false",
        "0",
        "-0",
        "1e2",
        "1e999",
        "-1e999",
        "1e-999",
        "0.1",
        "01",
        "+1",
        "18446744073709551615",
        "18446744073709551616",
        "-9223372036854775809",
        "NaN",
        "Infinity",
        "\"\"",
        "\"x\"",
        "'x'",
        "\"\\u0041\"",
        "\"\\ud83d\\ude00\"",
        "\"\\ud800\"",
        "\"\\udc00\\ud800\"",
        "\"\\x41\"",
        "\"\\u00\"",
        "\"\u{1}\"",
        "\"\t\"",
        "\"\u{e9}\"",
        "\"",
        "[]",
        "[1,]",
        "[1 2]",
        "[",
        "{}",
        "{\"a\":1,\"a\":2}",
        "{\"a\"}",
        "{1:2}",
        "{\"a\":1,}",
        "{\"a\":[{\"b\":null}]}",
        "{\"status\":\"present\",\"id\":\"x\"}",
        "{\"status\":\"supported\"}",
        "{\"status\":\"supported\",\"id\":null,\"more\":1e999}",
        "{\"status\":5}",
        "{\"id\":\"x\"}",
        "{\"status\":\"a\",\"status\":\"b\"}",
        "\"webauthn.get\"",
        "\"webauthn.create\"",
        "\"webauthn\\u002eget\"",
        "\"WebAuthn.get\"",
        "\"https://example.com\"",
        "\"https://example.com/\"",
        "\"https://example.com:443\"",
        "\"HTTPS://EXAMPLE.COM\"",
        "\"https://example.com.\"",
        "\"https://example.com/a\"",
        "\"https:example.com\"",
        "\"https://a@example.com\"",
        "\"https:\\/\\/example.com\"",
        "\"https://login.example.com:8443\"",
        "\"https://login.example.com\"",
        "\"https://evil.example\"",
        "\"http://example.com\"",
        "\"https://ex\u{e4}mple.com\"",
        "\" https://example.com\"",
        "\"https://exa\\u006dple.com\"",
        "\"https://example\\t.com\"",
        "\"android:apk-key-hash:pNiP5iKyQ8JwgGOaKA1zGPUPJIS-0H1xKCQcfIoGLck\"",
        "\"ANDROID:apk-key-hash:pNiP5iKyQ8JwgGOaKA1zGPUPJIS-0H1xKCQcfIoGLck\"",
        "\"android:apk-key-hash:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"",
    ]
    .map(Into::into)
    .into();
    values.push(b"\"\xff\"".into());
    values.push(b"\"\xed\xa0\x80\"".into());
    for depth in [2, 100, 126, 127, 128, 129, 2000] {
        values.push([b"[".repeat(depth), b"]".repeat(depth)].concat());
        values.push([b"{\"a\":".repeat(depth), b"1".to_vec(), b"}".repeat(depth)].concat());
    }
    values
});

/// Names of members.
pub(crate) static NAMES: &[&str] = &[
    "type",
    "challenge",
    "origin",
    "crossOrigin",
    "topOrigin",
    "tokenBinding",
    "Type",
    "typ\\u0065",
    "challeng\\u0065",
    "cross_origin",
    "kind",
    "hashAlgorithm",
    "",
    "\\ud800",
    "\u{e9}",
    "other_keys_can_be_added_here",
];

/// Delimiters of an object: braces with additions, and other delimiters.
pub(crate) static AROUND: &[(&str, &str)] = &[
    (" \r\n\t{", "} \r\n\t"),
    ("{ ", " }"),
    ("\u{feff}{", "}"),
    ("\u{a0}{", "}"),
    ("{", "}\0"),
    ("{", "},"),
    ("{", "}x"),
    ("{", "}{}"),
    ("{", "}//"),
    ("{", ",}"),
    ("{,", "}"),
    ("[{", "}]"),
    ("[", "]"),
    ("{", ""),
    ("", "}"),
    ("", ""),
];

/// Valid and almost valid CBOR.
pub(crate) static CBOR: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let mut values = Vec::new();
    values.extend([-258, -257, -38, -37, -36, -35, -9, -8, -7, -3, -2, -1].map(integer));
    values.extend([0, 1, 2, 3, 4, 5, 6, 7, 255, 65_537].map(integer));
    for width in [1, 2, 4, 8] {
        // Labels and values of keys, in more bytes than necessary.
        for value in [1, 2, 3, 6] {
            values.push(wide_head(0, value, width));
        }
        for value in [0, 1, 2, 6, 7, 34, 256] {
            values.push(wide_head(
                1,
                value,
                width.max(if value > 255 { 2 } else { 1 }),
            ));
        }
        values.push([wide_head(2, 1, width), vec![1]].concat());
        values.push([wide_head(3, 1, width), b"a".to_vec()].concat());
        values.push([wide_head(4, 1, width), vec![1]].concat());
    }
    values.extend([i64::MAX, i64::MIN].map(integer));
    values.extend([head(0, u64::MAX), head(1, u64::MAX)]);
    for length in [0, 1, 3, 31, 32, 33, 48, 66, 255, 256, 257] {
        values.push(bytes(&vec![0x5a; length]));
    }
    for exponent in [
        [0, 0, 0],
        [0, 0, 1],
        [0, 0, 3],
        [1, 0, 0],
        [1, 0, 1],
        [1, 0, 3],
        [0xff; 3],
    ] {
        values.push(bytes(&exponent));
    }
    values.extend(["", "a", "ES256", "credProtect"].map(text));
    values.push(b"\x61\xff".into());
    values.push(b"\x63\xed\xa0\x80".into());
    values.extend(
        [
            // Simple values and floating point.
            &b"\xf4"[..],
            b"\xf5",
            b"\xf6",
            b"\xf7",
            b"\xe0",
            b"\xf8\x20",
            b"\xf8\x14",
            b"\xf9\x3c\x00",
            b"\xf9\x7e\x00",
            b"\xfa\x7f\x80\x00\x00",
            b"\xfb\x40\x1c\x00\x00\x00\x00\x00\x00",
            // Arrays, maps and tags.
            b"\x80",
            b"\x82\x01\x02",
            b"\xa0",
            b"\xa1\x01\x02",
            b"\xa1\x61a\x02",
            b"\xc0\x61a",
            b"\xc2\x41\x01",
            b"\xd8\x18\x01",
            b"\xa2\x01\x02\x01\x02",
            b"\xa2\x61a\x01\x61a\x01",
            // Indefinite length.
            b"\x5f\x41\x01\x41\x02\xff",
            b"\x5f\x61a\xff",
            b"\x7f\x61a\xff",
            b"\x9f\x01\xff",
            b"\xbf\xff",
            b"\xbf\x61a\x01\xff",
            b"\xbf\x01\xff",
            // Not well-formed.
            b"",
            b"\xff",
            b"\x1c",
            b"\x3f",
            b"\x5c",
            b"\x18",
            b"\x42\x01",
            b"\x81",
            b"\xa1\x01",
            b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff",
            b"\x5b\xff\xff\xff\xff\xff\xff\xff\xff",
            b"\xbb\x7f\xff\xff\xff\xff\xff\xff\xff",
            b"\x5b\x00\x00\x00\x01\x00\x00\x00\x00",
        ]
        .map(Into::into),
    );
    for depth in [10, 126, 127, 128, 129, 1000] {
        values.push([b"\x81".repeat(depth), vec![1]].concat());
        values.push([b"\xa1\x61a".repeat(depth), vec![1]].concat());
        values.push([b"\xc1".repeat(depth), vec![1]].concat());
    }
    values
});

/// Valid and almost valid extensions.
pub(crate) static EXTENSIONS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let named = |value: &[u8]| [&b"\xa1\x6bhmac-secret"[..], value].concat();
    let mut values: Vec<Vec<u8>> = CBOR.clone();
    values.extend(CBOR.iter().map(|value| named(value)));
    values.extend(
        CBOR.iter()
            .map(|name| [b"\xa1", name.as_slice(), b"\xf5"].concat()),
    );
    values
});

/// Credential IDs in JSON.
pub(crate) const IDS: [&str; 6] = ["", "AQ", "AQ==", "=", "\u{e9}", "a+/b"];

/// Credential types.
pub(crate) const KINDS: [&str; 4] = ["", "public_key", "Public-Key", "password"];

/// Separators of names and values, and of members.
pub(crate) const SEPARATORS: [(&str, &str); 4] =
    [(" :", " , "), ("\n: ", ",\n"), ("=", ","), (":", ";")];
