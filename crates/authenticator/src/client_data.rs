//! What the client (the browser) adds to a ceremony: `clientDataJSON` (WebAuthn section 5.8.1).

use aws_lc_rs::digest;
use serde::Serialize;
use webauthn::{Origin, RpId};

use crate::Error;

/// The page that runs a ceremony.
#[derive(Debug, Clone)]
pub struct Page {
    /// The serialised origin of the page, such as `https://example.org`.
    pub origin: String,
    /// Set when the page sits in a frame of another origin: the origin of the outermost page.
    pub top_origin: Option<String>,
}

impl Page {
    /// A page that is not framed.
    #[must_use]
    pub fn new(origin: &str) -> Page {
        Page {
            origin: origin.to_owned(),
            top_origin: None,
        }
    }

    /// A page in a frame below a page of another origin.
    #[must_use]
    pub fn framed(origin: &str, top_origin: &str) -> Page {
        Page {
            origin: origin.to_owned(),
            top_origin: Some(top_origin.to_owned()),
        }
    }

    /// The RP ID that a ceremony in this page uses: the asked one where the origin may use it
    /// (sections 5.1.3 step 8 and 5.1.4.1 step 7), else the origin's host.
    ///
    /// # Errors
    /// [`Error::Security`] when the origin may not use it.
    pub fn resolve_rp_id(&self, asked: Option<&str>) -> Result<RpId, Error> {
        let origin = Origin::parse(&self.origin).map_err(|_| Error::Security)?;
        let rp_id = RpId::parse(asked.unwrap_or(origin.host())).map_err(|_| Error::Security)?;
        if origin.fits_rp_id(&rp_id) {
            Ok(rp_id)
        } else {
            Err(Error::Security)
        }
    }
}

/// The fields of `clientDataJSON`, in the order in which clients write them (section 5.8.1.1).
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClientData {
    /// `webauthn.create` or `webauthn.get`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The challenge as base64url, exactly as it stood in the options.
    pub challenge: String,
    /// The page's origin.
    pub origin: String,
    /// Whether the page is framed by another origin.
    pub cross_origin: bool,
    /// The outermost origin, only when framed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_origin: Option<String>,
}

impl ClientData {
    pub(crate) fn new(kind: &str, challenge: &str, page: &Page) -> ClientData {
        ClientData {
            kind: kind.to_owned(),
            challenge: challenge.to_owned(),
            origin: page.origin.clone(),
            cross_origin: page.top_origin.is_some(),
            top_origin: page.top_origin.clone(),
        }
    }

    /// The bytes that travel and whose hash is signed.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        // A struct of strings and a bool always serialises.
        serde_json::to_vec(self).unwrap_or_default()
    }
}

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_stand_in_the_order_of_the_standard() {
        let framed = Page::framed("https://a.example", "https://b.example");
        let json = ClientData::new("webauthn.get", "AAAA", &framed).to_json();
        assert_eq!(
            String::from_utf8(json).unwrap(),
            r#"{"type":"webauthn.get","challenge":"AAAA","origin":"https://a.example","crossOrigin":true,"topOrigin":"https://b.example"}"#
        );
        let json =
            ClientData::new("webauthn.create", "AAAA", &Page::new("https://a.example")).to_json();
        assert!(json.ends_with(br#""crossOrigin":false}"#));
    }

    #[test]
    fn an_origin_uses_only_rp_ids_at_or_above_it() {
        let page = Page::new("https://login.example.org");
        assert_eq!(
            page.resolve_rp_id(Some("example.org")).unwrap().as_str(),
            "example.org"
        );
        assert_eq!(
            page.resolve_rp_id(None).unwrap().as_str(),
            "login.example.org"
        );
        for other in ["ample.org", "other.org", "deep.login.example.org", ""] {
            assert_eq!(
                page.resolve_rp_id(Some(other)).unwrap_err(),
                Error::Security,
                "{other}"
            );
        }
    }
}
