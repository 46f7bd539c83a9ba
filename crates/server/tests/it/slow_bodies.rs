//! A change is made for the session as it is when the change has arrived, not as it was when it was
//! announced.

use axum::body::{Body, Bytes};
use http::Method;
use http_body::Frame;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::oneshot;

use crate::in_each_house;

/// A body that says that it is awaited, and then comes when it is told to.
struct Late {
    awaited: Option<oneshot::Sender<()>>,
    text: oneshot::Receiver<String>,
    over: bool,
}

impl http_body::Body for Late {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if self.over {
            return Poll::Ready(None);
        }
        if let Some(awaited) = self.awaited.take() {
            let _ = awaited.send(());
        }
        Pin::new(&mut self.text).poll(context).map(|text| {
            self.over = true;
            text.ok().map(|text| Ok(Frame::data(Bytes::from(text))))
        })
    }
}

#[test]
fn a_session_that_ends_while_the_body_arrives_changes_nothing() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        ada.browser.open("/security-info").await;
        let cases = [
            (
                "/security-info/passkeys/rename",
                format!(
                    "{{\"passkeyId\":\"{}\",\"name\":\"Mallory\"}}",
                    ada.passkey_id()
                ),
            ),
            (
                "/people/add",
                "{\"userName\":\"mallory\",\"displayName\":\"Mallory\"}".to_owned(),
            ),
            ("/security-info/passkeys/begin", "{}".to_owned()),
        ];
        for (path, text) in cases {
            ada.browser.forget_session();
            ada.sign_in().await.ok();
            ada.browser.open("/security-info").await;
            let (awaited, is_awaited) = oneshot::channel();
            let (give, arriving) = oneshot::channel();
            let body = Body::new(Late {
                awaited: Some(awaited),
                text: arriving,
                over: false,
            });
            let mut slow = ada.browser.clone();
            let request = slow.request(Method::POST, path, body);
            let answered = tokio::spawn(async move { slow.send(request).await });
            is_awaited.await.unwrap();
            ada.browser.sign_out().await.ok();
            give.send(text).unwrap();
            answered.await.unwrap().refused(401, "session.none");
        }
        assert!(!house.holds("Mallory") && !house.holds("mallory"));
    });
}
