//! `/openapi.json`: the table of endpoints and the types of `graph`, written down. Nothing in it is written by hand, so
//! nothing can be missing or left over.

use std::collections::BTreeMap;

use axum::http::Method;
use graph::kind::Kind;
use graph::odata::{Collection, MAX_TOP};
use graph::resource::Mark;
use graph::resources::{BODIES, TYPES};
use graph::{Type, Version};
use serde_json::{Map, Value, json};

use super::table::{Access, ENDPOINTS, Endpoint, Gives, Takes};

/// The document for a public origin, OpenAPI 3.1.
pub fn write(origin: &str) -> Value {
    let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for endpoint in ENDPOINTS {
        for version in endpoint.versions.iter().copied() {
            let method = endpoint.method.as_str().to_ascii_lowercase();
            let operation = describe(endpoint, version);
            paths
                .entry(derive_path(endpoint.pattern, version))
                .or_default()
                .insert(method, operation);
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Claviger administration API",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Microsoft Graph's words for people, groups, roles, applications, passkeys, logs and reports; \
                docs/graph.md says what is supported.",
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": [{"url": origin}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
            "schemas": schemas(),
        },
    })
}

/// Keys get names of their own: `{id}`, `{id2}`; parameters of functions are written out.
fn derive_path(pattern: &str, version: Version) -> String {
    let mut path = String::from(version.prefix());
    let mut keys = 0;
    for segment in pattern.split('/') {
        path.push('/');
        match segment {
            "{id}" => {
                keys += 1;
                path.push_str(&key_name(keys, true));
            }
            _ => path.push_str(&write_function(segment)),
        }
    }
    path
}

fn key_name(number: usize, braces: bool) -> String {
    let name = if number == 1 {
        "id".to_owned()
    } else {
        format!("id{number}")
    };
    if braces { format!("{{{name}}}") } else { name }
}

fn parameters_of(segment: &str) -> Vec<&str> {
    let inside = segment
        .strip_suffix(')')
        .and_then(|segment| segment.split_once('('));
    inside.map_or_else(Vec::new, |(_, names)| names.split(',').collect())
}

/// Of a function's parameters; the others are text, in quotes.
fn is_number(parameter: &str) -> bool {
    parameter == "challengeTimeoutInMinutes"
}

fn write_function(segment: &str) -> String {
    let names = parameters_of(segment);
    if names.is_empty() {
        return segment.to_owned();
    }
    let (name, _) = segment.split_once('(').unwrap_or((segment, ""));
    let written: Vec<String> = names
        .iter()
        .map(|name| match is_number(name) {
            true => format!("{name}={{{name}}}"),
            false => format!("{name}='{{{name}}}'"),
        })
        .collect();
    format!("{name}({})", written.join(","))
}

fn describe(endpoint: &Endpoint, version: Version) -> Value {
    let Access::Operations(operations) = endpoint.access;
    let operations: Vec<String> = operations.iter().map(|one| format!("{one:?}")).collect();
    let mut described = json!({
        "operationId": derive_id(endpoint, version),
        "summary": endpoint.summary,
        "tags": [endpoint.pattern.split(['/', '(']).next().unwrap_or_default()],
        "x-claviger-operations": operations,
        "parameters": parameters(endpoint),
        "responses": responses(endpoint),
    });
    if let (Some(body), Value::Object(described)) = (body(endpoint.takes), &mut described) {
        described.insert("requestBody".to_owned(), body);
    }
    described
}

/// `v1_get_users_id`: of characters that generators of clients like.
fn derive_id(endpoint: &Endpoint, version: Version) -> String {
    let version = match version {
        Version::V1 => "v1",
        Version::Beta => "beta",
        Version::Own => "own",
    };
    let words = endpoint
        .pattern
        .split(|char: char| !char.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    let mut id = format!(
        "{version}_{}",
        endpoint.method.as_str().to_ascii_lowercase()
    );
    for word in words {
        id.push('_');
        id.push_str(word);
    }
    id
}

fn parameters(endpoint: &Endpoint) -> Vec<Value> {
    let mut parameters = Vec::new();
    let mut keys = 0;
    for segment in endpoint.pattern.split('/') {
        if segment == "{id}" {
            keys += 1;
            let schema = json!({"type": "string", "minLength": 1, "maxLength": 400});
            parameters.push(parameter(&key_name(keys, false), "path", &schema));
        }
        for name in parameters_of(segment) {
            parameters.push(parameter(name, "path", &parameter_schema(name)));
        }
    }
    let text = json!({"type": "string", "maxLength": 4096});
    match endpoint.gives {
        Gives::Page(collection) => parameters.extend(options(collection)),
        Gives::Entity(_) => parameters.push(parameter("$select", "query", &text)),
        _ => {}
    }
    if matches!(endpoint.method, Method::PATCH | Method::DELETE) {
        parameters.push(parameter("If-Match", "header", &json!({"type": "string"})));
    }
    parameters
}

fn parameter_schema(name: &str) -> Value {
    use graph::resources::{IncludedUserRoles, IncludedUserTypes};
    match name {
        "includedUserTypes" => json!({"type": "string", "enum": IncludedUserTypes::WORDS.members}),
        "includedUserRoles" => json!({"type": "string", "enum": IncludedUserRoles::WORDS.members}),
        _ if is_number(name) => json!({"type": "integer", "minimum": 5, "maximum": 43200}),
        _ => json!({"type": "string", "format": "uuid"}),
    }
}

fn parameter(name: &str, place: &str, schema: &Value) -> Value {
    json!({"name": name, "in": place, "required": place == "path", "schema": schema})
}

fn options(collection: &Collection) -> Vec<Value> {
    let text = json!({"type": "string", "maxLength": 4096});
    let mut options = vec![
        parameter("$select", "query", &text),
        parameter(
            "$top",
            "query",
            &json!({"type": "integer", "minimum": 1, "maximum": MAX_TOP}),
        ),
        parameter("$skiptoken", "query", &text),
    ];
    if !collection.filter.is_empty() {
        options.push(parameter("$filter", "query", &text));
    }
    if !collection.order.is_empty() {
        options.push(parameter("$orderby", "query", &text));
    }
    if !collection.search.is_empty() {
        options.push(parameter("$search", "query", &text));
    }
    if collection.count {
        options.push(parameter("$count", "query", &json!({"type": "boolean"})));
    }
    options
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn content(schema: &Value) -> Value {
    json!({"application/json": {"schema": schema}})
}

fn responses(endpoint: &Endpoint) -> Value {
    let mut responses = Map::new();
    let mut answer = |status: &str, description: &str, content: Option<Value>| {
        let mut response = json!({"description": description});
        if let (Some(content), Value::Object(response)) = (content, &mut response) {
            response.insert("content".to_owned(), content);
        }
        responses.insert(status.to_owned(), response);
    };
    let of = |of: &Type| Some(content(&reference(of.name)));
    match endpoint.gives {
        Gives::Page(collection) => answer("200", "A page.", Some(content(&page(collection.of)))),
        Gives::Entity(kind) | Gives::Whole(kind) => answer("200", "The object.", of(kind)),
        Gives::Made(kind) => answer("201", "The new object.", of(kind)),
        Gives::Count => {
            let number =
                json!({"text/plain": {"schema": {"type": "string", "pattern": "^[0-9]+$"}}});
            answer("200", "The number.", Some(number));
        }
        Gives::Picture => {
            let picture = json!({"image/png": {"schema": {"type": "string", "format": "binary"}}});
            answer("200", "The picture.", Some(picture));
        }
        Gives::Nothing => answer("204", "Done.", None),
    }
    // Said by the reader of HTTP, before anything of ours is asked.
    answer("414", "The address is too long.", None);
    let error = content(&reference("error"));
    for (status, description) in [
        ("400", "The request is wrong as it stands."),
        ("401", "No access token that is accepted."),
        (
            "403",
            "The token, or whoever stands behind it, may not do this.",
        ),
        ("404", "There is no such thing."),
        ("405", "The address takes other methods."),
        ("409", "It collides with what is there."),
        ("412", "The record was changed since it was read."),
        ("413", "The body is too large."),
        ("415", "The body is of another kind."),
        ("429", "Too often."),
    ] {
        answer(status, description, Some(error.clone()));
    }
    Value::Object(responses)
}

fn page(of: &Type) -> Value {
    json!({
        "type": "object",
        "required": ["@odata.context", "value"],
        "properties": {
            "@odata.context": {"type": "string"},
            "@odata.count": {"type": "integer"},
            "@odata.nextLink": {"type": "string"},
            "value": {"type": "array", "items": reference(of.name)},
        },
    })
}

fn body(takes: Takes) -> Option<Value> {
    let schema = match takes {
        Takes::Nothing => return None,
        Takes::Object(of, mark) => writable(of, mark),
        Takes::Reference => json!({
            "type": "object",
            "required": ["@odata.id"],
            "properties": {"@odata.id": {"type": "string"}},
        }),
        Takes::Picture(most) => {
            let kind = json!({"schema": {"type": "string", "format": "binary", "maxLength": most}});
            let content = json!({"image/png": kind, "image/jpeg": kind});
            return Some(json!({"required": true, "content": content}));
        }
    };
    Some(json!({"required": true, "content": content(&schema)}))
}

/// Of a type, what a body may hold: what is not listed is refused, others' annotations excepted.
fn writable(of: &'static Type, mark: Mark) -> Value {
    let properties: Map<String, Value> = of
        .properties
        .iter()
        .filter(|property| property.is(mark))
        .map(|property| {
            (
                property.name.to_owned(),
                schema_of(property.kind, property.nullable),
            )
        })
        .collect();
    json!({
        "type": "object",
        "properties": properties,
        "patternProperties": {r"^(?!@claviger\.).*@": {}},
        "additionalProperties": false,
    })
}

fn schema_of(kind: Kind, nullable: bool) -> Value {
    let name = |name: &str| match nullable {
        true => json!([name, "null"]),
        false => json!(name),
    };
    match kind {
        Kind::Text => json!({"type": name("string")}),
        Kind::Guid => json!({"type": name("string"), "format": "uuid"}),
        Kind::Truth => json!({"type": name("boolean")}),
        Kind::Int32 => json!({"type": name("integer"), "format": "int32"}),
        Kind::Int64 => json!({"type": name("integer"), "format": "int64"}),
        Kind::Time => json!({"type": name("string"), "format": "date-time"}),
        Kind::Bytes => json!({"type": name("string"), "contentEncoding": "base64"}),
        Kind::Flags(words) => {
            let member = format!("({})", words.members.join("|"));
            json!({"type": name("string"), "pattern": format!("^{member}(, *{member})*$")})
        }
        Kind::Words(words) => {
            let mut members: Vec<Value> = words
                .members
                .iter()
                .chain(words.evolved)
                .chain([&graph::Words::UNKNOWN])
                .map(|member| json!(member))
                .collect();
            if nullable {
                members.push(Value::Null);
            }
            json!({"type": name("string"), "enum": members})
        }
        Kind::Complex(of) if nullable => json!({"anyOf": [reference(of.name), {"type": "null"}]}),
        Kind::Complex(of) => reference(of.name),
        Kind::Open(_) => json!({"type": name("object")}),
        Kind::Many(kind) => json!({"type": "array", "items": schema_of(*kind, false)}),
    }
}

fn schemas() -> Map<String, Value> {
    let mut schemas: Map<String, Value> = TYPES
        .iter()
        .chain(BODIES)
        .map(|of| (of.name.to_owned(), readable(of)))
        .collect();
    schemas.insert("error".to_owned(), error());
    schemas
}

/// `$select` cuts, so nothing is required; what has more than one kind may hold more.
fn readable(of: &'static Type) -> Value {
    let shown = of
        .properties
        .iter()
        .filter(|property| !property.is(Mark::Hidden));
    let properties: Map<String, Value> = shown
        .map(|property| {
            (
                property.name.to_owned(),
                schema_of(property.kind, property.nullable),
            )
        })
        .collect();
    json!({"type": "object", "properties": properties})
}

fn error() -> Value {
    let text = json!({"type": "string"});
    json!({
        "type": "object",
        "required": ["error"],
        "properties": {"error": {
            "type": "object",
            "required": ["code", "message", "innerError"],
            "properties": {
                "code": text,
                "message": text,
                "details": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["code", "message"],
                        "properties": {"code": text, "message": text, "target": text},
                    },
                },
                "innerError": {
                    "type": "object",
                    "required": ["code", "remedy", "date", "request-id", "client-request-id"],
                    "properties": {
                        "code": text, "remedy": text, "date": text, "request-id": text,
                        "client-request-id": text,
                    },
                },
            },
        }},
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_holds_every_endpoint_once() {
        let document = write("https://login.example.org");
        let paths = document["paths"].as_object().unwrap();
        let operations: Vec<&Value> = paths
            .values()
            .flat_map(|path| path.as_object().unwrap().values())
            .collect();
        let expected: usize = ENDPOINTS
            .iter()
            .map(|endpoint| endpoint.versions.len())
            .sum();
        assert_eq!(operations.len(), expected);
        let mut ids: Vec<&str> = operations
            .iter()
            .map(|operation| operation["operationId"].as_str().unwrap())
            .collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), expected);
        assert!(paths.contains_key("/v1.0/users/{id}/authentication/fido2Methods/{id2}"));
        assert!(paths.contains_key(
            "/beta/reports/authenticationMethods/usersRegisteredByMethod(includedUserTypes='{includedUserTypes}',includedUserRoles='{includedUserRoles}')"
        ));
    }

    #[test]
    fn past_mistake_48_no_answer_has_a_secret_but_the_one_that_makes_it() {
        let document = write("https://login.example.org").to_string();
        assert_eq!(document.matches("\"secretText\"").count(), 1);
        for word in [
            "clientSecret",
            "privateKey",
            "tokenHash",
            "verifier",
            "password\"",
        ] {
            assert!(!document.contains(word), "{word}");
        }
    }

    #[test]
    fn every_endpoint_names_an_operation_and_a_body_where_it_needs_one() {
        for endpoint in ENDPOINTS {
            let Access::Operations(operations) = endpoint.access;
            assert!(!operations.is_empty(), "{}", endpoint.pattern);
            let takes = !matches!(endpoint.takes, Takes::Nothing);
            let may = matches!(endpoint.method, Method::POST | Method::PATCH | Method::PUT);
            assert!(may || !takes, "{}", endpoint.pattern);
        }
    }
}
