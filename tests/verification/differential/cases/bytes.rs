//! Changes to bytes, whatever they encode.

use proptest::{prelude::*, sample::Index};

/// Change to a byte string at a position.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change {
    at: Index,
    how: How,
}

#[derive(Clone, Copy, Debug)]
enum How {
    Flip(u8),
    Set(u8),
    Insert(u8),
    Remove,
    Truncate,
}

pub(crate) fn changes() -> impl Strategy<Value = Change> {
    let how = prop_oneof![
        4 => (0..8u8).prop_map(How::Flip),
        1 => any::<u8>().prop_map(How::Set),
        1 => any::<u8>().prop_map(How::Insert),
        1 => Just(How::Remove),
        1 => Just(How::Truncate),
    ];
    (any::<Index>(), how).prop_map(|(at, how)| Change { at, how })
}

impl Change {
    pub(crate) fn apply(&self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        let at = self.at.index(bytes.len());
        match self.how {
            How::Flip(bit) => bytes[at] ^= 1 << bit,
            How::Set(byte) => bytes[at] = byte,
            How::Insert(byte) => bytes.insert(at, byte),
            How::Remove => drop(bytes.remove(at)),
            How::Truncate => bytes.truncate(at),
        }
    }
}
