//! Distinguished names (RFC 5280 section 4.1.2.4).
//!
//! Two names are equal if their DER is. RFC 5280 would have letters compared without case and spaces
//! folded; certificate authorities copy the bytes, and what is not the same is not trusted.

use crate::der::{DerError, DerErrorKind, Reader, Tag};

/// Most attributes in one name.
const MAX_ATTRIBUTES: usize = 32;

/// A Name, checked to be a list of attributes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Name<'a> {
    raw: &'a [u8],
    contents: Reader<'a>,
}

/// One attribute of a name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Attribute<'a> {
    pub(crate) oid: &'a [u8],
    pub(crate) tag: Tag,
    pub(crate) value: &'a [u8],
}

impl PartialEq for Name<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.raw == other.raw
    }
}

impl<'a> Name<'a> {
    pub(crate) fn read(reader: &mut Reader<'a>) -> Result<Self, DerError> {
        let mut ahead = *reader;
        let raw = reader.raw(Tag::SEQUENCE)?;
        let contents = ahead.expect(Tag::SEQUENCE)?;
        let name = Self { raw, contents };
        name.visit(|_| ())?;
        Ok(name)
    }

    pub(crate) fn raw(&self) -> &'a [u8] {
        self.raw
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.contents.is_empty()
    }

    fn visit(&self, mut visit: impl FnMut(Attribute<'a>)) -> Result<(), DerError> {
        let mut sets = self.contents;
        let mut left = MAX_ATTRIBUTES;
        while !sets.is_empty() {
            let mut set = sets.expect(Tag::SET)?;
            while !set.is_empty() {
                left = left
                    .checked_sub(1)
                    .ok_or_else(|| set.error(DerErrorKind::TooMany))?;
                let mut attribute = set.expect(Tag::SEQUENCE)?;
                let oid = attribute.oid()?;
                let (tag, value) = attribute.element()?;
                attribute.finish()?;
                visit(Attribute {
                    oid,
                    tag,
                    value: value.rest(),
                });
            }
        }
        Ok(())
    }

    /// The attribute with this identifier; `None` if there is none, or more than one.
    pub(crate) fn find(&self, oid: &[u8]) -> Option<Attribute<'a>> {
        let (mut found, mut count) = (None, 0);
        let visited = self.visit(|attribute| {
            if attribute.oid == oid {
                found = Some(attribute);
                count += 1;
            }
        });
        found.filter(|_| visited.is_ok() && count == 1)
    }
}

impl<'a> Attribute<'a> {
    /// The text of a UTF8String or PrintableString that is not empty.
    pub(crate) fn text(&self) -> Option<&'a str> {
        if self.tag != Tag::UTF8_STRING && self.tag != Tag::PRINTABLE_STRING {
            return None;
        }
        std::str::from_utf8(self.value)
            .ok()
            .filter(|text| !text.is_empty())
    }
}
