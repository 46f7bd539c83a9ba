//! The token endpoint's request: a grant, and the client's own proof (RFC 6749 sections 3.2, 4.1.3, 4.4.2, 6; RFC 7523).

use data_encoding::BASE64;

use crate::authorize::MAX_SCOPES;
use crate::form::{self, Parameters};
use crate::resource;
use crate::{ErrorKind, OAuthError};

/// `client_assertion_type` of a JWT (RFC 7523 section 2.2).
pub const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// `grant_type` of a device (RFC 8628 section 3.4).
pub const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// The longest secret, code or verifier that is read, in bytes.
const MAX_SECRET: usize = 512;

/// Something that only the client knows; never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes a text in.
    #[must_use]
    pub fn new(text: String) -> Secret {
        Secret(text)
    }

    /// Gives the text out.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

/// The headers that belong to a message, each of which was sent at most once.
#[derive(Debug, Clone, Copy, Default)]
pub struct Headers<'a> {
    /// `Authorization`.
    pub authorization: Option<&'a str>,
    /// `DPoP` (RFC 9449 section 4.1).
    pub dpop: Option<&'a str>,
}

/// What a form's parameters and its headers say together.
pub trait Message: Sized {
    /// Reads a body's parameters and the headers that belong to them.
    ///
    /// # Errors
    /// `invalid_request` for what is missing, doubled or contradictory, `invalid_client` for a header that is no `Basic`; and
    /// what each message says.
    fn parse(parameters: &Parameters, headers: &Headers<'_>) -> Result<Self, OAuthError>;
}

/// How a client says who it is. Exactly one way in a request (RFC 6749 section 2.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// In the `Authorization` header.
    SecretBasic(Secret),
    /// In the body.
    SecretPost(Secret),
    /// A JWT signed by the client's key.
    Assertion(Secret),
    /// None: a public client.
    Nothing,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grant {
    /// A token for the client itself.
    ClientCredentials {
        /// As sent, each once.
        scopes: Vec<String>,
    },
    /// A token for whoever signed in.
    AuthorizationCode {
        /// The code.
        code: Secret,
        /// The address that the code was sent to.
        redirect_uri: String,
        /// PKCE's verifier.
        verifier: Option<Secret>,
    },
    /// Tokens for whoever allowed it on another device (RFC 8628 section 3.4).
    DeviceCode {
        /// The device's own code.
        code: Secret,
    },
    /// New tokens without the person (RFC 6749 section 6).
    RefreshToken {
        /// The refresh token.
        token: Secret,
        /// Less than was granted, as sent, each once; empty: all of it.
        scopes: Vec<String>,
    },
}

/// A request that is in order; nothing of it is proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRequest {
    /// Who asks, as far as it was said apart from an assertion.
    pub client_id: Option<String>,
    /// The proof of that.
    pub proof: Proof,
    /// What is asked for.
    pub grant: Grant,
    /// A proof of possession of the key that the token is to be bound to (RFC 9449 section 5).
    pub dpop: Option<Secret>,
    /// The API that the token is to be for (RFC 8707 section 2.2).
    pub resource: Option<String>,
}

impl Message for TokenRequest {
    /// # Errors
    /// `invalid_request` for what is missing, doubled or contradictory, `invalid_client` for a header that is no
    /// `Basic`, `unsupported_grant_type`, `invalid_target`.
    fn parse(parameters: &Parameters, headers: &Headers<'_>) -> Result<TokenRequest, OAuthError> {
        let (client_id, proof) = require_proof(parameters, headers)?;
        let grant = match parameters.require("grant_type", "grant_type is missing")? {
            "client_credentials" => Grant::ClientCredentials {
                scopes: parameters.words("scope", MAX_SCOPES)?,
            },
            "authorization_code" => Grant::AuthorizationCode {
                code: take(parameters, "code", "code is missing or too long")?,
                redirect_uri: parameters
                    .require("redirect_uri", "redirect_uri is missing")?
                    .to_owned(),
                verifier: match parameters.find("code_verifier") {
                    None => None,
                    Some(_) => Some(take(
                        parameters,
                        "code_verifier",
                        "code_verifier is too long",
                    )?),
                },
            },
            DEVICE_CODE => Grant::DeviceCode {
                code: take(
                    parameters,
                    "device_code",
                    "device_code is missing or too long",
                )?,
            },
            "refresh_token" => Grant::RefreshToken {
                token: take(
                    parameters,
                    "refresh_token",
                    "refresh_token is missing or too long",
                )?,
                scopes: parameters.words("scope", MAX_SCOPES)?,
            },
            _ => {
                return Err(OAuthError::new(
                    ErrorKind::UnsupportedGrantType,
                    "grant_type is none of authorization_code, refresh_token, client_credentials and device_code's",
                ));
            }
        };
        Ok(TokenRequest {
            client_id,
            proof,
            grant,
            dpop: headers.dpop.map(|it| Secret::new(it.to_owned())),
            resource: resource::read_one(parameters.resources())?,
        })
    }
}

/// A token that a client gives back (RFC 7009 section 2.1) or asks about (RFC 7662 section 2.1); nothing of it is proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresentedToken {
    /// Who asks, as far as it was said apart from an assertion.
    pub client_id: Option<String>,
    /// The proof of that.
    pub proof: Proof,
    /// The token. What `token_type_hint` says of it is not needed.
    pub token: Secret,
}

/// The longest token of any kind that is read, in bytes.
const MAX_TOKEN: usize = 16 * 1024;

impl Message for PresentedToken {
    /// # Errors
    /// `invalid_request` for what is missing, doubled or contradictory, `invalid_client` for a header that is no `Basic`.
    fn parse(parameters: &Parameters, headers: &Headers<'_>) -> Result<PresentedToken, OAuthError> {
        let (client_id, proof) = require_proof(parameters, headers)?;
        let reason = "token is missing or too long";
        let token = parameters.require("token", reason)?;
        if token.len() > MAX_TOKEN {
            return Err(OAuthError::request(reason));
        }
        Ok(PresentedToken {
            client_id,
            proof,
            token: Secret::new(token.to_owned()),
        })
    }
}

/// A device that can't show our pages asks for a code to be typed elsewhere (RFC 8628 section 3.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceRequest {
    /// Who asks, as far as it was said apart from an assertion.
    pub client_id: Option<String>,
    /// The proof of that.
    pub proof: Proof,
    /// At least one, each once, as sent.
    pub scopes: Vec<String>,
    /// APIs that tokens are to be for, each once (RFC 8707).
    pub resources: Vec<String>,
}

impl Message for DeviceRequest {
    /// # Errors
    /// `invalid_request` for what is doubled or contradictory, `invalid_scope` without one, `invalid_client` for a header that
    /// is no `Basic`, `invalid_target`.
    fn parse(parameters: &Parameters, headers: &Headers<'_>) -> Result<DeviceRequest, OAuthError> {
        let (client_id, proof) = require_proof(parameters, headers)?;
        let scopes = parameters.words("scope", MAX_SCOPES)?;
        if scopes.is_empty() {
            return Err(OAuthError::new(ErrorKind::InvalidScope, "scope is missing"));
        }
        Ok(DeviceRequest {
            client_id,
            proof,
            scopes,
            resources: resource::read(parameters.resources())?,
        })
    }
}

/// Who pushes a request (RFC 9126 section 2.1), which is what else stands in the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushedRequest {
    /// Who asks, as far as it was said apart from an assertion.
    pub client_id: Option<String>,
    /// The proof of that.
    pub proof: Proof,
    /// The authorization request.
    pub request: Parameters,
    /// A proof of possession of the key that the code is to be bound to (RFC 9449 section 10.1).
    pub dpop: Option<Secret>,
}

/// What proves a client, and is no part of what it asks for.
const PROOFS: [&str; 3] = ["client_secret", "client_assertion", "client_assertion_type"];

impl Message for PushedRequest {
    /// # Errors
    /// `invalid_request` for what is doubled or contradictory, and for a `request_uri`; `invalid_client` for a header that
    /// is no `Basic`.
    fn parse(parameters: &Parameters, headers: &Headers<'_>) -> Result<PushedRequest, OAuthError> {
        let (client_id, proof) = require_proof(parameters, headers)?;
        if parameters.find("request_uri").is_some() {
            return Err(OAuthError::request("a request_uri can't be pushed"));
        }
        Ok(PushedRequest {
            client_id,
            proof,
            request: parameters.without(&PROOFS),
            dpop: headers.dpop.map(|it| Secret::new(it.to_owned())),
        })
    }
}

fn require_proof(
    parameters: &Parameters,
    headers: &Headers<'_>,
) -> Result<(Option<String>, Proof), OAuthError> {
    let (client_id, proof) = parse_proof(parameters, headers.authorization)?;
    if client_id.is_none() && !matches!(proof, Proof::Assertion(_)) {
        return Err(OAuthError::new(
            ErrorKind::InvalidClient,
            "the client does not say who it is",
        ));
    }
    Ok((client_id, proof))
}

fn take(parameters: &Parameters, name: &str, reason: &'static str) -> Result<Secret, OAuthError> {
    let text = parameters.require(name, reason)?;
    if text.len() > MAX_SECRET {
        return Err(OAuthError::request(reason));
    }
    Ok(Secret::new(text.to_owned()))
}

fn parse_proof(
    parameters: &Parameters,
    authorization: Option<&str>,
) -> Result<(Option<String>, Proof), OAuthError> {
    let twice = OAuthError::request("the client proves itself in more than one way");
    let in_body = parameters.find("client_id").map(str::to_owned);
    let assertion = parse_assertion(parameters)?;
    let posted = match parameters.find("client_secret") {
        Some(_) => Some(take(
            parameters,
            "client_secret",
            "client_secret is too long",
        )?),
        None => None,
    };
    let Some(header) = authorization else {
        return match (posted, assertion) {
            (Some(_), Some(_)) => Err(twice),
            (Some(secret), None) => Ok((in_body, Proof::SecretPost(secret))),
            (None, Some(token)) => Ok((in_body, Proof::Assertion(token))),
            (None, None) => Ok((in_body, Proof::Nothing)),
        };
    };
    if posted.is_some() || assertion.is_some() {
        return Err(twice);
    }
    let (client_id, secret) = parse_basic(header).ok_or(OAuthError::new(
        ErrorKind::InvalidClient,
        "the Authorization header is not HTTP Basic of client id and secret",
    ))?;
    // A client that says its id again must say the same.
    if in_body.is_some_and(|id| id != client_id) {
        return Err(OAuthError::request("client_id and Authorization differ"));
    }
    Ok((Some(client_id), Proof::SecretBasic(secret)))
}

fn parse_assertion(parameters: &Parameters) -> Result<Option<Secret>, OAuthError> {
    match (
        parameters.find("client_assertion_type"),
        parameters.find("client_assertion"),
    ) {
        (None, None) => Ok(None),
        (Some(JWT_BEARER), Some(token)) => Ok(Some(Secret::new(token.to_owned()))),
        _ => Err(OAuthError::request(
            "client_assertion and client_assertion_type belong together, the type of a JWT",
        )),
    }
}

/// Both halves are form-encoded before they are joined (RFC 6749 section 2.3.1).
fn parse_basic(header: &str) -> Option<(String, Secret)> {
    let (scheme, rest) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") || rest.len() > 2 * MAX_SECRET {
        return None;
    }
    let joined = BASE64.decode(rest.trim().as_bytes()).ok()?;
    let at = joined.iter().position(|byte| *byte == b':')?;
    let (client_id, secret) = joined.split_at(at);
    let client_id = form::decode(client_id).ok()?;
    let secret = form::decode(secret.get(1..)?).ok()?;
    let fits = !client_id.is_empty() && !secret.is_empty() && secret.len() <= MAX_SECRET;
    fits.then_some((client_id, Secret::new(secret)))
}
