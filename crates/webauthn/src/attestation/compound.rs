//! `compound` (section 8.9): several statements about one credential.

use super::error::{AttestationError, CompoundStep};
use super::policy::{CompoundNeed, Format};
use super::{Part as Statement, check_format};
use crate::cbor::{CborError, CborErrorKind, Key, Reader};
use crate::error::{ParseError, Part};

/// Most statements in one compound.
pub(super) const MAX_STATEMENTS: usize = 4;

/// Reads `[2* nonCompoundAttStmt]`.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Statement<'_>>, AttestationError> {
    let mut statements = Vec::with_capacity(2);
    let mut count = 0;
    let mut reader = Reader::new(bytes);
    let read = reader.array::<CborError>(|entry| {
        count += 1;
        let statement = read_one(entry)?;
        if statements.len() < MAX_STATEMENTS {
            statements.push(statement);
        }
        Ok(())
    });
    read.and_then(|()| reader.finish())
        .map_err(ParseError::cbor(Part::AttestationStatement))?;
    match count {
        found @ (0 | 1) => Err(AttestationError::Compound(CompoundStep::TooFew { found })),
        // "The value of fmt MUST NOT be compound."
        _ if statements
            .iter()
            .any(|it| it.format == Format::Compound.identifier()) =>
        {
            Err(AttestationError::Compound(CompoundStep::Nested))
        }
        2..=MAX_STATEMENTS => {
            // Section 8.1 holds for each: names are recorded and shown.
            for statement in &statements {
                check_format(statement.format)?;
            }
            Ok(statements)
        }
        _ => Err(AttestationError::Compound(CompoundStep::TooMany(
            MAX_STATEMENTS,
        ))),
    }
}

fn read_one<'a>(reader: &mut Reader<'a>) -> Result<Statement<'a>, CborError> {
    let (mut format, mut statement) = (None, None);
    reader.map::<CborError>(|key, value| {
        match key {
            Key::Text("fmt") => format = Some(value.text()?),
            Key::Text("attStmt") => statement = Some(value.raw()?),
            _ => value.skip()?,
        }
        Ok(())
    })?;
    let missing = |key| reader.error(CborErrorKind::MissingKey(key));
    Ok(Statement {
        format: format.ok_or_else(|| missing("fmt"))?,
        statement: statement.ok_or_else(|| missing("attStmt"))?,
    })
}

impl CompoundNeed {
    /// How many of so many statements must pass.
    pub(super) fn count(self, statements: usize) -> usize {
        match self {
            Self::All => statements,
            Self::AtLeast(count) => count.max(1),
        }
    }
}
