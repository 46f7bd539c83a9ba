//! What stands around values in an answer.

use serde_json::{Map, Value};

use crate::path::Version;

/// `{origin}/v1.0/$metadata#users` and the like.
#[must_use]
pub fn derive_context(origin: &str, version: Version, what: &str) -> String {
    format!("{origin}{}/$metadata#{what}", version.prefix())
}

/// An object with its context, which comes first in Graph's answers and may stand anywhere in JSON.
#[must_use]
pub fn wrap_entity(context: String, mut entity: Map<String, Value>) -> Value {
    entity.insert("@odata.context".to_owned(), Value::String(context));
    Value::Object(entity)
}

/// A page of a collection.
#[must_use]
pub fn wrap_page(
    context: String,
    count: Option<u64>,
    next: Option<String>,
    values: Vec<Value>,
) -> Value {
    let mut page = Map::new();
    page.insert("@odata.context".to_owned(), Value::String(context));
    if let Some(count) = count {
        page.insert("@odata.count".to_owned(), count.into());
    }
    if let Some(next) = next {
        page.insert("@odata.nextLink".to_owned(), Value::String(next));
    }
    page.insert("value".to_owned(), Value::Array(values));
    Value::Object(page)
}

/// `W/"n"`: the tag of a record's version.
#[must_use]
pub fn derive_etag(version: i64) -> String {
    format!("W/\"{version}\"")
}

/// Reads a tag of [`derive_etag`], weak or strong. `None` for `*`, which any version fits, and for what is no tag of
/// ours; [`is_any`] tells the two apart.
#[must_use]
pub fn parse_etag(text: &str) -> Option<i64> {
    let tag = text.trim();
    let tag = tag.strip_prefix("W/").unwrap_or(tag);
    let digits = tag.strip_prefix('"')?.strip_suffix('"')?;
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
}

/// Whether `If-Match` takes any version.
#[must_use]
pub fn is_any(text: &str) -> bool {
    text.trim() == "*"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_come_back() {
        assert_eq!(parse_etag(&derive_etag(17)), Some(17));
        assert_eq!(parse_etag("\"17\""), Some(17));
        for unfit in [
            "17",
            "*",
            "W/\"a\"",
            "W/\"-1\"",
            "\"\"",
            "W/\"99999999999999999999\"",
        ] {
            assert_eq!(parse_etag(unfit), None, "{unfit}");
        }
        assert!(is_any(" * "));
    }

    #[test]
    fn pages_have_graphs_names() {
        let context = derive_context("https://a.example", Version::V1, "users");
        let page = wrap_page(context, Some(3), Some("next".into()), vec![]);
        assert_eq!(
            page.to_string(),
            r#"{"@odata.context":"https://a.example/v1.0/$metadata#users","@odata.count":3,"@odata.nextLink":"next","value":[]}"#
        );
    }
}
