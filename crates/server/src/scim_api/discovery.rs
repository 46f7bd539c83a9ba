//! What there is: ServiceProviderConfig, Schemas, ResourceTypes (RFC 7644 section 4).

use axum::http::Method;
use graph::scim::{LIST_RESPONSE, RESOURCE_TYPES, SCHEMAS};
use serde_json::{Value, json};

use super::call::{Asked, Call, PAGE_MAX};
use super::{Answer, BODY_LIMIT, bulk, codes};
use crate::error::ScimError;

fn list(resources: Vec<Value>) -> Answer {
    Answer::of(json!({
        "schemas": [LIST_RESPONSE],
        "totalResults": resources.len(),
        "startIndex": 1,
        "itemsPerPage": resources.len(),
        "Resources": resources,
    }))
}

fn with_meta(call: &Call<'_>, mut resource: Value, kind: &str, address: &str) -> Value {
    resource["meta"] = json!({"resourceType": kind, "location": call.address(address)});
    resource
}

fn write_config(call: &Call<'_>) -> Value {
    let config = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": {"supported": true},
        "bulk": {"supported": true, "maxOperations": bulk::OPERATIONS_MAX, "maxPayloadSize": BODY_LIMIT},
        "filter": {"supported": true, "maxResults": PAGE_MAX},
        "changePassword": {"supported": false},
        "sort": {"supported": true},
        "etag": {"supported": true},
        "authenticationSchemes": [{
            "type": "oauthbearertoken",
            "name": "Bearer token",
            "description": "The token of a connector, made with `claviger scim add`",
            "specUri": "https://www.rfc-editor.org/info/rfc6750",
            "primary": true,
        }],
    });
    let address = "/ServiceProviderConfig";
    with_meta(call, config, "ServiceProviderConfig", address)
}

pub(super) fn answer(
    call: &Call<'_>,
    name: &str,
    rest: &[&str],
    asked: &Asked,
) -> Result<Answer, ScimError> {
    let schemas = || {
        let written = SCHEMAS.iter().map(|schema| {
            let address = format!("/Schemas/{}", schema.id);
            with_meta(call, schema.write(), "Schema", &address)
        });
        written.collect::<Vec<_>>()
    };
    let types = || {
        let written = RESOURCE_TYPES.iter().map(|of| {
            let address = format!("/ResourceTypes/{}", of.name);
            with_meta(call, of.write(), "ResourceType", &address)
        });
        written.collect::<Vec<_>>()
    };
    let one = |all: Vec<Value>, id: &str| {
        let found = all.into_iter().find(|it| it["id"] == id);
        found
            .map(Answer::of)
            .ok_or(ScimError::from(&codes::ADDRESS))
    };
    let found = match (name, rest) {
        ("ServiceProviderConfig", []) => Ok(Answer::of(write_config(call))),
        ("Schemas", []) => Ok(list(schemas())),
        ("Schemas", [id]) => one(schemas(), id),
        ("ResourceTypes", []) => Ok(list(types())),
        ("ResourceTypes", [id]) => one(types(), id),
        _ => return Err(ScimError::from(&codes::ADDRESS)),
    };
    match asked.method {
        Method::GET => found,
        _ => Err(ScimError::method_not_allowed("GET")),
    }
}
