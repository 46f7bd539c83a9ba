//! How a `Value` travels to PostgreSQL and back, in binary.

use std::error::Error;

use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::value::Value;

impl ToSql for Value {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Value::Null => Ok(IsNull::Yes),
            Value::Int(value) => match *ty {
                Type::INT8 => value.to_sql(ty, out),
                Type::INT4 => i32::try_from(*value)?.to_sql(ty, out),
                Type::INT2 => i16::try_from(*value)?.to_sql(ty, out),
                _ => Err(unfit("an integer", ty)),
            },
            Value::Text(value) => match *ty {
                Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME => value.to_sql(ty, out),
                _ => Err(unfit("text", ty)),
            },
            Value::Bytes(value) => match *ty {
                Type::BYTEA => value.to_sql(ty, out),
                _ => Err(unfit("bytes", ty)),
            },
        }
    }

    /// Any: a NULL fits every type, and the rest is refused above.
    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

fn unfit(kind: &str, ty: &Type) -> Box<dyn Error + Sync + Send> {
    format!("{kind} where {ty} is asked for").into()
}

impl<'a> FromSql<'a> for Value {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Value, Box<dyn Error + Sync + Send>> {
        match *ty {
            Type::INT8 => i64::from_sql(ty, raw).map(Value::Int),
            Type::INT4 => i32::from_sql(ty, raw).map(|value| Value::Int(value.into())),
            Type::INT2 => i16::from_sql(ty, raw).map(|value| Value::Int(value.into())),
            Type::BYTEA => Ok(Value::Bytes(raw.to_vec())),
            _ => String::from_sql(ty, raw).map(Value::Text),
        }
    }

    fn from_sql_null(_: &Type) -> Result<Value, Box<dyn Error + Sync + Send>> {
        Ok(Value::Null)
    }

    fn accepts(ty: &Type) -> bool {
        matches!(
            *ty,
            Type::INT8
                | Type::INT4
                | Type::INT2
                | Type::TEXT
                | Type::VARCHAR
                | Type::BPCHAR
                | Type::NAME
                | Type::BYTEA
        )
    }
}

/// The type to announce for a value in a statement that isn't prepared; the server decides for NULL.
pub(crate) fn type_of(value: &Value) -> Type {
    match value {
        Value::Null => Type::UNKNOWN,
        Value::Int(_) => Type::INT8,
        Value::Text(_) => Type::TEXT,
        Value::Bytes(_) => Type::BYTEA,
    }
}
