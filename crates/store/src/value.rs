//! The three kinds of column that both databases share, and rows made of them.

use std::fmt;

use crate::StoreError;

/// A record's identifier: 16 bytes, random unless said otherwise.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(pub [u8; 16]);

impl Id {
    /// Reads the GUID form (`8-4-4-4-12`, either case); `None` if it is anything else.
    pub fn parse(text: &str) -> Option<Id> {
        let bytes = text.as_bytes();
        if bytes.len() != 36 || [8, 13, 18, 23].iter().any(|&at| bytes[at] != b'-') {
            return None;
        }
        let mut id = [0u8; 16];
        let mut digits = bytes.iter().filter(|&&byte| byte != b'-');
        for slot in &mut id {
            let high = (*digits.next()? as char).to_digit(16)?;
            let low = (*digits.next()? as char).to_digit(16)?;
            *slot = u8::try_from(high * 16 + low).ok()?;
        }
        digits.next().is_none().then_some(Id(id))
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            if matches!(index, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What is bound to a statement and read from a column. Times are microseconds UTC in `Int`,
/// truth is 0 or 1 in `Int`, JSON is `Text`.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    Null,
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
}

/// Shows the kind only: a value may be a secret or a personal fact.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Value::Null => "Null",
            Value::Int(_) => "Int",
            Value::Text(_) => "Text",
            Value::Bytes(_) => "Bytes",
        })
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Value {
        Value::Int(value)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Value {
        Value::Int(i64::from(value))
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Value {
        Value::Text(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Value {
        Value::Text(value)
    }
}

impl From<&[u8]> for Value {
    fn from(value: &[u8]) -> Value {
        Value::Bytes(value.to_vec())
    }
}

impl From<Vec<u8>> for Value {
    fn from(value: Vec<u8>) -> Value {
        Value::Bytes(value)
    }
}

impl<const N: usize> From<[u8; N]> for Value {
    fn from(value: [u8; N]) -> Value {
        Value::Bytes(value.to_vec())
    }
}

impl From<Id> for Value {
    fn from(value: Id) -> Value {
        Value::Bytes(value.0.to_vec())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}

/// One row of a result; columns are taken from the left, in the order of the statement.
#[derive(Debug)]
pub struct Row {
    statement: &'static str,
    values: std::vec::IntoIter<Value>,
    column: usize,
}

impl Row {
    /// `statement` is the name that an error shall show.
    pub fn new(statement: &'static str, values: Vec<Value>) -> Row {
        Row {
            statement,
            values: values.into_iter(),
            column: 0,
        }
    }

    /// What is left of the row.
    pub(crate) fn into_values(self) -> Vec<Value> {
        self.values.collect()
    }

    fn next(&mut self) -> Value {
        self.column += 1;
        self.values.next().unwrap_or(Value::Null)
    }

    fn unfit(&self) -> StoreError {
        StoreError::UnfitColumn {
            statement: self.statement,
            column: self.column,
        }
    }

    /// The next column as an integer or a time.
    pub fn int(&mut self) -> Result<i64, StoreError> {
        self.opt_int()?.ok_or_else(|| self.unfit())
    }

    /// The next column as an integer, or `None` for NULL.
    pub fn opt_int(&mut self) -> Result<Option<i64>, StoreError> {
        match self.next() {
            Value::Int(value) => Ok(Some(value)),
            Value::Null => Ok(None),
            _ => Err(self.unfit()),
        }
    }

    /// The next column as truth: 0 or 1, anything else is an error.
    pub fn truth(&mut self) -> Result<bool, StoreError> {
        match self.int()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(self.unfit()),
        }
    }

    /// The next column as text.
    pub fn text(&mut self) -> Result<String, StoreError> {
        self.opt_text()?.ok_or_else(|| self.unfit())
    }

    /// The next column as text, or `None` for NULL.
    pub fn opt_text(&mut self) -> Result<Option<String>, StoreError> {
        match self.next() {
            Value::Text(value) => Ok(Some(value)),
            Value::Null => Ok(None),
            _ => Err(self.unfit()),
        }
    }

    /// The next column as bytes.
    pub fn bytes(&mut self) -> Result<Vec<u8>, StoreError> {
        self.opt_bytes()?.ok_or_else(|| self.unfit())
    }

    /// The next column as bytes, or `None` for NULL.
    pub fn opt_bytes(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        match self.next() {
            Value::Bytes(value) => Ok(Some(value)),
            Value::Null => Ok(None),
            _ => Err(self.unfit()),
        }
    }

    /// The next column as exactly `N` bytes.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], StoreError> {
        self.bytes()?.try_into().map_err(|_| self.unfit())
    }

    /// The next column as exactly `N` bytes, or `None` for NULL or no bytes at all.
    pub fn opt_array<const N: usize>(&mut self) -> Result<Option<[u8; N]>, StoreError> {
        self.opt_bytes()?
            .filter(|bytes| !bytes.is_empty())
            .map(|bytes| bytes.try_into().map_err(|_| self.unfit()))
            .transpose()
    }

    /// The next column as an identifier.
    pub fn id(&mut self) -> Result<Id, StoreError> {
        self.array().map(Id)
    }

    /// The next column as an identifier, or `None` for NULL.
    pub fn opt_id(&mut self) -> Result<Option<Id>, StoreError> {
        self.opt_bytes()?
            .map(|bytes| bytes.try_into().map(Id).map_err(|_| self.unfit()))
            .transpose()
    }
}
