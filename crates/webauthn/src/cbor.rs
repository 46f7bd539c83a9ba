//! A strict pull reader for CBOR (RFC 8949), as CTAP2 uses it.
//!
//! Refused: indefinite lengths, tags, duplicate map keys, map keys other than integers and texts, lengths and
//! integers that are not in their shortest form, trailing bytes, more than [`MAX_DEPTH`] levels, more than
//! [`MAX_ENTRIES`] entries in one container. Accepted although CTAP2's canonical form forbids it: map keys in any
//! order, since shipping authenticators send them so and it can't change what is read.
//!
//! Longer forms are accepted in one place, the outermost map of an attestation object
//! ([`Reader::of_client`]): the client writes it, not the authenticator, so CTAP2 binds nobody there, and no signature
//! covers it. In what authenticators write (keys, extension outputs, statements) no shipping one is known to send them.
//!
//! Nothing is allocated except a list of the keys of a long map while it is being read.

use minicbor::Decoder;
use minicbor::data::Type;

/// Levels of arrays and maps. The deepest attestation that exists (compound over x5c) has five.
pub const MAX_DEPTH: u8 = 8;
/// Entries in one array or map.
pub const MAX_ENTRIES: usize = 128;

/// What was wrong, and where: `offset` counts bytes from the start of the reader's input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at byte {offset}")]
pub struct CborError {
    /// Offset in bytes from the start of the input.
    pub offset: usize,
    /// What was wrong there.
    pub kind: CborErrorKind,
}

/// The ways in which CBOR is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CborErrorKind {
    /// The input ends inside an item.
    #[error("input ends inside an item")]
    Truncated,
    /// Bytes follow the item.
    #[error("bytes follow the item")]
    TrailingBytes,
    /// The item has another type than expected.
    #[error("expected {expected}, found {found}")]
    WrongType {
        /// The type that must stand here.
        expected: Kind,
        /// The type that does.
        found: Kind,
    },
    /// A map has two equal keys.
    #[error("map key occurs twice")]
    DuplicateKey,
    /// A required map key is absent.
    #[error("map lacks the key {0:?}")]
    MissingKey(&'static str),
    /// A length or integer in more bytes than it needs.
    #[error("length or integer that is not in its shortest form")]
    NotShortest,
    /// An array, map or string of indefinite length.
    #[error("indefinite length")]
    IndefiniteLength,
    /// More than [`MAX_DEPTH`] levels.
    #[error("nested too deeply")]
    TooDeep,
    /// More than [`MAX_ENTRIES`] entries.
    #[error("too many entries")]
    TooManyEntries,
    /// An integer outside the range of a signed 64-bit number.
    #[error("integer out of range")]
    IntegerOutOfRange,
    /// A text that is not UTF-8.
    #[error("text is not UTF-8")]
    NotUtf8,
    /// A tag, a reserved simple value or a reserved length.
    #[error("not well-formed or not allowed in CTAP2")]
    NotAllowed,
}

/// The types of CBOR that can occur, for error messages and look-ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Signed or unsigned integer.
    Integer,
    /// Byte string.
    Bytes,
    /// Text string.
    Text,
    /// Array.
    Array,
    /// Map.
    Map,
    /// `true` or `false`.
    Bool,
    /// `null`, `undefined`, a floating-point number or another simple value.
    Other,
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Integer => "an integer",
            Self::Bytes => "a byte string",
            Self::Text => "a text",
            Self::Array => "an array",
            Self::Map => "a map",
            Self::Bool => "a boolean",
            Self::Other => "another value",
        })
    }
}

/// A map key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key<'b> {
    /// An integer, as in `COSE_Key`.
    Int(i64),
    /// A text, as in attestation objects.
    Text(&'b str),
}

/// The keys of the map that is being read: the first few in place, the rest of a long map in a list. At
/// most [`MAX_ENTRIES`], so that searching them one by one stays cheap.
#[derive(Default)]
struct SeenKeys<'b> {
    first: [Option<Key<'b>>; 6],
    rest: Vec<Key<'b>>,
}

impl<'b> SeenKeys<'b> {
    /// Whether the key is new.
    fn insert(&mut self, key: Key<'b>) -> bool {
        for place in &mut self.first {
            match place {
                None => {
                    *place = Some(key);
                    return true;
                }
                Some(seen) if *seen == key => return false,
                Some(_) => {}
            }
        }
        let new = !self.rest.contains(&key);
        self.rest.push(key);
        new
    }
}

/// Reads one CBOR item after the other from a byte string that it borrows.
#[derive(Debug, Clone)]
pub struct Reader<'b> {
    decoder: Decoder<'b>,
    depth: u8,
    accepts_longer: bool,
}

impl<'b> Reader<'b> {
    /// Starts at the first byte.
    #[must_use]
    pub fn new(bytes: &'b [u8]) -> Self {
        Self {
            decoder: Decoder::new(bytes),
            depth: 0,
            accepts_longer: false,
        }
    }

    /// The same for what a client wrote: lengths and integers may be in longer forms.
    #[must_use]
    pub fn of_client(bytes: &'b [u8]) -> Self {
        Self {
            accepts_longer: true,
            ..Self::new(bytes)
        }
    }

    /// Offset of the next byte to be read.
    #[must_use]
    pub fn position(&self) -> usize {
        self.decoder.position()
    }

    /// Makes an error for the present position.
    #[must_use]
    pub fn error(&self, kind: CborErrorKind) -> CborError {
        CborError {
            offset: self.position(),
            kind,
        }
    }

    /// The type of the next item, without reading it.
    ///
    /// # Errors
    /// At the end of input, for indefinite lengths, and for what CTAP2 does not allow.
    pub fn kind(&self) -> Result<Kind, CborError> {
        let found = self
            .decoder
            .datatype()
            .map_err(|_| self.error(CborErrorKind::Truncated))?;
        Ok(match found {
            Type::U8 | Type::U16 | Type::U32 | Type::U64 => Kind::Integer,
            Type::I8 | Type::I16 | Type::I32 | Type::I64 | Type::Int => Kind::Integer,
            Type::Bytes => Kind::Bytes,
            Type::String => Kind::Text,
            Type::Array => Kind::Array,
            Type::Map => Kind::Map,
            Type::Bool => Kind::Bool,
            Type::Null | Type::Undefined | Type::Simple | Type::F16 | Type::F32 | Type::F64 => {
                Kind::Other
            }
            Type::BytesIndef | Type::StringIndef | Type::ArrayIndef | Type::MapIndef => {
                return Err(self.error(CborErrorKind::IndefiniteLength));
            }
            Type::Tag | Type::Break | Type::Unknown(_) => {
                return Err(self.error(CborErrorKind::NotAllowed));
            }
        })
    }

    fn expect(&self, expected: Kind) -> Result<(), CborError> {
        match self.kind()? {
            found if found == expected => self.check_head(),
            found => Err(self.error(CborErrorKind::WrongType { expected, found })),
        }
    }

    /// RFC 8949 section 4.2.1, "preferred serialization": of the next item's head, an integer's or a length's. Not of
    /// simple values and floating-point numbers, of which none is read.
    fn check_head(&self) -> Result<(), CborError> {
        let head = self.decoder.input().get(self.position()..);
        match head.unwrap_or_default() {
            // Additional information up to 23 is the number itself.
            [first, ..] if first & 0x1f < 24 => Ok(()),
            rest if self.accepts_longer || is_shortest(rest) => Ok(()),
            _ => Err(self.error(CborErrorKind::NotShortest)),
        }
    }

    /// Runs one read of the decoder; what it refuses after the type was checked is a short input or `otherwise`.
    fn read<T>(
        &mut self,
        otherwise: CborErrorKind,
        read: impl FnOnce(&mut Decoder<'b>) -> Result<T, minicbor::decode::Error>,
    ) -> Result<T, CborError> {
        let offset = self.position();
        read(&mut self.decoder).map_err(|error| {
            let kind = if error.is_end_of_input() {
                CborErrorKind::Truncated
            } else {
                otherwise
            };
            CborError { offset, kind }
        })
    }

    /// Reads an integer.
    ///
    /// # Errors
    /// If the next item is no integer or does not fit a signed 64-bit number.
    pub fn int(&mut self) -> Result<i64, CborError> {
        self.expect(Kind::Integer)?;
        self.read(CborErrorKind::IntegerOutOfRange, Decoder::i64)
    }

    /// Reads a byte string.
    ///
    /// # Errors
    /// If the next item is no byte string of definite length, or is cut off.
    pub fn bytes(&mut self) -> Result<&'b [u8], CborError> {
        self.expect(Kind::Bytes)?;
        self.read(CborErrorKind::NotAllowed, Decoder::bytes)
    }

    /// Reads a text.
    ///
    /// # Errors
    /// If the next item is no text of definite length, is cut off, or is not UTF-8.
    pub fn text(&mut self) -> Result<&'b str, CborError> {
        self.expect(Kind::Text)?;
        self.read(CborErrorKind::NotUtf8, Decoder::str)
    }

    /// Reads a boolean.
    ///
    /// # Errors
    /// If the next item is no boolean.
    pub fn bool(&mut self) -> Result<bool, CborError> {
        self.expect(Kind::Bool)?;
        self.read(CborErrorKind::NotAllowed, Decoder::bool)
    }

    /// Reads an array; `entry` must read exactly one item each time it is called.
    ///
    /// # Errors
    /// If the next item is no array of definite length within the limits, or `entry` fails.
    pub fn array<E: From<CborError>>(
        &mut self,
        mut entry: impl FnMut(&mut Self) -> Result<(), E>,
    ) -> Result<(), E> {
        self.expect(Kind::Array)?;
        let length = self.read(CborErrorKind::NotAllowed, Decoder::array)?;
        self.enter(length, |reader, length| {
            for _ in 0..length {
                entry(reader)?;
            }
            Ok(())
        })
    }

    /// Reads a map; `entry` is given each key and must read exactly one item, the value.
    ///
    /// # Errors
    /// If the next item is no map of definite length within the limits, a key is neither integer nor
    /// text or occurs twice, or `entry` fails.
    pub fn map<E: From<CborError>>(
        &mut self,
        mut entry: impl FnMut(Key<'b>, &mut Self) -> Result<(), E>,
    ) -> Result<(), E> {
        self.expect(Kind::Map)?;
        let length = self.read(CborErrorKind::NotAllowed, Decoder::map)?;
        self.enter(length, |reader, length| {
            let mut seen = SeenKeys::default();
            for _ in 0..length {
                let offset = reader.position();
                let key = reader.key()?;
                if !seen.insert(key) {
                    return Err(CborError {
                        offset,
                        kind: CborErrorKind::DuplicateKey,
                    }
                    .into());
                }
                entry(key, reader)?;
            }
            Ok(())
        })
    }

    fn key(&mut self) -> Result<Key<'b>, CborError> {
        match self.kind()? {
            Kind::Integer => self.int().map(Key::Int),
            Kind::Text => self.text().map(Key::Text),
            found => Err(self.error(CborErrorKind::WrongType {
                expected: Kind::Text,
                found,
            })),
        }
    }

    fn enter<E: From<CborError>>(
        &mut self,
        length: Option<u64>,
        body: impl FnOnce(&mut Self, usize) -> Result<(), E>,
    ) -> Result<(), E> {
        let length = length.ok_or_else(|| self.error(CborErrorKind::IndefiniteLength))?;
        let length = usize::try_from(length)
            .ok()
            .filter(|&length| length <= MAX_ENTRIES)
            .ok_or_else(|| self.error(CborErrorKind::TooManyEntries))?;
        if self.depth == MAX_DEPTH {
            return Err(self.error(CborErrorKind::TooDeep).into());
        }
        self.depth += 1;
        let result = body(self, length);
        self.depth -= 1;
        result
    }

    /// Reads one item of any type, checking all that is checked elsewhere, and drops it.
    ///
    /// # Errors
    /// If the item is not what this reader accepts.
    pub fn skip(&mut self) -> Result<(), CborError> {
        match self.kind()? {
            // Unsigned and negative integers of the full 64-bit range may be skipped, though not read.
            Kind::Integer => {
                self.check_head()?;
                self.read(CborErrorKind::NotAllowed, Decoder::int).map(drop)
            }
            Kind::Bytes => self.bytes().map(drop),
            Kind::Text => self.text().map(drop),
            Kind::Bool => self.bool().map(drop),
            Kind::Array => self.array(Self::skip),
            Kind::Map => self.map(|_, reader| reader.skip()),
            Kind::Other => self.skip_other(),
        }
    }

    fn skip_other(&mut self) -> Result<(), CborError> {
        let bytes = self.decoder.input();
        let start = self.position();
        let length = match bytes.get(start) {
            // null, undefined and the simple values that fit one byte
            Some(0xe0..=0xf7) => 1,
            // RFC 8949 section 3.3: a second byte below 32 is not well-formed.
            Some(0xf8) if bytes.get(start + 1).is_some_and(|&value| value < 32) => {
                return Err(self.error(CborErrorKind::NotAllowed));
            }
            Some(0xf8) => 2,
            Some(0xf9) => 3,
            Some(0xfa) => 5,
            Some(0xfb) => 9,
            _ => return Err(self.error(CborErrorKind::NotAllowed)),
        };
        if bytes.len() - start < length {
            return Err(self.error(CborErrorKind::Truncated));
        }
        self.decoder.set_position(start + length);
        Ok(())
    }

    /// Reads one item of any type as [`Reader::skip`] does and gives its bytes.
    ///
    /// # Errors
    /// As [`Reader::skip`].
    pub fn raw(&mut self) -> Result<&'b [u8], CborError> {
        let start = self.position();
        self.skip()?;
        Ok(self
            .decoder
            .input()
            .get(start..self.position())
            .unwrap_or_default())
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// If bytes are left.
    pub fn finish(self) -> Result<(), CborError> {
        if self.position() == self.decoder.input().len() {
            Ok(())
        } else {
            Err(self.error(CborErrorKind::TrailingBytes))
        }
    }
}

/// Whether a head of more than one byte could not be shorter. What is cut off is found by whoever reads it.
fn is_shortest(head: &[u8]) -> bool {
    match head {
        [0x18 | 0x38 | 0x58 | 0x78 | 0x98 | 0xb8, number, ..] => *number >= 24,
        [0x19 | 0x39 | 0x59 | 0x79 | 0x99 | 0xb9, 0, _, ..] => false,
        [0x1a | 0x3a | 0x5a | 0x7a | 0x9a | 0xba, 0, 0, _, _, ..] => false,
        [
            0x1b | 0x3b | 0x5b | 0x7b | 0x9b | 0xbb,
            0,
            0,
            0,
            0,
            _,
            _,
            _,
            _,
            ..,
        ] => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skip_all(bytes: &[u8]) -> Result<(), CborErrorKind> {
        skip_with(Reader::new(bytes))
    }

    fn skip_with(mut reader: Reader<'_>) -> Result<(), CborErrorKind> {
        reader
            .skip()
            .and_then(|()| reader.finish())
            .map_err(|error| error.kind)
    }

    #[test]
    fn skips_what_is_allowed() {
        for bytes in [
            &[0x00][..],
            &[0x1b, 255, 255, 255, 255, 255, 255, 255, 255],
            &[0x3b, 255, 255, 255, 255, 255, 255, 255, 255],
            &[0xa2, 0x01, 0xf5, 0x61, b'a', 0x80],
            &[0xf6],
            &[0xf8, 0x20],
            &[0xfb, 0, 0, 0, 0, 0, 0, 0, 0],
        ] {
            assert_eq!(skip_all(bytes), Ok(()), "{bytes:02x?}");
        }
    }

    #[test]
    fn refuses_what_is_not() {
        use CborErrorKind as K;
        let deep = [0x81; MAX_DEPTH as usize + 1];
        for (bytes, kind) in [
            (&[][..], K::Truncated),
            (&[0x42, 0x00], K::Truncated),
            (&[0x00, 0x00], K::TrailingBytes),
            (&[0x5f, 0x41, 0x00, 0xff], K::IndefiniteLength),
            (&[0xbf, 0xff], K::IndefiniteLength),
            (&[0xc0, 0x00], K::NotAllowed),
            (&[0xf8, 0x14], K::NotAllowed),
            (&[0x1c], K::NotAllowed),
            (&[0xa2, 0x01, 0x00, 0x01, 0x00], K::DuplicateKey),
            // the eighth key of a map repeats the seventh
            (
                &[0xa8, 0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 6, 0],
                K::DuplicateKey,
            ),
            (
                &[0xa1, 0x40, 0x00],
                K::WrongType {
                    expected: Kind::Text,
                    found: Kind::Bytes,
                },
            ),
            (&[0x61, 0xff], K::NotUtf8),
            (&[0x98, 0xff], K::TooManyEntries),
            (
                &[0x9b, 255, 255, 255, 255, 255, 255, 255, 255],
                K::TooManyEntries,
            ),
            (&deep, K::TooDeep),
        ] {
            assert_eq!(skip_all(bytes), Err(kind), "{bytes:02x?}");
        }
    }

    /// Every length and integer in its longer forms; in the client's map they are read, and keys are compared by what
    /// they say.
    #[test]
    fn longer_forms_than_needed_are_refused() {
        for major in 0..6_u8 {
            let contents: &[u8] = match major {
                // 23 bytes or letters, 23 entries, 23 pairs with keys of their own.
                2 | 3 => &[b'a'; 23],
                4 => &[0; 23],
                5 => &(0..46)
                    .map(|at| if at % 2 == 0 { at / 2 } else { 0 })
                    .collect::<Vec<_>>(),
                _ => &[],
            };
            let with_head = |head: &[u8]| [head, contents].concat();
            let first = |information: u8| (major << 5) | information;
            assert_eq!(skip_all(&with_head(&[first(23)])), Ok(()), "{major}");
            for longer in [
                &[first(24), 23][..],
                &[first(25), 0, 23],
                &[first(26), 0, 0, 0, 23],
                &[first(27), 0, 0, 0, 0, 0, 0, 0, 23],
            ] {
                let bytes = with_head(longer);
                assert_eq!(
                    skip_all(&bytes),
                    Err(CborErrorKind::NotShortest),
                    "{longer:02x?}"
                );
                assert_eq!(
                    skip_with(Reader::of_client(&bytes)),
                    Ok(()),
                    "{longer:02x?}"
                );
            }
        }
        // The least number of each form.
        for shortest in [
            &[0x18, 24][..],
            &[0x19, 1, 0],
            &[0x1a, 0, 1, 0, 0],
            &[0x1b, 0, 0, 0, 1, 0, 0, 0, 0],
            &[0x38, 24],
            &[0x39, 1, 0],
        ] {
            assert_eq!(skip_all(shortest), Ok(()), "{shortest:02x?}");
        }
        for longest in [
            &[0x19, 0, 255][..],
            &[0x1a, 0, 0, 255, 255],
            &[0x1b, 0, 0, 0, 0, 255, 255, 255, 255],
        ] {
            assert_eq!(
                skip_all(longest),
                Err(CborErrorKind::NotShortest),
                "{longest:02x?}"
            );
        }
        // Read, not skipped; with the offset.
        let error = Reader::new(&[0x18, 7]).int().unwrap_err();
        assert_eq!((error.offset, error.kind), (0, CborErrorKind::NotShortest));
        let error = Reader::new(&[0xa1, 0x01, 0x58, 1, 0]).skip().unwrap_err();
        assert_eq!((error.offset, error.kind), (2, CborErrorKind::NotShortest));
        // Cut off is cut off.
        assert_eq!(skip_all(&[0x19, 0]), Err(CborErrorKind::Truncated));
        let twice = Reader::of_client(&[0xa2, 0x01, 0x00, 0x18, 0x01, 0x00]);
        assert_eq!(skip_with(twice), Err(CborErrorKind::DuplicateKey));
    }

    #[test]
    fn errors_carry_the_offset() {
        let mut reader = Reader::new(&[0xa2, 0x01, 0x02, 0x01, 0x03]);
        assert_eq!(reader.skip().unwrap_err().offset, 3);
    }
}
