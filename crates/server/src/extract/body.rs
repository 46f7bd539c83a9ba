//! A change's body, taken whole before anybody asks whose session it is: a body that dawdles must not
//! be answered under a session that ended meanwhile.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::rejection::{BytesRejection, FailedToBufferBody};
use axum::extract::{DefaultBodyLimit, FromRequest, Request};
use axum::http::{HeaderMap, header};
use identity::{Refusal, codes};

use crate::error::{Rejection, TOO_SLOW};

/// The largest body that is read.
pub const BODY_LIMIT: usize = 64 * 1024;

/// How long a body may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(10);

/// Puts the whole body in place of the one that is still arriving.
pub(crate) async fn buffer(request: &mut Request) -> Result<(), Rejection> {
    buffer_at_most(request, BODY_LIMIT).await
}

/// The same of a body that may be longer.
pub(crate) async fn buffer_at_most(request: &mut Request, most: usize) -> Result<(), Rejection> {
    check_length(request.headers(), most)?;
    let mut arriving = Request::new(std::mem::take(request.body_mut()));
    DefaultBodyLimit::max(most).apply(&mut arriving);
    let bytes = match tokio::time::timeout(BODY_TIME, Bytes::from_request(arriving, &())).await {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_)))) => {
            return Err(Rejection::from(&codes::TOO_LARGE));
        }
        Ok(Err(_)) => return Err(malformed("body.broken_off")),
        Err(_) => return Err(Rejection::from(&TOO_SLOW)),
    };
    *request.body_mut() = Body::from(bytes);
    Ok(())
}

fn check_length(headers: &HeaderMap, most: usize) -> Result<(), Rejection> {
    let length = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok());
    match length.map(str::parse::<usize>) {
        Some(Ok(length)) if length > most => Err(Rejection::from(&codes::TOO_LARGE)),
        _ => Ok(()),
    }
}

pub(super) fn malformed(detail: &'static str) -> Rejection {
    Rejection::from(Refusal {
        detail: Some(detail),
        ..Refusal::new(&codes::BAD_REQUEST)
    })
}

#[cfg(test)]
mod tests {
    use super::{BODY_TIME, buffer};
    use axum::body::{Body, Bytes};
    use axum::extract::Request;
    use axum::http::StatusCode;
    use std::pin::Pin;
    use std::task::{Context, Poll};
    use tokio::time::Instant;

    /// A peer that sends the head of a body and then nothing.
    struct Dawdling(Option<Bytes>);

    impl http_body::Body for Dawdling {
        type Data = Bytes;
        type Error = std::convert::Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<http_body::Frame<Bytes>, Self::Error>>> {
            match self.0.take() {
                Some(bytes) => Poll::Ready(Some(Ok(http_body::Frame::data(bytes)))),
                None => Poll::Pending,
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_dawdles_is_refused_in_time() {
        let body = Body::new(Dawdling(Some(Bytes::from_static(b"{\"na"))));
        let started = Instant::now();
        let answer = buffer(&mut Request::new(body)).await.unwrap_err();
        assert_eq!(started.elapsed(), BODY_TIME);
        assert_eq!(answer.into_answer().status(), StatusCode::REQUEST_TIMEOUT);
    }

    #[tokio::test]
    async fn a_whole_body_stays_as_it_is() {
        let mut request = Request::new(Body::from("{\"name\":1}"));
        buffer(&mut request).await.unwrap();
        let bytes = axum::body::to_bytes(request.into_body(), 100).await;
        assert_eq!(bytes.unwrap(), "{\"name\":1}");
    }
}
