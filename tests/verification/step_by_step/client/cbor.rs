/// CBOR to be written: maps keep the order and the duplicates of their members.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cbor {
    Int(i64),
    Bytes(Vec<u8>),
    Text(String),
    Array(Vec<Cbor>),
    Map(Map),
    /// Already written.
    Raw(Vec<u8>),
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Map(Vec<(Cbor, Cbor)>);

impl Cbor {
    pub(crate) fn encode(&self) -> Vec<u8> {
        match self {
            Self::Int(int @ 0..) => head(0, int.unsigned_abs()),
            Self::Int(int) => head(1, int.unsigned_abs() - 1),
            Self::Bytes(bytes) => [head(2, length(bytes)), bytes.clone()].concat(),
            Self::Text(text) => {
                [head(3, length(text.as_bytes())), text.as_bytes().to_vec()].concat()
            }
            Self::Array(items) => {
                let mut bytes = head(4, length(items));
                bytes.extend(items.iter().flat_map(Self::encode));
                bytes
            }
            Self::Map(map) => {
                let mut bytes = head(5, length(&map.0));
                for (key, value) in &map.0 {
                    bytes.extend(key.encode());
                    bytes.extend(value.encode());
                }
                bytes
            }
            Self::Raw(bytes) => bytes.clone(),
        }
    }
}

/// Head of an item: its major type, and a length or a value in the shortest encoding.
pub(crate) fn head(major: u8, argument: u64) -> Vec<u8> {
    let bytes = argument.to_be_bytes();
    let (info, rest) = match argument {
        0..24 => (bytes[7], &bytes[8..]),
        24..0x100 => (24, &bytes[7..]),
        0x100..0x1_0000 => (25, &bytes[6..]),
        0x1_0000..0x1_0000_0000 => (26, &bytes[4..]),
        _ => (27, &bytes[..]),
    };
    [&[major << 5 | info], rest].concat()
}

fn length<T>(items: &[T]) -> u64 {
    items.len() as u64
}

impl Map {
    pub(crate) fn with(mut self, key: impl Into<Cbor>, value: impl Into<Cbor>) -> Self {
        self.add(key, value);
        self
    }

    /// Adds a member, even if there is one with this key.
    pub(crate) fn add(&mut self, key: impl Into<Cbor>, value: impl Into<Cbor>) {
        self.0.push((key.into(), value.into()));
    }

    /// Changes an existing member.
    pub(crate) fn set(&mut self, key: impl Into<Cbor>, value: impl Into<Cbor>) {
        *self.get_mut(key) = value.into();
    }

    pub(crate) fn get(&self, key: impl Into<Cbor>) -> &Cbor {
        let key = key.into();
        let member = self.0.iter().find(|member| member.0 == key);
        &member.expect("the member is there").1
    }

    pub(crate) fn get_mut(&mut self, key: impl Into<Cbor>) -> &mut Cbor {
        let key = key.into();
        let member = self.0.iter_mut().find(|member| member.0 == key);
        &mut member.expect("the member is there").1
    }

    pub(crate) fn remove(&mut self, key: impl Into<Cbor>) {
        let (key, before) = (key.into(), self.0.len());
        self.0.retain(|member| member.0 != key);
        assert!(self.0.len() < before, "the member is there");
    }
}

impl From<i64> for Cbor {
    fn from(int: i64) -> Self {
        Self::Int(int)
    }
}

impl From<&str> for Cbor {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Vec<u8>> for Cbor {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<Vec<Cbor>> for Cbor {
    fn from(items: Vec<Cbor>) -> Self {
        Self::Array(items)
    }
}

impl From<Map> for Cbor {
    fn from(map: Map) -> Self {
        Self::Map(map)
    }
}
