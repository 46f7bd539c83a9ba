//! The administration API, as clients that know Graph use it.

mod access;
mod access_passes;
mod apis;
mod credentials;
mod delegated;
mod gone;
mod grants;
mod input;
mod logos;
mod logs;
mod methods;
mod objects;
mod owners;
mod people;
mod policies;
mod provisioning;
mod rights;

use axum::body::Body;
use data_encoding::BASE64;
use http::{Method, Request, header};
use serde_json::Value;
use testkit::{Answer, Application, House, ORIGIN};

/// A client with a token.
pub(crate) struct Client<'a> {
    house: &'a House,
    token: Option<String>,
}

impl<'a> Client<'a> {
    /// An application that acts by itself, with these permissions.
    pub(crate) async fn of(house: &'a House, permissions: &[&str]) -> Client<'a> {
        let name = format!("client {}", permissions.join(" "));
        let application: Application = house.application(&name, permissions).await;
        Client::with(house, &house.token(&application).await)
    }

    pub(crate) fn with(house: &'a House, token: &str) -> Client<'a> {
        Client {
            house,
            token: Some(token.to_owned()),
        }
    }

    pub(crate) fn without_token(house: &'a House) -> Client<'a> {
        Client { house, token: None }
    }

    pub(crate) fn request(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Request<Body> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, ORIGIN.trim_start_matches("https://"));
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        match body {
            // A text is a picture, in base64.
            Some(Value::String(picture)) => request
                .header(header::CONTENT_TYPE, "image/png")
                .body(Body::from(BASE64.decode(picture.as_bytes()).unwrap())),
            Some(body) => request
                .header(header::CONTENT_TYPE, "application/json")
                .body(Body::from(body.to_string())),
            None => request.body(Body::empty()),
        }
        .unwrap()
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        self.house.browser().send_program(request).await
    }

    pub(crate) async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        self.send(self.request(method, path, body)).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.ask(Method::PATCH, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.ask(Method::DELETE, path, None).await
    }

    /// Every value of a collection, along its next links; each page holds at most `top`.
    pub(crate) async fn all(&self, path: &str, top: usize) -> Vec<Value> {
        let mut values = Vec::new();
        let mut next = Some(path.to_owned());
        for _ in 0..100 {
            let Some(path) = next else {
                return values;
            };
            let page = self.get(&path).await.is(200);
            let found = page["value"].as_array().unwrap();
            assert!(found.len() <= top, "{page}");
            values.extend(found.iter().cloned());
            let link = page["@odata.nextLink"].as_str();
            next = link.map(|link| link.strip_prefix(ORIGIN).expect("it is ours").to_owned());
        }
        panic!("{path} has no end");
    }
}

/// What a test says of an answer.
pub(crate) trait Said {
    /// The status, and the body as JSON; `null` where there is none.
    fn is(self, status: u16) -> Value;
    /// Refused with Graph's code and ours.
    fn refused_as(self, status: u16, code: &str, inner: &str) -> Value;
}

impl Said for Answer {
    #[track_caller]
    fn is(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        assert!(self.headers.get("set-cookie").is_none());
        if self.body.is_empty() {
            Value::Null
        } else {
            self.json()
        }
    }

    #[track_caller]
    fn refused_as(self, status: u16, code: &str, inner: &str) -> Value {
        let body = self.is(status);
        let found = (
            body["error"]["code"].as_str().unwrap_or_default(),
            body["error"]["innerError"]["code"]
                .as_str()
                .unwrap_or_default(),
        );
        assert_eq!(found, (code, inner), "{body}");
        body
    }
}

/// The ids of objects, sorted.
pub(crate) fn ids(values: &[Value]) -> Vec<String> {
    let mut ids: Vec<String> = values
        .iter()
        .map(|value| value["id"].as_str().unwrap().to_owned())
        .collect();
    ids.sort();
    ids
}
