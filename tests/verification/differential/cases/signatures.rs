//! Signatures with a wrong encoding, and signatures with wrong numbers.

use proptest::prelude::*;

use super::{keys::Key, numbers};

/// Change to one of the two numbers of an ECDSA signature, or to the number of an RSA signature.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Number {
    Zero,
    One,
    /// Set to its bound: the curve's order, or the RSA modulus.
    Modulus,
    ModulusMinusOne,
    PlusModulus,
    /// For `s` of ECDSA the result is valid as well.
    Negated,
    LeadingZero,
    WithoutFirstByte,
    Empty,
    Ones,
}

/// Change to the DER encoding of an ECDSA signature.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Encoding {
    Der,
    LongLength,
    LongInnerLength,
    Indefinite,
    Set,
    Bytes,
    TrailingInside,
    TrailingOutside,
    Third,
    Swapped,
    OnlyOne,
    /// The fixed-length encoding (IEEE P1363), which WebAuthn does not use.
    Concatenated,
}

#[derive(Clone, Debug)]
pub(crate) struct Change {
    second: bool,
    number: Option<Number>,
    encoding: Encoding,
}

pub(crate) fn changes() -> impl Strategy<Value = Change> {
    use Encoding::*;
    use Number::*;

    const NUMBERS: &[Number] = &[
        Zero,
        One,
        Modulus,
        ModulusMinusOne,
        PlusModulus,
        Negated,
        LeadingZero,
        WithoutFirstByte,
        Empty,
        Ones,
    ];
    const ENCODINGS: &[Encoding] = &[
        LongLength,
        LongInnerLength,
        Indefinite,
        Set,
        Bytes,
        TrailingInside,
        TrailingOutside,
        Third,
        Swapped,
        OnlyOne,
        Concatenated,
    ];
    let number = prop::sample::select(NUMBERS).prop_map(Some);
    let encoding = prop::sample::select(ENCODINGS);
    prop_oneof![
        3 => (any::<bool>(), number.clone(), Just(Der)),
        3 => (any::<bool>(), Just(None), encoding.clone()),
        1 => (any::<bool>(), number, encoding),
    ]
    .prop_map(|(second, number, encoding)| Change {
        second,
        number,
        encoding,
    })
}

impl Number {
    fn apply(self, number: &[u8], modulus: &[u8]) -> Vec<u8> {
        match self {
            Self::Zero => vec![0],
            Self::One => vec![1],
            Self::Modulus => modulus.into(),
            Self::ModulusMinusOne => numbers::subtract(modulus, &[1]),
            Self::PlusModulus => numbers::add(number, modulus),
            Self::Negated => numbers::subtract(modulus, number),
            Self::LeadingZero => [&[0], number].concat(),
            Self::WithoutFirstByte => number[1..].into(),
            Self::Empty => Vec::new(),
            Self::Ones => vec![0xff; number.len()],
        }
    }
}

impl Change {
    /// Returns `None` if the signature is not, or no longer, well-formed.
    pub(crate) fn apply(&self, key: &Key, signature: &[u8]) -> Option<Vec<u8>> {
        let modulus = key.modulus();
        if matches!(key, Key::Rs256(_)) {
            let mut changed = self.number?.apply(signature, &modulus);
            // As long as the modulus, unless the change was to the length.
            let excess = changed.len().saturating_sub(modulus.len());
            let is_number = matches!(self.number, Some(Number::PlusModulus));
            if is_number && changed[..excess].iter().all(|&byte| byte == 0) {
                changed.drain(..excess);
            }
            return Some(changed);
        }
        if matches!(key, Key::Ed25519(_)) {
            return self.apply_to_eddsa(signature, &modulus);
        }
        if modulus.is_empty() {
            return None;
        }
        // The length of the sequence takes two bytes if it is 128 or more.
        let head = if *signature.get(1)? == 0x81 { 3 } else { 2 };
        let (r, rest) = integer(signature.get(head..)?)?;
        let (s, _) = integer(rest)?;
        let mut numbers = [minimal(r), minimal(s)];
        if let Some(number) = self.number {
            let one = &mut numbers[usize::from(self.second)];
            let changed = number.apply(one, &modulus);
            *one = match number {
                // A change to the encoding, which must not be normalized.
                Number::LeadingZero | Number::WithoutFirstByte | Number::Empty => changed,
                _ => minimal(&changed),
            };
        }
        Some(self.encoding.apply(&numbers, modulus.len()))
    }
}

impl Change {
    /// EdDSA: two halves, the second of which is a little-endian number.
    fn apply_to_eddsa(&self, signature: &[u8], modulus: &[u8]) -> Option<Vec<u8>> {
        let (nonce, number) = signature.split_at_checked(32)?;
        let mut halves = [nonce.to_vec(), number.to_vec()];
        let half = &mut halves[usize::from(self.second)];
        half.reverse();
        *half = self.number?.apply(half, modulus);
        half.reverse();
        if !matches!(self.number?, Number::LeadingZero | Number::WithoutFirstByte) {
            half.resize(32, 0);
        }
        Some(halves.concat())
    }
}

impl Encoding {
    fn apply(self, [r, s]: &[Vec<u8>; 2], width: usize) -> Vec<u8> {
        let tagged = |number: &[u8]| tlv(0x02, number);
        let (first, second) = (tagged(r), tagged(s));
        match self {
            Self::Der => tlv(0x30, &[first, second].concat()),
            Self::LongLength => {
                let content = [first, second].concat();
                let length = u8::try_from(content.len()).unwrap();
                [&[0x30, 0x82, 0, length][..], &content].concat()
            }
            Self::LongInnerLength => {
                let length = u8::try_from(r.len()).unwrap();
                let first = [&[0x02, 0x81, length][..], r].concat();
                tlv(0x30, &[first, second].concat())
            }
            Self::Indefinite => [&[0x30, 0x80][..], &first, &second, &[0, 0]].concat(),
            Self::Set => tlv(0x31, &[first, second].concat()),
            Self::Bytes => tlv(0x30, &[tlv(0x04, r), second].concat()),
            Self::TrailingInside => tlv(0x30, &[&first[..], &second, &[0]].concat()),
            Self::TrailingOutside => [tlv(0x30, &[first, second].concat()), vec![0]].concat(),
            Self::Third => tlv(0x30, &[&first[..], &second, &tagged(&[1])].concat()),
            Self::Swapped => tlv(0x30, &[second, first].concat()),
            Self::OnlyOne => tlv(0x30, &first),
            Self::Concatenated => {
                let padded = |number: &[u8]| {
                    let number = &number[number.len().saturating_sub(width)..];
                    [vec![0; width - number.len()], number.to_vec()].concat()
                };
                [padded(r), padded(s)].concat()
            }
        }
    }
}

fn tlv(tag: u8, value: &[u8]) -> Vec<u8> {
    let length = u8::try_from(value.len()).unwrap();
    let mut encoded = vec![tag];
    if length >= 0x80 {
        encoded.push(0x81);
    }
    encoded.push(length);
    encoded.extend(value);
    encoded
}

/// Splits off the first integer.
fn integer(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&[tag, length], rest) = der.split_first_chunk()?;
    (tag == 0x02).then_some(())?;
    rest.split_at_checked(length.into())
}

/// Encodes a number as in DER: without leading zeros, except for one that keeps it positive.
fn minimal(number: &[u8]) -> Vec<u8> {
    let start = number.iter().position(|&byte| byte != 0);
    let digits = start.map_or(&[0][..], |start| &number[start..]);
    let sign: &[u8] = if digits[0] & 0x80 == 0 { &[] } else { &[0] };
    [sign, digits].concat()
}
