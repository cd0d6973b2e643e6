/// A value in DER.
#[derive(Clone, Debug)]
pub(crate) struct Der(Vec<u8>);

impl Der {
    /// Any value, of a tag below 31.
    pub(crate) fn new(tag: u8, content: &[u8]) -> Self {
        Self::tagged(&[tag], content)
    }

    fn tagged(tag: &[u8], content: &[u8]) -> Self {
        let length = content.len().to_be_bytes();
        let significant = &length[length.iter().take_while(|byte| **byte == 0).count()..];
        let mut bytes = tag.to_vec();
        match significant {
            [] => bytes.push(0),
            [short @ 0..0x80] => bytes.push(*short),
            long => {
                bytes.push(0x80 | long.len() as u8);
                bytes.extend(long);
            }
        }
        bytes.extend(content);
        Self(bytes)
    }

    pub(crate) fn sequence(items: &[Self]) -> Self {
        Self::new(0x30, &concat(items))
    }

    pub(crate) fn set(items: &[Self]) -> Self {
        Self::new(0x31, &concat(items))
    }

    /// A value in an explicit tag of its context, of any number.
    pub(crate) fn explicit(number: u16, value: &Self) -> Self {
        let tag = match number {
            0..31 => vec![0xa0 | number as u8],
            31..128 => vec![0xbf, number as u8],
            _ => vec![0xbf, 0x80 | (number >> 7) as u8, number as u8 & 0x7f],
        };
        Self::tagged(&tag, &value.0)
    }

    /// An integer that is not negative.
    pub(crate) fn integer(big_endian: &[u8]) -> Self {
        let zeros = big_endian.iter().take_while(|byte| **byte == 0).count();
        let mut content = big_endian[zeros..].to_vec();
        if content.first().is_none_or(|first| first & 0x80 != 0) {
            content.insert(0, 0);
        }
        Self::new(2, &content)
    }

    pub(crate) fn enumerated(value: u8) -> Self {
        Self::new(10, &[value])
    }

    pub(crate) fn boolean(value: bool) -> Self {
        Self::new(1, &[if value { 0xff } else { 0 }])
    }

    pub(crate) fn null() -> Self {
        Self::new(5, &[])
    }

    pub(crate) fn oid(arcs: &[u32]) -> Self {
        let mut content = Vec::new();
        let first = 40 * arcs[0] + arcs[1];
        for arc in [&[first], &arcs[2..]].concat() {
            let at = content.len();
            content.push(arc as u8 & 0x7f);
            let mut rest = arc >> 7;
            while rest > 0 {
                content.insert(at, rest as u8 & 0x7f | 0x80);
                rest >>= 7;
            }
        }
        Self::new(6, &content)
    }

    pub(crate) fn octets(bytes: &[u8]) -> Self {
        Self::new(4, bytes)
    }

    pub(crate) fn bits(bytes: &[u8]) -> Self {
        Self::new(3, &[&[0], bytes].concat())
    }

    pub(crate) fn utf8(text: &str) -> Self {
        Self::new(12, text.as_bytes())
    }

    pub(crate) fn printable(text: &str) -> Self {
        Self::new(19, text.as_bytes())
    }

    /// A point in time, as `YYMMDDhhmmssZ`.
    pub(crate) fn utc_time(text: &str) -> Self {
        Self::new(23, text.as_bytes())
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        self.0.clone()
    }
}

fn concat(items: &[Der]) -> Vec<u8> {
    items.iter().flat_map(|item| item.0.clone()).collect()
}
