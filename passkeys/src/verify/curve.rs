//! Curve membership of public keys, which some cryptography providers check only when they verify a
//! signature.

use crypto_bigint::{
    JacobiSymbol, U256, U384, U576, Uint, const_monty_params,
    modular::{ConstMontyForm, ConstMontyParams},
};

use super::public_key::PublicKey;

// The primes of the fields (FIPS 186-5 and SP 800-186; RFC 8032, §5.1).
const_monty_params!(
    P256,
    U256,
    "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"
);
const_monty_params!(
    P384,
    U384,
    "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe\
     ffffffff0000000000000000ffffffff"
);
const_monty_params!(
    P521,
    U576,
    "00000000000001ffffffffffffffffffffffffffffffffffffffffffffffffff\
     ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
);
const_monty_params!(
    Ed25519,
    U256,
    "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed"
);

// The coefficients b of the NIST curves, and d of Ed25519.
const B_256: U256 =
    U256::from_be_hex("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b");
const B_384: U384 = U384::from_be_hex(
    "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875a\
     c656398d8a2ed19d2a85c8edd3ec2aef",
);
const B_521: U576 = U576::from_be_hex(
    "0000000000000051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3\
     b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00",
);
const D: U256 =
    U256::from_be_hex("52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3");

/// Returns whether a key is a point on its curve. `true` for a key without a curve.
pub(super) fn contains(key: &PublicKey<'_>) -> bool {
    match key {
        PublicKey::Es256(point) => is_on_nist_curve::<P256, _>(&point[1..], &B_256),
        PublicKey::Es384(point) => is_on_nist_curve::<P384, _>(&point[1..], &B_384),
        PublicKey::Es512(point) => is_on_nist_curve::<P521, _>(&point[1..], &B_521),
        PublicKey::Ed25519(point) => is_on_ed25519(point),
        PublicKey::Rs256(_) | PublicKey::MlDsa(..) => true,
    }
}

/// Returns whether y² = x³ - 3x + b, for a point whose coordinates are elements of the field.
fn is_on_nist_curve<P: ConstMontyParams<L>, const L: usize>(point: &[u8], b: &Uint<L>) -> bool {
    let (x, y) = point.split_at(point.len() / 2);
    let (Some(x), Some(y)) = (element::<P, L>(x), element::<P, L>(y)) else {
        return false;
    };
    let three_x = x.double() + x;
    y.square() == x.square() * x - three_x + ConstMontyForm::new(b)
}

/// Returns whether an encoded y-coordinate below the prime belongs to a point: whether
/// x² = (y² - 1) / (dy² + 1) has a solution.
fn is_on_ed25519(point: &[u8; 32]) -> bool {
    let mut y = *point;
    // The sign of x.
    y[31] &= 0x7f;
    y.reverse();
    let Some(y) = element::<Ed25519, _>(&y) else {
        return false;
    };
    let y2 = y.square();
    let one = ConstMontyForm::<Ed25519, _>::ONE;
    // A quotient is a square if and only if the product is.
    let product = (y2 - one) * (y2 * ConstMontyForm::new(&D) + one);
    product.jacobi_symbol_vartime() != JacobiSymbol::MinusOne
}

/// Returns a big-endian integer as an element of the field, if it is below the prime.
fn element<P: ConstMontyParams<L>, const L: usize>(bytes: &[u8]) -> Option<ConstMontyForm<P, L>> {
    let mut padded = [0; 72];
    let padded = &mut padded[..Uint::<L>::BYTES];
    let start = padded.len().checked_sub(bytes.len())?;
    padded[start..].copy_from_slice(bytes);
    let integer = Uint::from_be_slice(padded);
    (integer < *P::PARAMS.modulus().as_ref()).then(|| ConstMontyForm::new(&integer))
}

#[cfg(test)]
mod tests {
    use curve25519_dalek::edwards::CompressedEdwardsY;
    use p256::ecdsa::VerifyingKey as Key256;
    use p384::ecdsa::VerifyingKey as Key384;

    use super::{PublicKey, contains};

    fn random<const N: usize>() -> [u8; N] {
        let mut bytes = [0; N];
        getrandom::fill(&mut bytes).unwrap();
        bytes
    }

    fn p256() -> [u8; 65] {
        let key = p256::ecdsa::SigningKey::from_slice(&random::<32>()).unwrap();
        let point = key.verifying_key().to_sec1_point(false);
        point.as_bytes().try_into().unwrap()
    }

    fn p384() -> [u8; 97] {
        let key = p384::ecdsa::SigningKey::from_slice(&random::<48>()).unwrap();
        let point = key.verifying_key().to_sec1_point(false);
        point.as_bytes().try_into().unwrap()
    }

    /// Returns a point, and points with one bit changed each.
    fn with_bits_changed<const N: usize>(point: [u8; N]) -> impl Iterator<Item = [u8; N]> {
        let changed = (8..N * 8).step_by(7).map(move |bit| {
            let mut changed = point;
            changed[bit / 8] ^= 1 << (bit % 8);
            changed
        });
        [point].into_iter().chain(changed)
    }

    #[test]
    fn curve_membership_of_p256_and_p384_points_agrees_with_rustcrypto() {
        for point in (0..8).flat_map(|_| with_bits_changed(p256())) {
            let expected = Key256::from_sec1_bytes(&point).is_ok();
            assert_eq!(contains(&PublicKey::Es256(point)), expected, "{point:x?}");
        }
        for point in (0..8).flat_map(|_| with_bits_changed(p384())) {
            let expected = Key384::from_sec1_bytes(&point).is_ok();
            assert_eq!(contains(&PublicKey::Es384(point)), expected, "{point:x?}");
        }
    }

    #[cfg(feature = "aws-lc-rs")]
    #[test]
    fn curve_membership_of_p521_points_agrees_with_aws_lc() {
        use aws_lc_rs::signature::{
            ECDSA_P521_SHA512_ASN1, ECDSA_P521_SHA512_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _,
            ParsedPublicKey,
        };

        let key = EcdsaKeyPair::generate(&ECDSA_P521_SHA512_ASN1_SIGNING).unwrap();
        let point: [u8; 133] = key.public_key().as_ref().try_into().unwrap();
        for point in with_bits_changed(point) {
            let expected = ParsedPublicKey::new(&ECDSA_P521_SHA512_ASN1, point).is_ok();
            let key = PublicKey::Es512(Box::new(point));
            assert_eq!(contains(&key), expected, "{point:x?}");
        }
    }

    #[test]
    fn point_with_a_coordinate_not_below_the_prime_is_rejected() {
        // y² = b has a solution modulo the prime of P-256, so 0 and the prime are the same x.
        let y = "66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4";
        let y = u8s(y);
        let point = |x: &[u8]| {
            let point = [&[4], x, &y].concat();
            contains(&PublicKey::Es256(point.try_into().unwrap()))
        };
        assert!(point(&[0; 32]));
        let prime = "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff";
        assert!(!point(&u8s(prime)));
        assert!(!point(&[0xff; 32]));
    }

    fn u8s(hex: &str) -> Vec<u8> {
        let digits = hex.as_bytes().chunks(2);
        digits
            .map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect()
    }

    #[test]
    fn curve_membership_of_ed25519_points_agrees_with_curve25519_dalek() {
        let mut points = 0;
        for _ in 0..500 {
            let mut encoded = random::<32>();
            // Below the prime, but for two in 2²⁵⁵.
            encoded[0] &= 0x7f;
            let expected = CompressedEdwardsY(encoded).decompress().is_some();
            assert_eq!(contains(&PublicKey::Ed25519(&encoded)), expected);
            points += usize::from(expected);
        }
        assert!((150..350).contains(&points), "{points} of 500");
    }
}
