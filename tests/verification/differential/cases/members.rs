//! Changes to the members of a JSON object or a CBOR map.

use proptest::{prelude::*, sample::Index};

#[derive(Clone, Debug)]
pub(crate) enum Change {
    Remove(Index),
    Move(Index, Index),
    Repeat(Index),
    Insert(Index, Vec<u8>, Vec<u8>),
    Name(Index, Vec<u8>),
    Value(Index, Vec<u8>),
}

pub(crate) fn changes(
    names: impl Strategy<Value = Vec<u8>> + Clone + 'static,
    values: impl Strategy<Value = Vec<u8>> + Clone + 'static,
) -> impl Strategy<Value = Change> {
    use Change::*;

    let at = any::<Index>;
    prop_oneof![
        1 => at().prop_map(Remove),
        2 => (at(), at()).prop_map(|(from, to)| Move(from, to)),
        1 => at().prop_map(Repeat),
        3 => (at(), names.clone(), values.clone())
            .prop_map(|(at, name, value)| Insert(at, name, value)),
        1 => (at(), names).prop_map(|(at, name)| Name(at, name)),
        4 => (at(), values).prop_map(|(at, value)| Value(at, value)),
    ]
}

impl Change {
    pub(crate) fn apply(&self, members: &mut Vec<(Vec<u8>, Vec<u8>)>) {
        let count = members.len();
        if count == 0 {
            return;
        }
        match self {
            Self::Remove(at) => drop(members.remove(at.index(count))),
            Self::Move(from, to) => {
                let member = members.remove(from.index(count));
                members.insert(to.index(count), member);
            }
            Self::Repeat(at) => members.push(members[at.index(count)].clone()),
            Self::Insert(at, name, value) => {
                members.insert(at.index(count + 1), (name.clone(), value.clone()));
            }
            Self::Name(at, name) => members[at.index(count)].0.clone_from(name),
            Self::Value(at, value) => members[at.index(count)].1.clone_from(value),
        }
    }
}
