//! Applications that sign in: registered on the command line, with a secret and a key.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use axum::body::Body;
use data_encoding::BASE64URL_NOPAD;
use http::{Method, Request, header};
use identity::applications::{self, ApplicationChange, Consent, RedirectUri};
use identity::permissions::Permission;
use identity::{Actor, Micros, SECOND};
use oidc::form::Parameters;
use oidc::jwk::PublicKey;
use oidc::jwt::{self, Algorithm};
use oidc::redirect_uri::Platform;
use oidc::token_request::JWT_BEARER;
use serde_json::{Map, Value, json};
use store::Id;

use crate::{Answer, Browser, House, ORIGIN};

const COMMAND_LINE: Actor<'static> = Actor::CommandLine { os_user: "testkit" };

/// Where applications that people use get their answers.
pub const CALLBACK: &str = "https://app.example.org/callback";

/// The verifier of RFC 7636's appendix B.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// The challenge of [`VERIFIER`].
#[must_use]
pub fn challenge() -> String {
    BASE64URL_NOPAD.encode(digest(&SHA256, VERIFIER.as_bytes()).as_ref())
}

/// A key pair of P-256 and the name of its public half.
#[derive(Debug)]
pub struct SigningKey(EcdsaKeyPair);

impl SigningKey {
    /// A new one; not from the house's randomness, which tests compare.
    #[must_use]
    pub fn make() -> SigningKey {
        SigningKey(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey::of_p256(self.0.public_key().as_ref()).unwrap()
    }

    /// A signed token.
    #[must_use]
    pub fn sign(&self, token_type: &str, claims: &Value) -> String {
        let claims: Map<String, Value> = claims.as_object().unwrap().clone();
        let name = self.public().thumbprint_text();
        let input = jwt::prepare(Algorithm::Es256, &name, token_type, &claims);
        self.finish(&input)
    }

    fn finish(&self, input: &str) -> String {
        let signature = self.0.sign(&SystemRandom::new(), input.as_bytes()).unwrap();
        jwt::finish(input, signature.as_ref())
    }

    /// A token whose header carries the key, with these changes (RFC 9449 section 4.2).
    #[must_use]
    pub fn prove(&self, header: impl FnOnce(&mut Value), claims: &Value) -> String {
        let key: Value = serde_json::from_str(&self.public().to_json()).unwrap();
        let mut head = json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": key });
        header(&mut head);
        let parts = [&head, claims].map(|part| BASE64URL_NOPAD.encode(part.to_string().as_bytes()));
        self.finish(&parts.join("."))
    }
}

/// A registered application with its service principal.
#[derive(Debug)]
pub struct Application {
    /// The registration's own id.
    pub object_id: Id,
    /// `client_id`.
    pub app_id: Id,
    /// The service principal's id.
    pub principal_id: Id,
    /// A secret that is valid.
    pub secret: String,
    /// A key that is registered.
    pub key: SigningKey,
}

impl Application {
    /// An assertion of this application for the root token endpoint, valid for five minutes.
    #[must_use]
    pub fn assertion(&self, house: &House) -> String {
        self.assertion_with(house, |_| {})
    }

    /// The same with something changed in its claims.
    #[must_use]
    pub fn assertion_with(&self, house: &House, change: impl FnOnce(&mut Value)) -> String {
        let now: Micros = house.now() / SECOND;
        let mut claims = json!({
            "iss": self.app_id.to_string(),
            "sub": self.app_id.to_string(),
            "aud": format!("{ORIGIN}/oauth2/v2.0/token"),
            "iat": now,
            "exp": now + 300,
            "jti": data_encoding::HEXLOWER.encode(&house.random()),
        });
        change(&mut claims);
        self.key.sign("JWT", &claims)
    }
}

impl House {
    /// An application that may do this in its own name, by names of permissions.
    pub async fn application(&self, name: &str, permissions: &[&str]) -> Application {
        self.application_at(name, permissions, &[]).await
    }

    /// The same with addresses for answers to people.
    pub async fn application_at(
        &self,
        name: &str,
        permissions: &[&str],
        addresses: &[(Platform, &str)],
    ) -> Application {
        let identity = self.identity();
        let uris = addresses.iter().map(|(platform, uri)| RedirectUri {
            platform: *platform,
            uri: (*uri).to_owned(),
        });
        let new = ApplicationChange {
            display_name: Some(name.to_owned()),
            redirect_uris: Some(uris.collect()),
            ..ApplicationChange::default()
        };
        let made = applications::add(identity, COMMAND_LINE, &new)
            .await
            .unwrap();
        let object_id = made.object_id;
        let principal = applications::add_principal(identity, COMMAND_LINE, made.app_id)
            .await
            .unwrap();
        let resource = applications::find_own_api(identity).await.unwrap();
        for permission in permissions {
            let permission = Permission::parse(permission).unwrap();
            let role = permission.application_id().unwrap();
            applications::assign(identity, COMMAND_LINE, principal.object_id, resource, role)
                .await
                .unwrap();
        }
        let secret = applications::add_secret(identity, COMMAND_LINE, object_id, "", None)
            .await
            .unwrap();
        let key = SigningKey::make();
        let jwk = key.public().to_json();
        applications::add_key(identity, COMMAND_LINE, object_id, "", jwk.as_bytes(), None)
            .await
            .unwrap();
        Application {
            object_id,
            app_id: made.app_id,
            principal_id: principal.object_id,
            secret: secret.secret,
            key,
        }
    }

    /// Lets an application act in the name of everybody, by names of permissions.
    pub async fn grant(&self, application: &Application, scope: &str) {
        let client = application.principal_id;
        let consent = Consent::Everybody;
        applications::grant(self.identity(), COMMAND_LINE, client, consent, scope)
            .await
            .unwrap();
    }

    /// An application that acts in the name of whoever signs in to it, with these permissions.
    pub async fn client(&self, name: &str, scope: &str) -> Application {
        let addresses = [(Platform::Web, CALLBACK)];
        let application = self.application_at(name, &[], &addresses).await;
        self.grant(&application, scope).await;
        application
    }

    /// What a code becomes, by the application's key.
    pub async fn redeem(&self, application: &Application, code: &str) -> Answer {
        let assertion = application.assertion(self);
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
            ("client_assertion_type", JWT_BEARER),
            ("client_assertion", assertion.as_str()),
        ];
        self.browser().ask_token("/oauth2/v2.0/token", &form).await
    }

    /// An access token of the application for whoever is signed in with that browser: the authorization code flow as a
    /// client library walks it. Everything in `scope` must have been granted.
    pub async fn delegated_token(
        &self,
        application: &Application,
        browser: &mut Browser,
        scope: &str,
    ) -> String {
        let query = oidc::form::write(&[
            ("client_id", &application.app_id.to_string()),
            ("redirect_uri", CALLBACK),
            ("response_type", "code"),
            ("scope", scope),
            ("code_challenge", &challenge()),
            ("code_challenge_method", "S256"),
        ]);
        let answer = browser
            .get(&format!("/oauth2/v2.0/authorize?{query}"))
            .await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        let location = answer.header("location");
        let read = location.strip_prefix(CALLBACK).expect("it is the client's");
        let read = Parameters::parse(read.trim_start_matches('?').as_bytes()).unwrap();
        let code = read.find("code").expect("it was granted");
        let tokens = self.redeem(application, code).await.ok();
        tokens["access_token"].as_str().unwrap().to_owned()
    }

    /// An access token of the application for itself, by its key.
    pub async fn token(&self, application: &Application) -> String {
        let assertion = application.assertion(self);
        let scope = format!("{ORIGIN}/.default");
        let answer = self
            .browser()
            .ask_token(
                "/oauth2/v2.0/token",
                &[
                    ("grant_type", "client_credentials"),
                    ("scope", &scope),
                    ("client_assertion_type", JWT_BEARER),
                    ("client_assertion", &assertion),
                ],
            )
            .await;
        answer.ok()["access_token"].as_str().unwrap().to_owned()
    }
}

impl Browser {
    /// What a program sends to a token endpoint: a form, and nothing that a page would send.
    pub async fn ask_token(&self, path: &str, pairs: &[(&str, &str)]) -> Answer {
        self.send_program(self.token_request(path, pairs)).await
    }

    /// The request, to be changed.
    #[must_use]
    pub fn token_request(&self, path: &str, pairs: &[(&str, &str)]) -> Request<Body> {
        Request::builder()
            .method(Method::POST)
            .uri(path)
            .header(header::HOST, ORIGIN.trim_start_matches("https://"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(oidc::form::write(pairs)))
            .unwrap()
    }

    /// Sends a request of a program: it keeps no cookies.
    pub async fn send_program(&self, request: Request<Body>) -> Answer {
        self.clone().send(request).await
    }
}
