//! The discovery document (OpenID Connect Discovery section 3, RP-Initiated Logout section 2.1, RFC 8414, RFC 9207).

use serde::Serialize;

use crate::authorize::{RESPONSE_MODES, ResponseMode};
use crate::jwt::{ALGORITHMS, Algorithm};
use crate::token_request::DEVICE_CODE;

/// Where things are, and what they do. Every member says what is built, nothing more.
#[derive(Debug, Serialize)]
pub struct Document {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    revocation_endpoint: String,
    introspection_endpoint: String,
    pushed_authorization_request_endpoint: String,
    device_authorization_endpoint: String,
    end_session_endpoint: String,
    userinfo_endpoint: String,
    jwks_uri: String,
    scopes_supported: Vec<&'static str>,
    response_types_supported: [&'static str; 1],
    response_modes_supported: [&'static str; 3],
    grant_types_supported: [&'static str; 4],
    subject_types_supported: [&'static str; 1],
    acr_values_supported: Vec<&'static str>,
    id_token_signing_alg_values_supported: Vec<&'static str>,
    userinfo_signing_alg_values_supported: Vec<&'static str>,
    token_endpoint_auth_methods_supported: [&'static str; 4],
    revocation_endpoint_auth_methods_supported: [&'static str; 4],
    introspection_endpoint_auth_methods_supported: [&'static str; 3],
    token_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    revocation_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    introspection_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    dpop_signing_alg_values_supported: Vec<&'static str>,
    claims_supported: [&'static str; 17],
    code_challenge_methods_supported: [&'static str; 1],
    prompt_values_supported: [&'static str; 4],
    backchannel_logout_supported: bool,
    backchannel_logout_session_supported: bool,
    authorization_response_iss_parameter_supported: bool,
    claims_parameter_supported: bool,
    request_parameter_supported: bool,
    request_uri_parameter_supported: bool,
    require_pushed_authorization_requests: bool,
}

/// How a client says who it is.
const CLIENT_PROOFS: [&str; 4] = [
    "client_secret_basic",
    "client_secret_post",
    "private_key_jwt",
    "none",
];

/// The same where nobody is told anything without proving it.
const SOME_PROOF: [&str; 3] = [
    "client_secret_basic",
    "client_secret_post",
    "private_key_jwt",
];

fn name(algorithms: &[Algorithm]) -> Vec<&'static str> {
    let names = algorithms.iter().map(|algorithm| algorithm.as_str());
    names.collect()
}

/// The addresses of one issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// Exactly the text before `/.well-known/openid-configuration` in the document's own address.
    pub issuer: String,
    /// The authorization endpoint.
    pub authorization: String,
    /// The token endpoint.
    pub token: String,
    /// Where refresh tokens are given back.
    pub revocation: String,
    /// Where a client learns what a token is worth.
    pub introspection: String,
    /// Where a request is pushed before anybody's browser sees it.
    pub pushed_request: String,
    /// Where a device begins that can't show our pages.
    pub device: String,
    /// Where applications sign people out.
    pub end_session: String,
    /// Where an access token tells whose it is.
    pub user_info: String,
    /// The key set.
    pub keys: String,
}

/// The document of these addresses; `scopes`, `acr_values` and the algorithms that sign what tells of a person are the
/// caller's to know.
#[must_use]
pub fn document(
    endpoints: Endpoints,
    scopes: Vec<&'static str>,
    acr_values: Vec<&'static str>,
    signing: &[Algorithm],
) -> Document {
    Document {
        issuer: endpoints.issuer,
        authorization_endpoint: endpoints.authorization,
        token_endpoint: endpoints.token,
        revocation_endpoint: endpoints.revocation,
        introspection_endpoint: endpoints.introspection,
        pushed_authorization_request_endpoint: endpoints.pushed_request,
        device_authorization_endpoint: endpoints.device,
        end_session_endpoint: endpoints.end_session,
        userinfo_endpoint: endpoints.user_info,
        jwks_uri: endpoints.keys,
        scopes_supported: scopes,
        response_types_supported: ["code"],
        response_modes_supported: RESPONSE_MODES.map(ResponseMode::as_str),
        grant_types_supported: [
            "authorization_code",
            "refresh_token",
            "client_credentials",
            DEVICE_CODE,
        ],
        subject_types_supported: ["public"],
        acr_values_supported: acr_values,
        id_token_signing_alg_values_supported: name(signing),
        userinfo_signing_alg_values_supported: name(signing),
        token_endpoint_auth_methods_supported: CLIENT_PROOFS,
        revocation_endpoint_auth_methods_supported: CLIENT_PROOFS,
        introspection_endpoint_auth_methods_supported: SOME_PROOF,
        token_endpoint_auth_signing_alg_values_supported: name(ALGORITHMS),
        revocation_endpoint_auth_signing_alg_values_supported: name(ALGORITHMS),
        introspection_endpoint_auth_signing_alg_values_supported: name(ALGORITHMS),
        dpop_signing_alg_values_supported: name(ALGORITHMS),
        claims_supported: [
            "iss",
            "sub",
            "aud",
            "exp",
            "iat",
            "nbf",
            "oid",
            "tid",
            "sid",
            "nonce",
            "auth_time",
            "acr",
            "amr",
            "name",
            "preferred_username",
            "email",
            "roles",
        ],
        code_challenge_methods_supported: ["S256"],
        prompt_values_supported: ["none", "login", "consent", "select_account"],
        backchannel_logout_supported: true,
        backchannel_logout_session_supported: true,
        authorization_response_iss_parameter_supported: true,
        claims_parameter_supported: true,
        request_parameter_supported: false,
        request_uri_parameter_supported: false,
        require_pushed_authorization_requests: false,
    }
}
