//! Validation of the origins of Android apps.

use passkeys_rules::Origin;

use crate::origin::refuses;

#[test]
fn fingerprint_without_the_prefix_is_not_an_origin() {
    refuses(&[
        (
            "12:34:56:78:9A:BC:DE:F0:12:34:56:78:9A:BC:DE:F0:12:34:56:78:9A:BC:DE:F0:12:34:56:78:9A:BC:DE:F0",
            "is a certificate's fingerprint, and the origin of an Android app starts with `android:apk-key-hash:`; write `android:apk-key-hash:EjRWeJq83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vA`",
        ),
        (
            "123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0",
            "is a certificate's fingerprint, and the origin of an Android app starts with `android:apk-key-hash:`; write `android:apk-key-hash:EjRWeJq83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vA`",
        ),
    ]);
}

#[test]
fn android_origin_starts_with_its_prefix() {
    refuses(&[
        (
            "android:com.example.app",
            "is no Android origin, which starts with `android:apk-key-hash:`; take the SHA-256 fingerprint of the certificate that signs the app and write it in base64url without padding, 43 characters after `android:apk-key-hash:`",
        ),
        (
            "android:apk-key-hash-sha256:x",
            "is no Android origin, which starts with `android:apk-key-hash:`; take the SHA-256 fingerprint of the certificate that signs the app and write it in base64url without padding, 43 characters after `android:apk-key-hash:`",
        ),
        (
            "Android:apk-key-hash:x",
            "is no Android origin, which starts with `android:apk-key-hash:`; take the SHA-256 fingerprint of the certificate that signs the app and write it in base64url without padding, 43 characters after `android:apk-key-hash:`",
        ),
    ]);
}

#[test]
fn android_hash_that_is_not_base64url_is_rejected() {
    refuses(&[
        (
            "android:apk-key-hash:12:34:56:78:9A:BC:DE:F0:12:34:56:78:9A:BC:DE:F0:12:34:56:78:9A:BC:DE:F0:12:34:56:78:9A:BC:DE:F0",
            "has the fingerprint in hexadecimal, and Android sends it in base64url; write `android:apk-key-hash:EjRWeJq83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vA`",
        ),
        (
            "android:apk-key-hash:12:34:56:78:9a:bc:de:f0:12:34:56:78:9a:bc:de:f0:12:34:56:78:9a:bc:de:f0:12:34:56:78:9a:bc:de:f0",
            "has the fingerprint in hexadecimal, and Android sends it in base64url; write `android:apk-key-hash:EjRWeJq83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vA`",
        ),
        (
            "android:apk-key-hash:EjRWeJq83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vA=",
            "ends with the padding `=`, and Android sends the hash without; write `android:apk-key-hash:EjRWeJq83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vA`",
        ),
        (
            "android:apk-key-hash:EjRWeJq83vASNFZ4mrze8BI0VniavN7wEjRWeJq83v+",
            "has `+` or `/` in the hash, and base64url has `-` and `_` instead; take the SHA-256 fingerprint of the certificate that signs the app and write it in base64url without padding, 43 characters after `android:apk-key-hash:`",
        ),
        (
            "android:apk-key-hash:/jRWeJq83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vA",
            "has `+` or `/` in the hash, and base64url has `-` and `_` instead; write `android:apk-key-hash:_jRWeJq83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vA`",
        ),
        (
            "android:apk-key-hash:EjRW eJq8",
            "has the character ` ` in the hash, and base64url does not; take the SHA-256 fingerprint of the certificate that signs the app and write it in base64url without padding, 43 characters after `android:apk-key-hash:`",
        ),
        (
            "android:apk-key-hash:Ej!",
            "has the character `!` in the hash, and base64url does not; take the SHA-256 fingerprint of the certificate that signs the app and write it in base64url without padding, 43 characters after `android:apk-key-hash:`",
        ),
    ]);
}

#[test]
fn android_hash_of_another_length_is_rejected() {
    refuses(&[
        (
            "android:apk-key-hash:EjRWeJq83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vAA",
            "has a hash of 44 characters, and a SHA-256 in base64url has 43; take the SHA-256 fingerprint of the certificate that signs the app and write it in base64url without padding, 43 characters after `android:apk-key-hash:`",
        ),
        // A fingerprint with a digit missing.
        (
            "android:apk-key-hash:123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF",
            "has a hash of 63 characters, and a SHA-256 in base64url has 43; take the SHA-256 fingerprint of the certificate that signs the app and write it in base64url without padding, 43 characters after `android:apk-key-hash:`",
        ),
        (
            "android:apk-key-hash:",
            "has a hash of 0 characters, and a SHA-256 in base64url has 43; take the SHA-256 fingerprint of the certificate that signs the app and write it in base64url without padding, 43 characters after `android:apk-key-hash:`",
        ),
        (
            "android:apk-key-hash:2jmj7l5rSw0yVb_vlWAYkK_YBwk",
            "has a hash of 27 characters, and a SHA-256 in base64url has 43; take the SHA-256 fingerprint of the certificate that signs the app and write it in base64url without padding, 43 characters after `android:apk-key-hash:`",
        ),
        (
            "android:apk-key-hash:2jmj7l5rSw0yVb/vlWAYkK/YBwk=",
            "ends with the padding `=`, and Android sends the hash without; take the SHA-256 fingerprint of the certificate that signs the app and write it in base64url without padding, 43 characters after `android:apk-key-hash:`",
        ),
        (
            "android:apk-key-hash:EjRWeJq83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vB",
            "has a hash that ends in the middle of a byte, so it was mistyped or cut; take the SHA-256 fingerprint of the certificate that signs the app and write it in base64url without padding, 43 characters after `android:apk-key-hash:`",
        ),
    ]);
}

#[test]
fn android_origins_are_accepted() {
    // A last character without unused bits is every fourth of the alphabet.
    for last in "AEIMQUYcgkosw048".chars() {
        let value = format!("android:apk-key-hash:{}{last}", "-_".repeat(21));
        let origin = Origin::parse(&value).unwrap();
        assert!(origin.is_android());
        assert_eq!((origin.as_str(), origin.host()), (&*value, None));
    }
}
