//! One request, as its handler sees it.

use axum::http::{HeaderMap, Method, header};
use graph::Time;
use graph::scim::{Filter, Place, ResourceType, Selection, Target};
use identity::{Actor, Caller, Connector, Id, Micros};
use serde_json::{Map, Value, json};

use super::{BASE, codes};
use crate::app::AppState;
use crate::error::ScimError;

/// Who asks.
pub(super) struct Call<'a> {
    pub(super) state: &'a AppState,
    pub(super) caller: &'a Caller,
    pub(super) connector: &'a Connector,
}

/// What is asked.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) query: String,
    pub(super) conditions: Conditions,
    pub(super) body: Option<Value>,
}

/// `If-Match` and `If-None-Match` (RFC 7644 section 3.14).
#[derive(Debug, Default)]
pub(super) struct Conditions {
    pub(super) if_match: Option<String>,
    pub(super) if_none_match: Option<String>,
}

/// As many resources a page holds at most.
pub(super) const PAGE_MAX: usize = 200;
const PAGE: usize = 100;

/// What is asked of a list (RFC 7644 section 3.4.2).
#[derive(Debug, Default)]
pub(super) struct Query {
    pub(super) filter: Option<String>,
    attributes: Vec<String>,
    excluded: Vec<String>,
    pub(super) sort_by: Option<String>,
    pub(super) descending: bool,
    /// From 1 on.
    pub(super) start: usize,
    pub(super) count: usize,
}

pub(super) fn missing(of: &ResourceType) -> ScimError {
    ScimError::from(match of.name {
        "User" => &identity::codes::USER_MISSING,
        _ => &identity::codes::GROUP_MISSING,
    })
}

fn version(tag: &str) -> Option<i64> {
    let tag = tag.trim();
    let tag = tag.strip_prefix("W/").unwrap_or(tag);
    tag.strip_prefix('"')?.strip_suffix('"')?.parse().ok()
}

pub(super) fn etag(version: i64) -> String {
    format!("W/\"{version}\"")
}

impl Conditions {
    pub(super) fn of(headers: &HeaderMap) -> Conditions {
        let text = |name| {
            let value = headers.get(name)?;
            // What can't be read fits nothing.
            Some(value.to_str().unwrap_or_default().to_owned())
        };
        Conditions {
            if_match: text(header::IF_MATCH),
            if_none_match: text(header::IF_NONE_MATCH),
        }
    }

    /// Refuses unless the record is one of those that are named; the version that must then still be there.
    pub(super) fn expect(&self, there: i64) -> Result<Option<i64>, ScimError> {
        match self.if_match.as_deref().map(str::trim) {
            None | Some("*") => Ok(None),
            Some(named) if named.split(',').any(|it| version(it) == Some(there)) => Ok(Some(there)),
            Some(_) => Err(ScimError::from(&identity::codes::RECORD_OUTDATED)),
        }
    }

    /// Whether the reader has it as it is.
    pub(super) fn is_known(&self, there: i64) -> bool {
        self.if_none_match.as_deref().is_some_and(|tags| {
            tags.trim() == "*" || tags.split(',').any(|tag| version(tag) == Some(there))
        })
    }
}

impl Query {
    fn put(&mut self, name: &str, value: &Value) -> Result<(), ScimError> {
        let text = || value.as_str().map(str::to_owned);
        let number = || graph::scim::read_number(value).ok_or(ScimError::from(&codes::VALUE));
        let names = || match value {
            Value::String(text) => text.split(',').map(str::to_owned).collect(),
            Value::Array(names) => {
                let names = names.iter().filter_map(Value::as_str);
                names.map(str::to_owned).collect()
            }
            _ => Vec::new(),
        };
        match name.to_ascii_lowercase().as_str() {
            "filter" => self.filter = text(),
            "attributes" => self.attributes = names(),
            "excludedattributes" => self.excluded = names(),
            "sortby" => self.sort_by = text(),
            "sortorder" => {
                self.descending = text().is_some_and(|it| it.eq_ignore_ascii_case("descending"));
            }
            // RFC 7644 section 3.4.2.4: less than 1 is 1, less than 0 is 0.
            "startindex" => self.start = usize::try_from(number()?).unwrap_or(1).max(1),
            "count" => self.count = usize::try_from(number()?).unwrap_or(0).min(PAGE_MAX),
            _ => {}
        }
        Ok(())
    }

    fn first() -> Query {
        Query {
            start: 1,
            count: PAGE,
            ..Query::default()
        }
    }

    /// Of an address.
    pub(super) fn parse(query: &str) -> Result<Query, ScimError> {
        let pairs: Vec<(String, String)> = crate::extract::parse_query(query);
        let mut parsed = Query::first();
        for (name, value) in pairs {
            parsed.put(&name, &Value::String(value))?;
        }
        Ok(parsed)
    }

    /// Of a body (RFC 7644 section 3.4.3).
    pub(super) fn read(body: &Value) -> Result<Query, ScimError> {
        let members = body.as_object();
        let schemas = members
            .and_then(|it| it.get("schemas"))
            .and_then(Value::as_array);
        let is_search = schemas.is_some_and(|it| it.contains(&graph::scim::SEARCH_REQUEST.into()));
        let Some(members) = members.filter(|_| is_search) else {
            return Err(ScimError::from(&codes::BODY));
        };
        let mut parsed = Query::first();
        for (name, value) in members {
            parsed.put(name, value)?;
        }
        Ok(parsed)
    }

    pub(super) fn selection(&self, of: &'static ResourceType) -> Selection {
        let (only, without) = (self.attributes.iter(), self.excluded.iter());
        Selection::of(of, only.map(String::as_str), without.map(String::as_str))
    }

    pub(super) fn filter_of(&self, of: &'static ResourceType) -> Result<Option<Filter>, ScimError> {
        let filter = self.filter.as_deref();
        Ok(filter.map(|text| Filter::parse(of, text)).transpose()?)
    }

    /// By what it is sorted; what the kind of resource does not have sorts nothing.
    pub(super) fn sort_of(&self, of: &'static ResourceType) -> Option<Place> {
        match Target::parse(of, self.sort_by.as_deref()?) {
            Some(Target::At(place)) => Some(place),
            _ => None,
        }
    }
}

impl Asked {
    pub(super) fn selection(&self, of: &'static ResourceType) -> Result<Selection, ScimError> {
        Ok(Query::parse(&self.query)?.selection(of))
    }

    pub(super) fn taken(&mut self) -> Result<Value, ScimError> {
        self.body
            .take()
            .ok_or_else(|| ScimError::from(&codes::BODY))
    }
}

impl<'a> Call<'a> {
    pub(super) fn actor(&self) -> Actor<'a> {
        Actor::Connector(self.caller, self.connector)
    }

    pub(super) fn location(&self, of: &ResourceType, id: Id) -> String {
        format!("{}{BASE}{}/{id}", self.state.origin, of.endpoint)
    }

    pub(super) fn address(&self, rest: &str) -> String {
        format!("{}{BASE}{rest}", self.state.origin)
    }

    /// What every resource has.
    pub(super) fn begin(
        &self,
        of: &ResourceType,
        (id, external_id): (Id, Option<&str>),
        (created, changed): (Micros, Micros),
        version: i64,
    ) -> Map<String, Value> {
        let meta = json!({
            "resourceType": of.name,
            "created": Time(created).to_string(),
            "lastModified": Time(changed).to_string(),
            "location": self.location(of, id),
            "version": etag(version),
        });
        let mut resource = Map::new();
        resource.insert("id".to_owned(), id.to_string().into());
        if let Some(external_id) = external_id {
            resource.insert("externalId".to_owned(), external_id.into());
        }
        resource.insert("meta".to_owned(), meta);
        resource
    }
}
