//! Answers in Graph's envelope.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use graph::odata::Options;
use graph::project::{self, Selection};
use graph::{Type, envelope};
use identity::{Cursor, paging};
use serde::Serialize;
use serde_json::{Map, Value};

use super::call::Call;
use super::fault::Fault;

/// What a handler answers with.
pub(super) type Outcome = Result<Response, Fault>;

/// A value as a JSON object.
pub(super) fn object(value: &impl Serialize) -> Result<Map<String, Value>, Fault> {
    match serde_json::to_value(value) {
        Ok(Value::Object(object)) => Ok(object),
        other => {
            tracing::error!(?other, "a resource is no object");
            Err(Fault::from(&identity::codes::INTERNAL))
        }
    }
}

impl Call {
    /// An object, cut to what was asked for.
    pub(super) fn cut(
        &self,
        value: &impl Serialize,
        of: &'static Type,
        selection: &Selection,
    ) -> Result<Map<String, Value>, Fault> {
        let mut whole = object(value)?;
        project::project(&mut whole, of, selection, self.version, self.preferences);
        Ok(whole)
    }

    /// One object.
    pub(super) fn entity(
        &self,
        value: &impl Serialize,
        of: &'static Type,
        selection: &Selection,
        what: &str,
        version: Option<i64>,
    ) -> Outcome {
        let mut entity = self.cut(value, of, selection)?;
        let context = self.context(&format!("{what}/$entity"));
        let Some(version) = version else {
            return Ok(json(
                StatusCode::OK,
                &envelope::wrap_entity(context, entity),
            ));
        };
        let etag = envelope::derive_etag(version);
        entity.insert("@odata.etag".to_owned(), Value::String(etag.clone()));
        let mut response = json(StatusCode::OK, &envelope::wrap_entity(context, entity));
        if let Ok(etag) = HeaderValue::from_str(&etag) {
            response.headers_mut().insert(header::ETAG, etag);
        }
        Ok(response)
    }

    /// What was made: 201 with the object and its address.
    pub(super) fn created(&self, mut response: Response, id: &str) -> Response {
        *response.status_mut() = StatusCode::CREATED;
        let place = format!("{}/{}", self.address(), graph::path::encode_segment(id));
        if let Ok(place) = HeaderValue::from_str(&place) {
            response.headers_mut().insert(header::LOCATION, place);
        }
        response
    }

    /// A page of objects that were cut already.
    pub(super) fn page(
        &self,
        options: &Options,
        what: &str,
        values: Vec<Value>,
        count: Option<u64>,
        place: Option<Cursor>,
    ) -> Outcome {
        let question = self.question(options);
        let next = place.map(|place| {
            let token = paging::write_token(&self.state.identity, &[&question], &place);
            options.derive_next(&self.address(), &token)
        });
        let context = self.context(what);
        let page = envelope::wrap_page(context, count.filter(|_| options.count), next, values);
        Ok(json(StatusCode::OK, &page))
    }

    /// Where the page before ended.
    pub(super) fn place(&self, options: &Options) -> Result<Option<Cursor>, Fault> {
        let Some(token) = &options.skip_token else {
            return Ok(None);
        };
        let question = self.question(options);
        let place = paging::read_token(&self.state.identity, &[&question], token)?;
        Ok(Some(place))
    }
}

pub(super) fn json(status: StatusCode, value: &Value) -> Response {
    let mut response = (status, axum::Json(value)).into_response();
    // As Graph says it; clients look for the word.
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(
            "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8",
        ),
    );
    response
}

/// A change that was done.
pub(super) fn done() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

/// A PNG of ours.
pub(super) fn picture(png: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, "image/png")], png).into_response()
}

/// `.../$count`
pub(super) fn number(count: u64) -> Response {
    ([(header::CONTENT_TYPE, "text/plain")], count.to_string()).into_response()
}
