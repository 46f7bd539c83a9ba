//! The `claims` parameter, as far as it changes the answer (OpenID Connect Core section 5.5): a level of authentication, and
//! whom the answer must be about. Everything else in it is a wish, and scopes say what is told.

use serde_json::{Map, Value, json};

use crate::OAuthError;
use crate::json::parse_object;

/// The longest `claims`, in bytes.
const MAX_LENGTH: usize = 2048;
/// The most values of one claim.
const MAX_VALUES: usize = 8;

/// What the id token must say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClaimsRequest {
    /// Levels of authentication; none: any. The first is liked best.
    pub acr_values: Vec<String>,
    /// Whether one of them must be reached (section 5.5.1.1).
    pub is_acr_essential: bool,
    /// `sub`.
    pub subject: Option<String>,
}

/// The texts that a claim may have: `value`, or `values`.
fn read_values(claim: &Map<String, Value>) -> Result<Vec<String>, OAuthError> {
    let unfit = OAuthError::request("claims holds a value that is no text");
    let list = match (claim.get("values"), claim.get("value")) {
        (Some(Value::Array(list)), None) => list.as_slice(),
        (None, Some(value)) => std::slice::from_ref(value),
        (None, None) => &[],
        _ => return Err(unfit),
    };
    if list.len() > MAX_VALUES {
        return Err(OAuthError::request("claims holds too many values"));
    }
    list.iter()
        .map(|value| value.as_str().map(str::to_owned).ok_or(unfit))
        .collect()
}

impl ClaimsRequest {
    /// Reads the parameter.
    ///
    /// # Errors
    /// `invalid_request` for what is no JSON object of objects, too long, or asks for a claim's value in another type than
    /// text.
    pub fn parse(text: Option<&str>) -> Result<ClaimsRequest, OAuthError> {
        let Some(text) = text else {
            return Ok(ClaimsRequest::default());
        };
        let unfit = OAuthError::request("claims is no JSON object as OpenID Connect describes it");
        if text.len() > MAX_LENGTH {
            return Err(OAuthError::request("claims is too long"));
        }
        let whole = parse_object(text.as_bytes()).map_err(|_| unfit)?;
        let about_token = match whole.get("id_token") {
            None | Some(Value::Null) => return Ok(ClaimsRequest::default()),
            Some(Value::Object(map)) => map,
            Some(_) => return Err(unfit),
        };
        let find = |name: &str| match about_token.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Object(map)) => Ok(Some(map)),
            Some(_) => Err(unfit),
        };
        let mut read = ClaimsRequest::default();
        if let Some(acr) = find("acr")? {
            read.acr_values = read_values(acr)?;
            read.is_acr_essential = acr.get("essential") == Some(&Value::Bool(true));
        }
        if let Some(subject) = find("sub")? {
            read.subject = read_values(subject)?.into_iter().next();
        }
        Ok(read)
    }

    /// The same as a parameter, in one spelling; `None` when it asks for nothing.
    #[must_use]
    pub fn to_text(&self) -> Option<String> {
        let mut token = Map::new();
        if !self.acr_values.is_empty() {
            let acr = json!({ "essential": self.is_acr_essential, "values": self.acr_values });
            token.insert("acr".to_owned(), acr);
        }
        if let Some(subject) = &self.subject {
            token.insert("sub".to_owned(), json!({ "value": subject }));
        }
        (!token.is_empty()).then(|| json!({ "id_token": token }).to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_the_answer_is_read() {
        let text = r#"{"userinfo":{"email":null},"id_token":{"name":{"essential":true},
            "acr":{"essential":true,"values":["phrh","phr"]},"sub":{"value":"a"}}}"#;
        let read = ClaimsRequest::parse(Some(text)).unwrap();
        assert_eq!(read.acr_values, ["phrh", "phr"]);
        assert!(read.is_acr_essential);
        assert_eq!(read.subject.as_deref(), Some("a"));
        let again = ClaimsRequest::parse(read.to_text().as_deref()).unwrap();
        assert_eq!(again, read);
        for nothing in [
            None,
            Some("{}"),
            Some(r#"{"id_token":null}"#),
            Some(r#"{"id_token":{"acr":null,"sub":null,"auth_time":{"essential":true}}}"#),
        ] {
            let read = ClaimsRequest::parse(nothing).unwrap();
            assert_eq!(read, ClaimsRequest::default());
            assert_eq!(read.to_text(), None);
        }
        let one = ClaimsRequest::parse(Some(r#"{"id_token":{"acr":{"value":"phr"}}}"#)).unwrap();
        assert_eq!(
            (one.acr_values, one.is_acr_essential),
            (vec!["phr".to_owned()], false)
        );
    }

    #[test]
    fn what_is_no_request_is_refused() {
        let many = format!(
            r#"{{"id_token":{{"acr":{{"values":[{}]}}}}}}"#,
            ["\"x\""; 9].join(",")
        );
        let long = format!(r#"{{"x":"{}"}}"#, "x".repeat(2048));
        for text in [
            "x",
            "[]",
            "null",
            r#"{"id_token":1}"#,
            r#"{"id_token":{"acr":"phr"}}"#,
            r#"{"id_token":{"acr":{"value":1}}}"#,
            r#"{"id_token":{"acr":{"values":"phr"}}}"#,
            r#"{"id_token":{"acr":{"value":"phr","values":["phr"]}}}"#,
            r#"{"id_token":{},"id_token":{}}"#,
            &many,
            &long,
        ] {
            let error = ClaimsRequest::parse(Some(text)).unwrap_err();
            assert_eq!(error.kind.as_str(), "invalid_request", "{text}");
        }
    }
}
