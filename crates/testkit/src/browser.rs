//! A browser: cookies, the CSRF token of the page, `Origin`, an address.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use authenticator::{Page, UnsignedAssertion, UnsignedRegistration};
use axum::Router;
use axum::body::{Body, to_bytes};
use http::{Method, Request, StatusCode, header};
use identity::ambient::Random;
use serde_json::{Value, json};
use server::extract::PeerAddress;
use tower::ServiceExt;

use crate::{Answer, CreationOptions, Device, Fault, Mediation, ORIGIN, RequestOptions, find_tags};

/// A challenge as a page got it.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The sealed state.
    pub state: String,
    /// `publicKey`: creation or request options.
    pub options: Value,
}

impl Offer {
    /// Reads `{state, publicKey}`.
    #[must_use]
    #[track_caller]
    pub fn of(body: &Value) -> Offer {
        let state = body["state"]
            .as_str()
            .unwrap_or_else(|| panic!("no state in {body}"));
        assert!(body["publicKey"].is_object(), "no publicKey in {body}");
        Offer {
            state: state.to_owned(),
            options: body["publicKey"].clone(),
        }
    }

    /// The options of a `create()`.
    #[must_use]
    pub fn creation(&self) -> CreationOptions {
        CreationOptions::parse(self.options.to_string().as_bytes()).unwrap()
    }

    /// The options of a `get()`.
    #[must_use]
    pub fn request(&self) -> RequestOptions {
        RequestOptions::parse(self.options.to_string().as_bytes()).unwrap()
    }
}

/// Talks to one node's router. A clone is another tab: the same cookies at the time of cloning.
#[derive(Debug, Clone)]
pub struct Browser {
    router: Router,
    cookies: BTreeMap<String, String>,
    /// The token of the page that was opened last.
    token: Option<String>,
    /// Sent with each request.
    pub user_agent: String,
    /// The other end of the connection.
    pub address: SocketAddr,
    random: Random,
}

impl Browser {
    pub(crate) fn new(router: Router, address: SocketAddr, random: Random) -> Browser {
        Browser {
            router,
            cookies: BTreeMap::new(),
            token: None,
            user_agent: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36".to_owned(),
            address,
            random,
        }
    }

    pub(crate) fn with_router(&self, router: Router) -> Browser {
        Browser {
            router,
            ..self.clone()
        }
    }

    // --- requests

    /// A request with everything that this browser sends, to be changed and [sent](Browser::send).
    #[must_use]
    pub fn request(&self, method: Method, path: &str, body: impl Into<Body>) -> Request<Body> {
        let mut request = Request::builder()
            .method(&method)
            .uri(path)
            .header(header::HOST, ORIGIN.trim_start_matches("https://"))
            .header(header::USER_AGENT, &self.user_agent);
        if !self.cookies.is_empty() {
            let pairs: Vec<String> = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            request = request.header(header::COOKIE, pairs.join("; "));
        }
        if method == Method::POST {
            request = request
                .header(header::ORIGIN, ORIGIN)
                .header(header::CONTENT_TYPE, "application/json");
            request = request.header("x-csrf-token", self.token.as_deref().unwrap_or_default());
        }
        request.body(body.into()).unwrap()
    }

    /// Sends a request as it stands; keeps the cookies and the page's token that come back.
    pub async fn send(&mut self, mut request: Request<Body>) -> Answer {
        let asked = format!("{} {}", request.method(), request.uri());
        request.extensions_mut().insert(PeerAddress(self.address));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        let answer = Answer {
            status: parts.status,
            headers: parts.headers,
            body,
            asked,
        };
        self.keep_cookies(&answer);
        // Sent to sign in: the page that was open is no longer what is shown.
        if answer.status.is_redirection() && answer.header("location").starts_with("/sign-in") {
            self.token = None;
        }
        if let Some(token) = find_token(&answer) {
            self.token = Some(token);
        }
        answer
    }

    /// Opens a page; redirects are not followed.
    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path, Body::empty()))
            .await
    }

    /// Opens a page and follows redirects to our own pages.
    pub async fn open(&mut self, path: &str) -> Answer {
        let mut answer = self.get(path).await;
        for _ in 0..5 {
            if !answer.status.is_redirection() {
                break;
            }
            let location = answer.header("location").to_owned();
            answer = self.get(&location).await;
        }
        answer
    }

    /// What a page's script does: a JSON body with the token of the open page. Opens a page first
    /// where none is open.
    pub async fn post(&mut self, path: &str, body: Value) -> Answer {
        self.post_text(path, body.to_string()).await
    }

    /// Like [`Browser::post`] with any text as body.
    pub async fn post_text(&mut self, path: &str, body: String) -> Answer {
        self.hold_token().await;
        self.send(self.request(Method::POST, path, body)).await
    }

    /// Opens a page if none is open, so that there is a token.
    pub async fn hold_token(&mut self) {
        if self.token.is_none() {
            let page = self.open("/").await;
            assert!(
                self.token.is_some(),
                "no CSRF token in the page: {} {}",
                page.status,
                page.text()
            );
        }
    }

    /// The token of the page that was opened last.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// Pretends that another page was opened.
    pub fn set_token(&mut self, token: Option<String>) {
        self.token = token;
    }

    // --- cookies

    /// The value of the cookie whose name ends so (`session`, `browser`).
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies
            .iter()
            .find(|(key, _)| key.ends_with(name))
            .map(|(_, value)| value.as_str())
    }

    /// Puts a value into the cookie whose name ends so.
    pub fn set_cookie(&mut self, name: &str, value: &str) {
        let (_, slot) = self
            .cookies
            .iter_mut()
            .find(|(key, _)| key.ends_with(name))
            .expect("the cookie is there");
        value.clone_into(slot);
    }

    /// Forgets everything, as a private window does.
    pub fn forget(&mut self) {
        self.cookies.clear();
        self.token = None;
    }

    /// Forgets the session only.
    pub fn forget_session(&mut self) {
        self.cookies.retain(|name, _| !name.ends_with("session"));
        self.token = None;
    }

    /// Whether a session cookie is there.
    #[must_use]
    pub fn has_session(&self) -> bool {
        self.cookie("session").is_some()
    }

    fn keep_cookies(&mut self, answer: &Answer) {
        for header in answer.headers.get_all(header::SET_COOKIE) {
            let text = header.to_str().unwrap();
            let mut parts = text.split(';').map(str::trim);
            let (name, value) = parts.next().and_then(|pair| pair.split_once('=')).unwrap();
            let before = if parts.any(|it| it.eq_ignore_ascii_case("max-age=0")) {
                self.cookies.remove(name)
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned())
            };
            // The token is bound to both cookies: with another one the page must be opened anew.
            if before.as_deref() != Some(value) {
                self.token = None;
            }
        }
    }

    // --- ceremonies, from the device's side

    /// The page that runs ceremonies.
    #[must_use]
    pub fn page(&self) -> Page {
        Page::new(ORIGIN)
    }

    /// `navigator.credentials.create()`: gives `RegistrationResponseJSON`.
    #[must_use]
    #[track_caller]
    pub fn create(&self, device: &mut Device, offer: &Offer) -> Value {
        self.prepare_creation(device, offer)
            .attest()
            .unwrap()
            .to_value()
    }

    /// `navigator.credentials.get()`: gives `AuthenticationResponseJSON`.
    #[must_use]
    #[track_caller]
    pub fn answer(&self, device: &mut Device, offer: &Offer) -> Value {
        self.prepare_assertion(device, offer)
            .sign()
            .unwrap()
            .to_value()
    }

    /// The same with one thing wrong.
    #[must_use]
    #[track_caller]
    pub fn bend_creation(&self, device: &mut Device, offer: &Offer, fault: &Fault) -> Value {
        fault.bend_registration(self.prepare_creation(device, offer))
    }

    /// The same with one thing wrong.
    #[must_use]
    #[track_caller]
    pub fn bend_assertion(&self, device: &mut Device, offer: &Offer, fault: &Fault) -> Value {
        fault.bend_assertion(self.prepare_assertion(device, offer))
    }

    #[track_caller]
    fn prepare_creation(&self, device: &mut Device, offer: &Offer) -> UnsignedRegistration {
        device
            .prepare_creation(
                &offer.creation(),
                &self.page(),
                Mediation::Modal,
                &self.random.make(),
            )
            .unwrap()
    }

    #[track_caller]
    fn prepare_assertion(&self, device: &mut Device, offer: &Offer) -> UnsignedAssertion {
        device
            .prepare_assertion(&offer.request(), &self.page())
            .unwrap()
    }

    // --- signing in

    /// The challenge that stands in the sign-in page itself.
    pub async fn autofill(&mut self) -> Offer {
        let page = self.get("/sign-in").await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text());
        let data = find_tags(&page.text(), "meta")
            .into_iter()
            .find(|it| it.attribute("name") == Some("page-data"));
        let data: Value =
            serde_json::from_str(data.unwrap().attribute("content").unwrap()).unwrap();
        let holder = [&data, &data["challenge"], &data["autofill"]]
            .into_iter()
            .find(|it| it["state"].is_string());
        Offer::of(holder.unwrap_or(&data))
    }

    /// A challenge for the button.
    pub async fn challenge(&mut self) -> Offer {
        Offer::of(&self.post("/sign-in/challenge", json!({})).await.ok())
    }

    /// A challenge for a typed name.
    pub async fn name(&mut self, name: &str) -> Offer {
        Offer::of(
            &self
                .post("/sign-in/name", json!({ "name": name }))
                .await
                .ok(),
        )
    }

    /// Sends the answer to a sign-in challenge.
    pub async fn finish_sign_in(&mut self, offer: &Offer, response: &Value) -> Answer {
        let body = json!({ "state": offer.state, "response": response, "return": null });
        self.post("/sign-in/passkey", body).await
    }

    /// Signs in by the button.
    pub async fn sign_in(&mut self, device: &mut Device) -> Answer {
        let offer = self.challenge().await;
        let response = self.answer(device, &offer);
        self.finish_sign_in(&offer, &response).await
    }

    /// Signs in by the typed name.
    pub async fn sign_in_as(&mut self, name: &str, device: &mut Device) -> Answer {
        let offer = self.name(name).await;
        let response = self.answer(device, &offer);
        self.finish_sign_in(&offer, &response).await
    }

    /// Tries to sign in with one thing wrong.
    pub async fn sign_in_with(&mut self, device: &mut Device, fault: &Fault) -> Answer {
        let offer = self.challenge().await;
        let response = self.bend_assertion(device, &offer, fault);
        self.finish_sign_in(&offer, &response).await
    }

    /// A challenge to confirm that it's still the same person.
    pub async fn begin_reauthentication(&mut self) -> Offer {
        Offer::of(&self.post("/reauthenticate/challenge", json!({})).await.ok())
    }

    /// Confirms that it's still the same person.
    pub async fn reauthenticate(&mut self, device: &mut Device) -> Answer {
        let offer = self.begin_reauthentication().await;
        let response = self.answer(device, &offer);
        self.finish_reauthentication(&offer, &response).await
    }

    /// Sends the answer to a re-authentication challenge.
    pub async fn finish_reauthentication(&mut self, offer: &Offer, response: &Value) -> Answer {
        let body = json!({ "state": offer.state, "response": response, "return": null });
        self.post("/reauthenticate/passkey", body).await
    }

    /// Signs out.
    pub async fn sign_out(&mut self) -> Answer {
        self.post("/sign-out", json!({})).await
    }

    // --- set-up and registration by link

    /// Starts the set-up.
    pub async fn begin_set_up(
        &mut self,
        token: &str,
        organisation: &str,
        user_name: &str,
        display_name: &str,
    ) -> Offer {
        let body = json!({ "token": token, "organisation": organisation, "userName": user_name, "displayName": display_name });
        Offer::of(&self.post("/set-up/begin", body).await.ok())
    }

    /// Finishes the set-up.
    pub async fn finish_set_up(&mut self, offer: &Offer, response: &Value) -> Answer {
        self.post(
            "/set-up/finish",
            json!({ "state": offer.state, "response": response }),
        )
        .await
    }

    /// Starts the registration that a link allows.
    pub async fn begin_registration(&mut self, token: &str) -> Offer {
        Offer::of(
            &self
                .post("/register/begin", json!({ "token": token }))
                .await
                .ok(),
        )
    }

    /// Finishes the registration that a link allows.
    pub async fn finish_registration(&mut self, offer: &Offer, response: &Value) -> Answer {
        self.post(
            "/register/finish",
            json!({ "state": offer.state, "response": response }),
        )
        .await
    }

    // --- own passkeys

    /// Starts adding a passkey.
    pub async fn begin_add(&mut self) -> Offer {
        Offer::of(
            &self
                .post("/security-info/passkeys/begin", json!({}))
                .await
                .ok(),
        )
    }

    /// Finishes adding a passkey.
    pub async fn finish_add(&mut self, offer: &Offer, response: &Value) -> Answer {
        self.post(
            "/security-info/passkeys/finish",
            json!({ "state": offer.state, "response": response }),
        )
        .await
    }

    /// Adds a passkey.
    pub async fn add_passkey(&mut self, device: &mut Device) -> Answer {
        let offer = self.begin_add().await;
        let response = self.create(device, &offer);
        self.finish_add(&offer, &response).await
    }

    /// Renames a passkey.
    pub async fn rename_passkey(&mut self, passkey_id: &str, name: &str) -> Answer {
        self.post(
            "/security-info/passkeys/rename",
            json!({ "passkeyId": passkey_id, "name": name }),
        )
        .await
    }

    /// Removes a passkey.
    pub async fn remove_passkey(&mut self, passkey_id: &str) -> Answer {
        self.post(
            "/security-info/passkeys/remove",
            json!({ "passkeyId": passkey_id }),
        )
        .await
    }

    /// Whether Security info opens: somebody is signed in.
    pub async fn is_signed_in(&mut self) -> bool {
        self.get("/security-info").await.status == StatusCode::OK
    }
}

fn find_token(answer: &Answer) -> Option<String> {
    if !answer.header("content-type").starts_with("text/html") {
        return None;
    }
    let metas = find_tags(&answer.text(), "meta");
    let meta = metas
        .iter()
        .find(|it| it.attribute("name") == Some("csrf-token"))?;
    meta.attribute("content").map(str::to_owned)
}
