//! The query of a page's address: what can't be read counts as not given.

use axum::extract::{FromRequestParts, Query};
use axum::http::Uri;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

#[derive(Debug)]
pub(crate) struct PageQuery<T>(pub(crate) T);

pub(crate) fn parse<T: DeserializeOwned + Default>(query: &str) -> T {
    let uri = Uri::builder().path_and_query(format!("/?{query}")).build();
    uri.ok()
        .and_then(|uri| Query::try_from_uri(&uri).ok())
        .map(|Query(value)| value)
        .unwrap_or_default()
}

impl<S: Sync, T: DeserializeOwned + Default> FromRequestParts<S> for PageQuery<T> {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<PageQuery<T>, Self::Rejection> {
        Ok(PageQuery(parts.uri.query().map(parse).unwrap_or_default()))
    }
}
