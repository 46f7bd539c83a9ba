//! A strict pull reader for DER (ITU-T X.690), as far as certificates, revocation lists and the structures
//! inside attestations need it.
//!
//! Refused: indefinite lengths, lengths that are not in their shortest form or reach past their parent,
//! tags that are not in their shortest form, integers and object identifiers with superfluous bytes, booleans
//! other than 00 and FF, trailing bytes. Nothing is allocated, and nothing here recurses.

/// What was wrong, and where: `offset` counts bytes from the start of the outermost structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at byte {offset}")]
pub struct DerError {
    /// Offset in bytes.
    pub offset: usize,
    /// What was wrong there.
    pub kind: DerErrorKind,
}

/// The ways in which DER is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DerErrorKind {
    /// A structure ends inside an element.
    #[error("a structure ends inside an element")]
    Truncated,
    /// Bytes follow the last element of a structure.
    #[error("bytes follow the last element")]
    TrailingBytes,
    /// Another element must stand here.
    #[error("expected element {expected}, found {found}")]
    UnexpectedTag {
        /// What must stand here.
        expected: Tag,
        /// What does.
        found: Tag,
    },
    /// A length that is indefinite, not in its shortest form, or longer than any structure here.
    #[error("a length that is not DER")]
    Length,
    /// A tag number that is not in its shortest form, or too great.
    #[error("a tag that is not DER")]
    Tag,
    /// A value whose bytes are not the one DER encoding of anything.
    #[error("a value that is not DER")]
    Value,
    /// More elements than are accepted.
    #[error("too many elements")]
    TooMany,
    /// An element that may occur once occurs twice.
    #[error("an element occurs twice")]
    Duplicate,
}

/// An element's identifier: its first byte, and for numbers above 30 the number in the lower three bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tag(u32);

/// The first byte, and `[number]` above 30.
impl std::fmt::Display for Tag {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            first @ ..0x100 => write!(f, "{first:02x}"),
            great => write!(f, "{:02x}[{}]", great >> 24, great & 0x00ff_ffff),
        }
    }
}

impl Tag {
    pub(crate) const BOOLEAN: Self = Self(0x01);
    pub(crate) const INTEGER: Self = Self(0x02);
    pub(crate) const BIT_STRING: Self = Self(0x03);
    pub(crate) const OCTET_STRING: Self = Self(0x04);
    pub(crate) const OID: Self = Self(0x06);
    pub(crate) const ENUMERATED: Self = Self(0x0a);
    pub(crate) const UTF8_STRING: Self = Self(0x0c);
    pub(crate) const PRINTABLE_STRING: Self = Self(0x13);
    pub(crate) const UTC_TIME: Self = Self(0x17);
    pub(crate) const GENERALIZED_TIME: Self = Self(0x18);
    pub(crate) const SEQUENCE: Self = Self(0x30);
    pub(crate) const SET: Self = Self(0x31);

    /// `[number]` around or in place of a primitive value.
    pub(crate) const fn primitive(number: u32) -> Self {
        Self::context(0x80, number)
    }

    /// `[number]` around or in place of a structure.
    pub(crate) const fn constructed(number: u32) -> Self {
        Self::context(0xa0, number)
    }

    const fn context(class: u32, number: u32) -> Self {
        if number < 31 {
            Self(class | number)
        } else {
            Self(((class | 0x1f) << 24) | number)
        }
    }
}

/// Reads one element after the other from a part of a byte string that it borrows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'a> {
    input: &'a [u8],
    at: usize,
    end: usize,
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(input: &'a [u8]) -> Self {
        Self {
            input,
            at: 0,
            end: input.len(),
        }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.at == self.end
    }

    /// What is left of this structure.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.slice(self.at, self.end)
    }

    pub(crate) const fn error(&self, kind: DerErrorKind) -> DerError {
        DerError {
            offset: self.at,
            kind,
        }
    }

    fn slice(&self, from: usize, to: usize) -> &'a [u8] {
        self.input.get(from..to).unwrap_or_default()
    }

    fn byte(&mut self) -> Result<u8, DerError> {
        match self.rest().first() {
            Some(&byte) => {
                self.at += 1;
                Ok(byte)
            }
            None => Err(self.error(DerErrorKind::Truncated)),
        }
    }

    /// X.690 section 8.1.2. Numbers above 30 take up to three more bytes here.
    fn tag(&mut self) -> Result<Tag, DerError> {
        let first = self.byte()?;
        if first & 0x1f != 0x1f {
            return Ok(Tag(u32::from(first)));
        }
        let mut number = 0;
        for place in 0..3 {
            let byte = self.byte()?;
            number = (number << 7) | u32::from(byte & 0x7f);
            if place == 0 && byte == 0x80 {
                break;
            }
            if byte & 0x80 == 0 {
                return match number {
                    31.. => Ok(Tag((u32::from(first) << 24) | number)),
                    _ => Err(self.error(DerErrorKind::Tag)),
                };
            }
        }
        Err(self.error(DerErrorKind::Tag))
    }

    /// X.690 sections 8.1.3 and 10.1: definite, in the shortest form.
    fn length(&mut self) -> Result<usize, DerError> {
        let first = self.byte()?;
        if first < 0x80 {
            return Ok(usize::from(first));
        }
        let count = usize::from(first & 0x7f);
        if !(1..=4).contains(&count) {
            return Err(self.error(DerErrorKind::Length));
        }
        let mut length = 0usize;
        for _ in 0..count {
            length = (length << 8) | usize::from(self.byte()?);
        }
        let shortest = match count {
            1 => length >= 0x80,
            more => length >> (8 * (more - 1)) != 0,
        };
        if shortest {
            Ok(length)
        } else {
            Err(self.error(DerErrorKind::Length))
        }
    }

    /// The next element's tag and contents.
    pub(crate) fn element(&mut self) -> Result<(Tag, Reader<'a>), DerError> {
        let tag = self.tag()?;
        let length = self.length()?;
        if length > self.end - self.at {
            return Err(self.error(DerErrorKind::Truncated));
        }
        let contents = Reader {
            input: self.input,
            at: self.at,
            end: self.at + length,
        };
        self.at += length;
        Ok((tag, contents))
    }

    /// The contents of the next element, which must have this tag; otherwise nothing is read.
    pub(crate) fn expect(&mut self, tag: Tag) -> Result<Reader<'a>, DerError> {
        let mut ahead = *self;
        match ahead.element()? {
            (found, contents) if found == tag => {
                *self = ahead;
                Ok(contents)
            }
            (found, _) => Err(self.error(DerErrorKind::UnexpectedTag {
                expected: tag,
                found,
            })),
        }
    }

    /// The contents of the next element if it has this tag; otherwise nothing is read.
    pub(crate) fn optional(&mut self, tag: Tag) -> Result<Option<Reader<'a>>, DerError> {
        if self.is_empty() {
            return Ok(None);
        }
        let mut ahead = *self;
        if ahead.tag()? != tag {
            return Ok(None);
        }
        self.expect(tag).map(Some)
    }

    /// The next element whole, identifier and length included.
    pub(crate) fn raw(&mut self, tag: Tag) -> Result<&'a [u8], DerError> {
        let start = self.at;
        self.expect(tag)?;
        Ok(self.slice(start, self.at))
    }

    /// The contents of the next element with this tag, as bytes.
    pub(crate) fn bytes(&mut self, tag: Tag) -> Result<&'a [u8], DerError> {
        self.expect(tag).map(|contents| contents.rest())
    }

    /// An INTEGER (or ENUMERATED) as two's complement in its one shortest form.
    pub(crate) fn integer(&mut self, tag: Tag) -> Result<&'a [u8], DerError> {
        let here = self.error(DerErrorKind::Value);
        match self.bytes(tag)? {
            [] | [0x00, 0x00..=0x7f, ..] | [0xff, 0x80..=0xff, ..] => Err(here),
            bytes => Ok(bytes),
        }
    }

    /// An INTEGER (or ENUMERATED) from 0 to 2^63 - 1.
    pub(crate) fn unsigned(&mut self, tag: Tag) -> Result<u64, DerError> {
        let here = self.error(DerErrorKind::Value);
        let bytes = self.integer(tag)?;
        if bytes.len() > 8 || bytes.first().is_some_and(|first| first & 0x80 != 0) {
            return Err(here);
        }
        Ok(bytes
            .iter()
            .fold(0, |number, &byte| (number << 8) | u64::from(byte)))
    }

    /// An OBJECT IDENTIFIER's contents, which are compared as bytes.
    pub(crate) fn oid(&mut self) -> Result<&'a [u8], DerError> {
        let here = self.error(DerErrorKind::Value);
        let bytes = self.bytes(Tag::OID)?;
        // X.690 section 8.19.2: no subidentifier begins with 80, and the last one ends.
        let mut starts = true;
        for &byte in bytes {
            if starts && byte == 0x80 {
                return Err(here);
            }
            starts = byte & 0x80 == 0;
        }
        if bytes.is_empty() || !starts {
            return Err(here);
        }
        Ok(bytes)
    }

    /// A BOOLEAN DEFAULT FALSE. DER leaves a default out; certificates that spell it out are in use, and it
    /// can't change what is read.
    pub(crate) fn flag(&mut self) -> Result<bool, DerError> {
        let here = self.error(DerErrorKind::Value);
        match self.optional(Tag::BOOLEAN)?.map(|contents| contents.rest()) {
            None | Some([0x00]) => Ok(false),
            Some([0xff]) => Ok(true),
            Some(_) => Err(here),
        }
    }

    /// A BIT STRING of whole bytes.
    pub(crate) fn bit_string(&mut self) -> Result<&'a [u8], DerError> {
        let here = self.error(DerErrorKind::Value);
        match self.bytes(Tag::BIT_STRING)? {
            [0, bytes @ ..] => Ok(bytes),
            _ => Err(here),
        }
    }

    /// A BIT STRING of named bits: the first 16, bit 0 uppermost.
    pub(crate) fn named_bits(&mut self) -> Result<u16, DerError> {
        let here = self.error(DerErrorKind::Value);
        let (unused, bytes) = match self.bytes(Tag::BIT_STRING)? {
            [unused @ 0..=7, bytes @ ..] => (*unused, bytes),
            _ => return Err(here),
        };
        // X.690 section 11.2: unused bits are zero. (That trailing zero bits are left out is not enforced.)
        let stray = bytes
            .last()
            .map_or(unused != 0, |last| last & ((1u8 << unused) - 1) != 0);
        if stray {
            return Err(here);
        }
        let byte = |at: usize| u16::from(bytes.get(at).copied().unwrap_or(0));
        Ok((byte(0) << 8) | byte(1))
    }

    /// Ends the reading.
    pub(crate) fn finish(self) -> Result<(), DerError> {
        if self.is_empty() {
            Ok(())
        } else {
            Err(self.error(DerErrorKind::TrailingBytes))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind<T: std::fmt::Debug>(result: Result<T, DerError>) -> DerErrorKind {
        result.unwrap_err().kind
    }

    #[test]
    fn lengths_have_one_form() {
        let read = |bytes: &[u8]| {
            let mut reader = Reader::new(bytes);
            reader.bytes(Tag::OCTET_STRING).map(<[u8]>::len)
        };
        assert_eq!(read(&[4, 2, 1, 2]), Ok(2));
        let long = [&[4, 0x81, 0x80][..], &[0; 0x80]].concat();
        assert_eq!(read(&long), Ok(0x80));
        assert_eq!(kind(read(&[4, 0x80, 0, 0])), DerErrorKind::Length);
        assert_eq!(kind(read(&[4, 0x81, 0x01, 0])), DerErrorKind::Length);
        assert_eq!(kind(read(&[4, 0x82, 0x00, 0x80])), DerErrorKind::Length);
        assert_eq!(kind(read(&[4, 0x85, 1, 0, 0, 0, 0])), DerErrorKind::Length);
        assert_eq!(
            kind(read(&[4, 0x84, 255, 255, 255, 255])),
            DerErrorKind::Truncated
        );
        assert_eq!(kind(read(&[4])), DerErrorKind::Truncated);
        assert_eq!(kind(read(&[])), DerErrorKind::Truncated);
        let unexpected = DerErrorKind::UnexpectedTag {
            expected: Tag::OCTET_STRING,
            found: Tag::INTEGER,
        };
        assert_eq!(kind(read(&[2, 1, 0])), unexpected);
        assert_eq!(unexpected.to_string(), "expected element 04, found 02");
    }

    #[test]
    fn great_tags_have_one_form() {
        let read = |bytes: &[u8]| Reader::new(bytes).expect(Tag::constructed(701)).map(drop);
        assert_eq!(read(&[0xbf, 0x85, 0x3d, 0]), Ok(()));
        assert_eq!(kind(read(&[0xbf, 0x80, 0x85, 0x3d, 0])), DerErrorKind::Tag);
        assert_eq!(kind(read(&[0xbf, 0x1e, 0])), DerErrorKind::Tag);
        assert_eq!(kind(read(&[0xbf, 0xff, 0xff, 0xff, 0])), DerErrorKind::Tag);
        let unexpected = kind(read(&[0xbf, 0x85, 0x3e, 0]));
        let expected = DerErrorKind::UnexpectedTag {
            expected: Tag::constructed(701),
            found: Tag::constructed(702),
        };
        assert_eq!(unexpected, expected);
        assert_eq!(
            expected.to_string(),
            "expected element bf[701], found bf[702]"
        );
    }

    #[test]
    fn values_have_one_form() {
        for bad in [&[2, 0][..], &[2, 2, 0, 1], &[2, 2, 0xff, 0x80]] {
            assert_eq!(
                kind(Reader::new(bad).integer(Tag::INTEGER)),
                DerErrorKind::Value
            );
        }
        assert_eq!(
            Reader::new(&[2, 2, 0, 0x80]).unsigned(Tag::INTEGER),
            Ok(128)
        );
        assert_eq!(
            kind(Reader::new(&[2, 1, 0xff]).unsigned(Tag::INTEGER)),
            DerErrorKind::Value
        );
        for bad in [&[6, 0][..], &[6, 2, 0x2a, 0x86], &[6, 2, 0x80, 1]] {
            assert_eq!(kind(Reader::new(bad).oid()), DerErrorKind::Value);
        }
        assert_eq!(kind(Reader::new(&[1, 1, 1]).flag()), DerErrorKind::Value);
        assert_eq!(Reader::new(&[1, 1, 0xff]).flag(), Ok(true));
        assert_eq!(Reader::new(&[]).flag(), Ok(false));
        assert_eq!(Reader::new(&[3, 2, 1, 6]).named_bits(), Ok(0x0600));
        assert_eq!(
            kind(Reader::new(&[3, 2, 2, 6]).named_bits()),
            DerErrorKind::Value
        );
        assert_eq!(
            kind(Reader::new(&[3, 1, 1]).named_bits()),
            DerErrorKind::Value
        );
        assert_eq!(
            kind(Reader::new(&[3, 2, 1, 6]).bit_string()),
            DerErrorKind::Value
        );
    }

    #[test]
    fn offsets_count_from_the_outermost_structure() {
        let bytes = [0x30, 5, 2, 1, 7, 1, 0];
        let mut outer = Reader::new(&bytes);
        let mut inner = outer.expect(Tag::SEQUENCE).unwrap();
        outer.finish().unwrap();
        assert_eq!(inner.unsigned(Tag::INTEGER), Ok(7));
        let refusal = inner.oid().unwrap_err();
        let unexpected = DerErrorKind::UnexpectedTag {
            expected: Tag::OID,
            found: Tag::BOOLEAN,
        };
        assert_eq!((refusal.offset, refusal.kind), (5, unexpected));
        assert_eq!(kind(inner.finish()), DerErrorKind::TrailingBytes);
    }
}
