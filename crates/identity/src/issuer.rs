//! Issuers: every discovery document has the issuer of its own address, and a token that through which it was asked for.

use oidc::discovery::{self, Document, Endpoints};
use oidc::redirect_uri;
use serde_json::Value;

use crate::Identity;
use crate::applications::ID_TOKEN_ALGORITHMS;
use crate::assurance::LEVELS;
use crate::permissions::Permission;

/// What the API is called in `aud`, and what stands before a scope's name: ours first, then the names under which
/// unchanged Graph clients ask for it.
const GRAPH_ALIASES: [&str; 2] = [
    "https://graph.microsoft.com",
    "00000003-0000-0000-c000-000000000000",
];

/// One of our issuers: the root, or a tenant by one of its names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    origin: String,
    /// In lower case; `None` at the root.
    segment: Option<String>,
}

const AUTHORIZATION: &str = "/oauth2/v2.0/authorize";
const REVOCATION: &str = "/oauth2/v2.0/revoke";
const INTROSPECTION: &str = "/oauth2/v2.0/introspect";
const DEVICE: &str = "/oauth2/v2.0/devicecode";
const PUSHED_REQUEST: &str = "/oauth2/v2.0/par";

/// Words that stand for the tenant as long as there is one.
const ANY_TENANT: [&str; 2] = ["common", "organizations"];

fn names(identity: &Identity) -> Vec<String> {
    let host = identity.settings().public_origin.host().to_owned();
    let tenant = identity.tenant_id().to_string();
    let words = ANY_TENANT.map(str::to_owned);
    [tenant, host].into_iter().chain(words).collect()
}

impl Issuer {
    /// The issuer of an address's first segment, or of the root. `None` for a tenant that isn't here.
    #[must_use]
    pub fn find(identity: &Identity, segment: Option<&str>) -> Option<Issuer> {
        let origin = identity.settings().public_origin.as_str().to_owned();
        let segment = match segment {
            None => None,
            Some(text) => {
                let text = text.to_ascii_lowercase();
                Some(names(identity).into_iter().find(|name| *name == text)?)
            }
        };
        Some(Issuer { origin, segment })
    }

    /// Every issuer of ours.
    pub(crate) fn all(identity: &Identity) -> impl Iterator<Item = Issuer> {
        let origin = identity.settings().public_origin.as_str().to_owned();
        let segments = names(identity).into_iter().map(Some);
        std::iter::once(None)
            .chain(segments)
            .map(move |segment| Issuer {
                origin: origin.clone(),
                segment,
            })
    }

    /// `iss`.
    #[must_use]
    pub fn url(&self) -> String {
        match &self.segment {
            None => self.origin.clone(),
            Some(segment) => format!("{}/{segment}/v2.0", self.origin),
        }
    }

    fn path(&self, rest: &str) -> String {
        match &self.segment {
            None => rest.to_owned(),
            Some(segment) => format!("/{segment}{rest}"),
        }
    }

    /// The authorization endpoint below the origin.
    #[must_use]
    pub fn authorize_path(&self) -> String {
        self.path(AUTHORIZATION)
    }

    /// The token endpoint.
    #[must_use]
    pub fn token_endpoint(&self) -> String {
        self.endpoint("/oauth2/v2.0/token")
    }

    /// Where requests are pushed.
    pub(crate) fn pushed_request_endpoint(&self) -> String {
        self.endpoint(PUSHED_REQUEST)
    }

    /// An address of ours below the issuer's.
    fn endpoint(&self, path: &str) -> String {
        format!("{}{}", self.origin, self.path(path))
    }

    /// What a client may call us when it proves who it is.
    pub(crate) fn audiences(&self) -> [String; 6] {
        [
            self.url(),
            self.token_endpoint(),
            self.endpoint(REVOCATION),
            self.endpoint(INTROSPECTION),
            self.endpoint(PUSHED_REQUEST),
            self.endpoint(DEVICE),
        ]
    }

    /// The discovery document.
    #[must_use]
    pub fn document(&self) -> Document {
        let endpoints = Endpoints {
            issuer: self.url(),
            authorization: self.endpoint(AUTHORIZATION),
            token: self.token_endpoint(),
            revocation: self.endpoint(REVOCATION),
            introspection: self.endpoint(INTROSPECTION),
            pushed_request: self.endpoint(PUSHED_REQUEST),
            device: self.endpoint(DEVICE),
            end_session: self.endpoint("/oauth2/v2.0/logout"),
            user_info: format!("{}/oidc/userinfo", self.origin),
            keys: self.endpoint("/discovery/v2.0/keys"),
        };
        let scopes = Permission::ALL
            .iter()
            .filter(|permission| permission.delegated_id().is_some())
            .map(|permission| permission.name());
        discovery::document(
            endpoints,
            scopes.collect(),
            LEVELS.to_vec(),
            &ID_TOKEN_ALGORITHMS,
        )
    }
}

/// `aud` of access tokens for our API.
pub(crate) fn api_audience(identity: &Identity) -> &str {
    identity.settings().public_origin.as_str()
}

/// Whether an API of somebody else's would be called as we are: our own host, whatever stands behind it, or Graph's.
pub(crate) fn is_own_resource(identity: &Identity, uri: &str) -> bool {
    let ours = identity.settings().public_origin.host();
    let graph = GRAPH_ALIASES.iter().map(|name| redirect_uri::host(name));
    let is_of = |host: &str| {
        let authority = redirect_uri::host(uri);
        authority
            .strip_prefix(host)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
    };
    std::iter::once(ours).chain(graph).any(is_of)
}

/// What a scope of a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Everything that was granted before.
    Default,
    One(Permission),
}

/// A scope of our API: bare, or behind one of the API's names and a slash.
pub(crate) fn parse_scope(identity: &Identity, text: &str) -> Option<Scope> {
    let bare = std::iter::once(api_audience(identity))
        .chain(GRAPH_ALIASES)
        .find_map(|name| text.strip_prefix(name)?.strip_prefix('/'));
    match bare {
        Some(".default") => Some(Scope::Default),
        _ => Permission::parse(bare.unwrap_or(text))
            .filter(|permission| permission.delegated_id().is_some())
            .map(Scope::One),
    }
}

/// The keys that verify our tokens, as a JWK Set.
#[must_use]
pub fn key_set(identity: &Identity) -> Value {
    identity
        .snapshot()
        .keys
        .signing
        .to_set(identity.ambient().now())
}
