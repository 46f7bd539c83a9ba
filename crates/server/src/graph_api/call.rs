//! One request, as its handler sees it.

use std::borrow::Cow;

use axum::body::Bytes;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use graph::body::Fields;
use graph::odata::{self, Collection, Options};
use graph::prefer::Preferences;
use graph::project::Selection;
use graph::{Mark, Time, Type, Version, body, envelope};
use identity::{Actor, Bearer, Caller, Id};

use super::Found;
use super::fault::Fault;
use super::table::Endpoint;
use crate::app::AppState;
use crate::extract::read_token;

/// Ids by which a request is found again.
#[derive(Debug)]
pub(super) struct Names {
    pub(super) request_id: Id,
    /// As the client sent it, if it is fit to be repeated.
    pub(super) client_request_id: Option<String>,
    /// When it came, without a zone.
    pub(super) date: String,
}

const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");
const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");

impl Names {
    pub(super) fn of(state: &AppState, headers: &HeaderMap) -> Names {
        let ambient = state.identity.ambient();
        let fit = |text: &&str| {
            (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
        };
        let client = headers
            .get(CLIENT_REQUEST_ID)
            .and_then(|value| value.to_str().ok())
            .filter(fit);
        let date = Time(ambient.now() / identity::SECOND * identity::SECOND).to_string();
        Names {
            request_id: Id(ambient.random.make()),
            client_request_id: client.map(str::to_owned),
            date: date.trim_end_matches('Z').to_owned(),
        }
    }

    pub(super) fn write(&self, headers: &mut HeaderMap) {
        if let Ok(value) = HeaderValue::from_str(&self.request_id.to_string()) {
            headers.insert(REQUEST_ID, value);
        }
        let client = self.client_request_id.as_deref();
        if let Some(Ok(value)) = client.map(HeaderValue::from_str) {
            headers.insert(CLIENT_REQUEST_ID, value);
        }
    }
}

/// Whoever bears the one access token of the request, checked against the database as it is now (security 28).
pub(super) async fn authenticate(
    state: &AppState,
    method: &Method,
    path: &str,
    headers: &HeaderMap,
) -> Result<Bearer, Fault> {
    let shown = read_token(method, path, headers)?;
    Ok(identity::bearer::authenticate(&state.identity, &shown).await?)
}

/// A request that was let in.
#[derive(Debug)]
pub(crate) struct Call {
    pub(super) state: AppState,
    pub(super) caller: Caller,
    pub(super) bearer: Bearer,
    pub(super) version: Version,
    pub(super) endpoint: &'static Endpoint,
    /// In the pattern's order.
    pub(super) keys: Vec<String>,
    pub(super) preferences: Preferences,
    /// The version that `If-Match` names.
    pub(super) if_match: Option<String>,
    path: String,
    query: String,
    body: Bytes,
}

fn write_methods_context(person: &str, kind: &str) -> String {
    let person = person.replace('\'', "''");
    format!("users('{person}')/authentication/{kind}")
}

impl Call {
    pub(super) fn new(
        state: &AppState,
        caller: Caller,
        bearer: Bearer,
        found: Found,
        request: Request,
        body: Bytes,
    ) -> Call {
        let text = |name: HeaderName| {
            let values = request.headers().get_all(name).iter();
            values.filter_map(|value| value.to_str().ok())
        };
        Call {
            preferences: Preferences::parse(text(HeaderName::from_static("prefer"))),
            if_match: text(header::IF_MATCH).next().map(str::to_owned),
            path: request.uri().path().to_owned(),
            query: request.uri().query().unwrap_or_default().to_owned(),
            state: state.clone(),
            caller,
            bearer,
            version: found.version,
            endpoint: found.endpoint,
            keys: found.keys,
            body,
        }
    }

    pub(super) fn actor(&self) -> Actor<'_> {
        Actor::Token(&self.caller, &self.bearer)
    }

    /// The key at a place of the pattern; empty where the table and the handler disagree.
    pub(super) fn key(&self, index: usize) -> &str {
        self.keys.get(index).map_or("", String::as_str)
    }

    /// A key that is a GUID. Anything else names nothing.
    pub(super) fn id(&self, index: usize) -> Result<Id, Fault> {
        Id::parse(self.key(index)).ok_or_else(|| Fault::missing(self.key(index)))
    }

    /// Whose methods of this kind the address names, by `users/{id}`, and what the answer's context says of them.
    pub(super) async fn methods_of(&self, kind: &str) -> Result<(Id, String), Fault> {
        let context = write_methods_context(self.key(0), kind);
        Ok((self.person_id(0).await?, context))
    }

    /// As [`Call::methods_of`], by `me`.
    pub(super) fn methods_of_mine(&self, kind: &str) -> Result<(Id, String), Fault> {
        let me = self.me()?;
        Ok((me, write_methods_context(&me.to_string(), kind)))
    }

    /// The person behind the token: who `/me` is.
    pub(super) fn me(&self) -> Result<Id, Fault> {
        self.bearer
            .person()
            .ok_or_else(|| Fault::from(&super::codes::ME_NEEDS_PERSON))
    }

    pub(super) fn options(&self, collection: &'static Collection) -> Result<Options, Fault> {
        Ok(Options::parse(&self.query, collection, self.version)?)
    }

    pub(super) fn selection(&self, of: &'static Type) -> Result<Selection, Fault> {
        Ok(odata::parse_entity(&self.query, of, self.version)?)
    }

    pub(super) fn without_options(&self) -> Result<(), Fault> {
        Ok(odata::parse_none(&self.query)?)
    }

    pub(super) fn body(&self, of: &'static Type, mark: Mark) -> Result<Fields, Fault> {
        self.without_options()?;
        Ok(body::read(&self.body, of, mark)?)
    }

    /// As it came, without `?`.
    pub(super) fn query(&self) -> &str {
        &self.query
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.body
    }

    /// The version that must still be there; `None` for any.
    pub(super) fn expected_version(&self) -> Result<Option<i64>, Fault> {
        let Some(tag) = self.if_match.as_deref() else {
            return Ok(None);
        };
        if envelope::is_any(tag) {
            return Ok(None);
        }
        let version = envelope::parse_etag(tag);
        version
            .map(Some)
            .ok_or_else(|| Fault::from(&identity::codes::RECORD_OUTDATED))
    }

    /// Where this request was sent, by our own origin.
    pub(super) fn address(&self) -> Cow<'_, str> {
        Cow::Owned(format!("{}{}", self.state.origin, self.path))
    }

    /// What a page token is bound to: the address and the options.
    pub(super) fn question(&self, options: &Options) -> String {
        let who = self.bearer.principal();
        format!("{who} {} {}", self.path, options.repeated)
    }

    pub(super) fn context(&self, what: &str) -> String {
        envelope::derive_context(&self.state.origin, self.version, what)
    }
}
