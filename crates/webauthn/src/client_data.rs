//! Client data (WebAuthn section 5.8.1): what the browser says about the call, and its shared checks.

use crate::base64url;
use crate::error::{ClientDataError, ParseError, Part, shorten};
use crate::json::Object;
use crate::origin::Origin;
use crate::plain_json::{Cursor, set};
use aws_lc_rs::constant_time;
use serde::Deserialize;
use std::borrow::Cow;

/// Longest clientDataJSON accepted, in bytes.
pub const MAX_CLIENT_DATA: usize = 16 * 1024;

/// Challenges shorter than this can be guessed (section 13.4.3), so nothing that answers one is accepted.
pub const MIN_CHALLENGE: usize = 16;

/// The members of client data that this crate judges. All others are ignored, as section 5.8.1 demands,
/// among them `tokenBinding`: Level 3 keeps the name reserved and gives relying parties no step for it,
/// so that `{"status":"present"}` is neither believed nor refused.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClientData<'a> {
    /// `webauthn.create` or `webauthn.get`.
    #[serde(borrow, rename = "type")]
    pub ceremony: Cow<'a, str>,
    /// The challenge in base64url.
    #[serde(borrow)]
    pub challenge: Cow<'a, str>,
    /// The origin of the page that called.
    #[serde(borrow)]
    pub origin: Cow<'a, str>,
    /// Whether that page was inside a frame of another origin's page.
    #[serde(default)]
    pub cross_origin: Option<bool>,
    /// The origin of the outermost page, where it differs.
    #[serde(borrow, default)]
    pub top_origin: Option<Text<'a>>,
}

/// A text borrowed where JSON has no escapes in it. (serde borrows a bare `Cow`, but not one inside `Option`.)
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub struct Text<'a>(#[serde(borrow)] pub Cow<'a, str>);

/// Whether ceremonies may run inside a frame of another origin's page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CrossOrigin<'a> {
    /// They may not. The right answer for whoever does not know better.
    Refused,
    /// They may; where the browser names the outermost page, its origin must be one of these.
    AllowedUnder(&'a [Origin]),
}

impl<'a> ClientData<'a> {
    /// Parses clientDataJSON from its raw bytes.
    ///
    /// # Errors
    /// If the bytes are too many, not UTF-8, not one JSON object, lack a required member, or have a known
    /// member twice or with a wrong type.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, ParseError> {
        if bytes.len() > MAX_CLIENT_DATA {
            let (part, found) = (Part::ClientData, bytes.len());
            return Err(ParseError::TooLong {
                part,
                limit: MAX_CLIENT_DATA,
                found,
            });
        }
        // Section 7.1 step 5, 7.2 step 8: "UTF-8 decode" strips a byte order mark.
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        if let Some(client_data) = Self::read_plain(bytes) {
            return Ok(client_data);
        }
        let text = std::str::from_utf8(bytes).map_err(|error| ParseError::ClientDataNotUtf8 {
            offset: error.valid_up_to(),
        })?;
        serde_json::from_str(text)
            .map(|Object(client_data)| client_data)
            .map_err(|error| ParseError::json(Part::ClientData, bytes, &error))
    }

    /// What browsers write, without members that this crate does not know; `None` for all else.
    fn read_plain(bytes: &'a [u8]) -> Option<Self> {
        let (mut ceremony, mut challenge, mut origin) = (None, None, None);
        let (mut cross_origin, mut top_origin) = (None, None);
        let mut cursor = Cursor::new(bytes);
        cursor.object(|name, value| match name {
            b"type" => set(&mut ceremony, Cow::Borrowed(value.text()?)),
            b"challenge" => set(&mut challenge, Cow::Borrowed(value.text()?)),
            b"origin" => set(&mut origin, Cow::Borrowed(value.text()?)),
            b"topOrigin" => set(&mut top_origin, Text(Cow::Borrowed(value.text()?))),
            b"crossOrigin" => {
                let is_embedded = value.skip("false").is_none();
                if is_embedded {
                    value.skip("true")?;
                }
                set(&mut cross_origin, is_embedded)
            }
            _ => None,
        })?;
        cursor.finish()?;
        Some(Self {
            ceremony: ceremony?,
            challenge: challenge?,
            origin: origin?,
            cross_origin,
            top_origin,
        })
    }
}

/// What both ceremonies expect of client data.
pub(crate) struct Expected<'a> {
    pub(crate) ceremony: &'static str,
    pub(crate) challenge: &'a [u8],
    pub(crate) origins: &'a [Origin],
    pub(crate) cross_origin: CrossOrigin<'a>,
}

impl ClientData<'_> {
    /// Steps 7 to 11 of section 7.1, which are steps 10 to 14 of section 7.2. Gives the origin that matched.
    pub(crate) fn check<'o>(&self, expected: &Expected<'o>) -> Result<&'o Origin, ClientDataError> {
        // 7.1 step 7, 7.2 step 10: the type.
        if self.ceremony != expected.ceremony {
            return Err(ClientDataError::Type {
                found: shorten(&self.ceremony),
            });
        }
        // 7.1 step 8, 7.2 step 11: the challenge, as base64url text, in constant time.
        if expected.challenge.len() < MIN_CHALLENGE {
            return Err(ClientDataError::WeakChallenge {
                found: expected.challenge.len(),
            });
        }
        base64url::with_text(expected.challenge, |challenge| {
            constant_time::verify_slices_are_equal(challenge, self.challenge.as_bytes())
        })
        .map_err(|_| ClientDataError::Challenge)?;
        // 7.1 step 9, 7.2 step 12: the origin, as an exact text (past mistake 16).
        let origin = expected
            .origins
            .iter()
            .find(|origin| origin.as_str() == self.origin)
            .ok_or_else(|| ClientDataError::Origin {
                expected: list(expected.origins),
                found: shorten(&self.origin),
            })?;
        self.check_embedding(expected.cross_origin)?;
        Ok(origin)
    }

    fn check_embedding(&self, expected: CrossOrigin<'_>) -> Result<(), ClientDataError> {
        let CrossOrigin::AllowedUnder(top_origins) = expected else {
            // 7.1 step 10, 7.2 step 13; and the first part of the step about topOrigin.
            let embedded = self.cross_origin == Some(true) || self.top_origin.is_some();
            return if embedded {
                Err(ClientDataError::CrossOrigin)
            } else {
                Ok(())
            };
        };
        // 7.1 step 11, 7.2 step 14: the outermost page, where the browser names it.
        match &self.top_origin {
            Some(Text(found)) if !top_origins.iter().any(|origin| origin.as_str() == found) => {
                Err(ClientDataError::TopOrigin {
                    expected: list(top_origins),
                    found: shorten(found),
                })
            }
            _ => Ok(()),
        }
    }
}

fn list(origins: &[Origin]) -> String {
    let texts: Vec<_> = origins.iter().map(Origin::as_str).collect();
    shorten(&texts.join(", "))
}
