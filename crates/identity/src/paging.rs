//! Links to the next page: where a list goes on, in a form that only we can have made.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use store::{Cursor, Id, Value};
use webauthn::base64url;

use crate::seal::derive_mac;
use crate::{Identity, Refusal, codes};

/// The length of the code that a token begins with.
const MAC: usize = 16;

/// A token that goes on after the cursor. `query` is everything that makes the list what it is, in a form that is the
/// same each time: whose, which collection, which filter and order. A token opens for that alone.
#[must_use]
pub fn write_token(identity: &Identity, query: &[&str], cursor: &Cursor) -> String {
    let body = encode(cursor);
    let mut token = derive_code(identity, query, &body).to_vec();
    token.extend_from_slice(&body);
    base64url::encode(&token)
}

/// The cursor of a token of [`write_token`] for the same query.
///
/// # Errors
/// [`codes::CURSOR_UNFIT`] for anything else.
pub fn read_token(identity: &Identity, query: &[&str], token: &str) -> Result<Cursor, Refusal> {
    let unfit = || Refusal::new(&codes::CURSOR_UNFIT);
    let token = base64url::decode(token).map_err(|_| unfit())?;
    let (code, body) = token.split_at_checked(MAC).ok_or_else(unfit)?;
    verify_slices_are_equal(code, &derive_code(identity, query, body)).map_err(|_| unfit())?;
    decode(body).ok_or_else(unfit)
}

fn derive_code(identity: &Identity, query: &[&str], body: &[u8]) -> [u8; MAC] {
    let mut parts: Vec<&[u8]> = vec![b"next page", body];
    parts.extend(query.iter().map(|part| part.as_bytes()));
    let mac = derive_mac(&identity.snapshot().keys.mac, &parts);
    let mut code = [0; MAC];
    code.copy_from_slice(&mac[..MAC]);
    code
}

/// The id, the kind of the key, the key.
fn encode(cursor: &Cursor) -> Vec<u8> {
    let mut body = cursor.id.0.to_vec();
    match &cursor.key {
        Value::Null => body.push(b'n'),
        Value::Int(value) => {
            body.push(b'i');
            body.extend_from_slice(&value.to_be_bytes());
        }
        Value::Text(text) => {
            body.push(b't');
            body.extend_from_slice(text.as_bytes());
        }
        Value::Bytes(bytes) => {
            body.push(b'b');
            body.extend_from_slice(bytes);
        }
    }
    body
}

fn decode(body: &[u8]) -> Option<Cursor> {
    let (id, rest) = body.split_first_chunk::<16>()?;
    let (kind, key) = rest.split_first()?;
    let key = match kind {
        b'n' => Value::Null,
        b'i' => Value::Int(i64::from_be_bytes(key.try_into().ok()?)),
        b't' => Value::Text(String::from_utf8(key.to_vec()).ok()?),
        b'b' => Value::Bytes(key.to_vec()),
        _ => return None,
    };
    Some(Cursor { key, id: Id(*id) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_was() {
        for key in [
            Value::Null,
            Value::Int(-5),
            Value::Text("ädä".to_owned()),
            Value::Bytes(vec![0, 255]),
        ] {
            let cursor = Cursor {
                key,
                id: Id([7; 16]),
            };
            assert!(decode(&encode(&cursor)) == Some(cursor));
        }
        assert!(decode(b"short").is_none());
        assert!(decode(&[b'i'; 20]).is_none());
    }
}
