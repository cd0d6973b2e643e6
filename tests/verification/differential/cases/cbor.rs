//! CBOR as authenticators encode it, and in other encodings.

use proptest::{prelude::*, sample::Index};

/// A data item's head: its major type and its argument.
pub(crate) fn head(major: u8, argument: u64) -> Vec<u8> {
    let width = match argument {
        0..24 => 0,
        24..0x100 => 1,
        0x100..0x1_0000 => 2,
        0x1_0000..0x1_0000_0000 => 4,
        _ => 8,
    };
    wide_head(major, argument, width)
}

/// A head whose argument takes this many bytes, or is of indefinite length.
pub(crate) fn wide_head(major: u8, argument: u64, width: usize) -> Vec<u8> {
    let more = match width {
        0 => argument.to_be_bytes()[7],
        1 => 24,
        2 => 25,
        4 => 26,
        _ => 27,
    };
    let mut head = vec![major << 5 | more];
    head.extend(&argument.to_be_bytes()[8 - width..]);
    head
}

pub(crate) fn integer(value: i64) -> Vec<u8> {
    match u64::try_from(value) {
        Ok(value) => head(0, value),
        Err(_) => head(1, value.unsigned_abs() - 1),
    }
}

pub(crate) fn bytes(value: &[u8]) -> Vec<u8> {
    [head(2, value.len() as u64), value.to_vec()].concat()
}

pub(crate) fn text(value: &str) -> Vec<u8> {
    [head(3, value.len() as u64), value.into()].concat()
}

/// Encoding of a map's head and end.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Frame {
    Definite,
    /// The number of members is encoded in this many bytes.
    Wide(usize),
    Indefinite,
    /// The head declares more or fewer members than there are.
    Miscounted(i64),
    Tagged,
    InArray,
}

#[derive(Clone)]
pub(crate) struct Map {
    /// Names and values.
    pub(crate) members: Vec<(Vec<u8>, Vec<u8>)>,
    pub(crate) frame: Frame,
}

impl Map {
    pub(crate) fn new(members: Vec<(Vec<u8>, Vec<u8>)>) -> Self {
        Self {
            members,
            frame: Frame::Definite,
        }
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let count = self.members.len() as u64;
        let mut encoded = match self.frame {
            Frame::Definite => head(5, count),
            Frame::Wide(width) => wide_head(5, count, width),
            Frame::Indefinite => vec![0xbf],
            Frame::Miscounted(by) => head(5, count.saturating_add_signed(by)),
            Frame::Tagged => [head(6, 24), head(5, count)].concat(),
            Frame::InArray => [head(4, 1), head(5, count)].concat(),
        };
        for (name, value) in &self.members {
            encoded.extend(name);
            encoded.extend(value);
        }
        if matches!(self.frame, Frame::Indefinite) {
            encoded.push(0xff);
        }
        encoded
    }
}

/// Change to the bytes of a member, or to their encoding.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Form {
    Wide(usize),
    Indefinite,
    Tagged,
    AsText,
    LeadingZero,
    TrailingZero,
    Shorter,
    Zeros,
    Ones,
    Reversed,
    /// The prime of the curve minus the number, such as the other `y` of a point.
    Negated,
}

impl Form {
    /// Applies the change to one of the members that are byte strings, if there are any.
    pub(crate) fn apply_to_one(self, at: Index, members: &mut [(Vec<u8>, Vec<u8>)]) {
        let changed: Vec<(usize, Vec<u8>)> = members
            .iter()
            .enumerate()
            .filter_map(|(at, (_, value))| Some((at, self.apply(value)?)))
            .collect();
        if !changed.is_empty() {
            let (at, value) = at.get(&changed).clone();
            members[at].1 = value;
        }
    }

    /// Encodes a byte string in this form; `None` for other data items.
    pub(crate) fn apply(self, item: &[u8]) -> Option<Vec<u8>> {
        let start = match item.first()? {
            0x40..=0x57 => 1,
            0x58 => 2,
            0x59 => 3,
            _ => return None,
        };
        let mut value = item.get(start..)?.to_vec();
        match self {
            Self::Wide(width) => {
                return Some([wide_head(2, value.len() as u64, width), value].concat());
            }
            Self::Indefinite => {
                let (first, second) = value.split_at(value.len() / 2);
                return Some([&[0x5f][..], &bytes(first), &bytes(second), &[0xff]].concat());
            }
            Self::Tagged => return Some([head(6, 2), bytes(&value)].concat()),
            Self::AsText => return Some([head(3, value.len() as u64), value].concat()),
            Self::LeadingZero => value.insert(0, 0),
            Self::TrailingZero => value.push(0),
            Self::Shorter => drop(value.pop()),
            Self::Zeros => value.fill(0),
            Self::Ones => value.fill(0xff),
            Self::Reversed => value.reverse(),
            Self::Negated => {
                let prime = match value.len() {
                    32 => super::numbers::P256,
                    48 => super::numbers::P384,
                    _ => return None,
                };
                value = super::numbers::subtract(prime, &value);
            }
        }
        Some(bytes(&value))
    }
}

pub(crate) fn frames() -> impl Strategy<Value = Frame> {
    prop_oneof![
        prop::sample::select(&[1, 2, 4, 8][..]).prop_map(Frame::Wide),
        Just(Frame::Indefinite),
        prop::sample::select(&[-2, -1, 1, 2, 1000][..]).prop_map(Frame::Miscounted),
        Just(Frame::Tagged),
        Just(Frame::InArray),
    ]
}

pub(crate) fn forms() -> impl Strategy<Value = Form> {
    use Form::*;

    const OTHERS: &[Form] = &[
        Indefinite,
        Tagged,
        AsText,
        LeadingZero,
        TrailingZero,
        Shorter,
        Zeros,
        Ones,
        Reversed,
        Negated,
    ];
    prop_oneof![
        1 => prop::sample::select(&[1, 2, 4, 8][..]).prop_map(Wide),
        3 => prop::sample::select(OTHERS),
    ]
}
