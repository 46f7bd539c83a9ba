//! `application/x-www-form-urlencoded`, of queries and of bodies: each parameter once (RFC 6749 sections 3.1 and 3.2), but
//! for `resource` (RFC 8707 section 2).

use std::collections::BTreeMap;

use crate::OAuthError;

/// The longest query or body that is read, in bytes.
pub const MAX_FORM: usize = 32 * 1024;
/// The most parameters that are read.
const MAX_PARAMETERS: usize = 64;

/// The one parameter that may occur several times.
const RESOURCE: &str = "resource";

/// Parameters by name. An empty value counts as not sent (RFC 6749 section 3.1).
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Parameters {
    once: BTreeMap<String, String>,
    /// In the order in which they were sent.
    resources: Vec<String>,
}

/// Names only: values are secrets, codes, tokens.
impl std::fmt::Debug for Parameters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.once.keys()).finish()
    }
}

impl Parameters {
    /// Reads `name=value&...`.
    ///
    /// # Errors
    /// `invalid_request` when it is too long, an escape is broken, a text is no UTF-8 or holds a control character, or
    /// a name occurs twice, whatever its values: readers disagree on which counts.
    pub fn parse(text: &[u8]) -> Result<Parameters, OAuthError> {
        if text.len() > MAX_FORM {
            return Err(OAuthError::request("the request is too long"));
        }
        let (mut parameters, mut resources) = (BTreeMap::new(), Vec::new());
        for pair in text
            .split(|byte| *byte == b'&')
            .filter(|pair| !pair.is_empty())
        {
            let at = pair
                .iter()
                .position(|byte| *byte == b'=')
                .unwrap_or(pair.len());
            let (name, value) = pair.split_at(at);
            let name = decode(name)?;
            let value = decode(value.get(1..).unwrap_or_default())?;
            if name == RESOURCE {
                resources.push(value);
            } else if parameters.insert(name, value).is_some() {
                return Err(OAuthError::request("a parameter occurs twice"));
            }
            if parameters.len() + resources.len() > MAX_PARAMETERS {
                return Err(OAuthError::request("too many parameters"));
            }
        }
        parameters.retain(|_, value| !value.is_empty());
        resources.retain(|value| !value.is_empty());
        Ok(Parameters {
            once: parameters,
            resources,
        })
    }

    /// All of them as a query, in the order of their names.
    #[must_use]
    pub fn to_query(&self) -> String {
        let pairs: Vec<(&str, &str)> = self
            .once
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .chain(
                self.resources
                    .iter()
                    .map(|value| (RESOURCE, value.as_str())),
            )
            .collect();
        write(&pairs)
    }

    /// The others.
    #[must_use]
    pub fn without(&self, names: &[&str]) -> Parameters {
        let mut others = self.clone();
        others
            .once
            .retain(|name, _| !names.contains(&name.as_str()));
        others
    }

    /// A parameter's value.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&str> {
        self.once.get(name).map(String::as_str)
    }

    /// Every `resource`, as sent.
    #[must_use]
    pub fn resources(&self) -> &[String] {
        &self.resources
    }

    /// A parameter that must be there.
    ///
    /// # Errors
    /// `invalid_request` with `reason` otherwise.
    pub fn require(&self, name: &str, reason: &'static str) -> Result<&str, OAuthError> {
        self.find(name).ok_or(OAuthError::request(reason))
    }

    /// A list of words with single spaces between them (RFC 6749 section 3.3), each at most once, at most `most`.
    ///
    /// # Errors
    /// `invalid_request` for other characters than those of section 3.3, or too many words.
    pub fn words(&self, name: &str, most: usize) -> Result<Vec<String>, OAuthError> {
        let mut words: Vec<String> = Vec::new();
        let text = self.find(name).unwrap_or_default();
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            let fits = word
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\');
            if !fits {
                return Err(OAuthError::request(
                    "a list holds characters that are not allowed",
                ));
            }
            if !words.iter().any(|known| known == word) {
                words.push(word.to_owned());
            }
        }
        if words.len() > most {
            return Err(OAuthError::request("a list is too long"));
        }
        Ok(words)
    }
}

/// One name or value: `+` is a space, `%xx` a byte.
pub(crate) fn decode(text: &[u8]) -> Result<String, OAuthError> {
    let broken = OAuthError::request("a parameter is not encoded as a form is");
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, tail @ ..] = rest {
        rest = tail;
        match first {
            b'+' => bytes.push(b' '),
            b'%' => {
                let (digits, tail) = rest.split_at_checked(2).ok_or(broken)?;
                let digit = |byte: &u8| (*byte as char).to_digit(16).ok_or(broken);
                let value = match digits {
                    [high, low] => digit(high)? * 16 + digit(low)?,
                    _ => return Err(broken),
                };
                bytes.push(u8::try_from(value).map_err(|_| broken)?);
                rest = tail;
            }
            byte => bytes.push(*byte),
        }
    }
    let text = String::from_utf8(bytes).map_err(|_| broken)?;
    if text.chars().any(char::is_control) {
        return Err(broken);
    }
    Ok(text)
}

/// The same way back: everything but unreserved characters is escaped.
#[must_use]
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// `name=value&...` of these pairs, in their order.
#[must_use]
pub fn write(pairs: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect();
    pairs.join("&")
}
