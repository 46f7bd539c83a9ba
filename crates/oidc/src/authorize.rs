//! The authorization request of the code flow (RFC 6749 section 4.1.1, OpenID Connect Core section 3.1.2.1).
//!
//! Read in two steps. [`Target`] says who asks and where an answer would go; until the caller has found that address among
//! the client's registered ones, nothing may be sent there. [`Request`] is the rest, whose refusals go to that address.

use data_encoding::BASE64URL_NOPAD;

use crate::claims_request::ClaimsRequest;
use crate::dpop;
use crate::form::{self, Parameters};
use crate::pkce::Challenge;
use crate::resource;
use crate::{ErrorKind, OAuthError};

/// The longest `state` or `nonce` that is taken along, in bytes.
const MAX_ECHO: usize = 1024;
/// The longest name of whom a client expects, in bytes.
const MAX_HINT: usize = 320;
/// The longest request in its one spelling, in bytes: it travels through addresses of our own pages.
pub const MAX_QUERY: usize = 6 * 1024;
/// The most scopes in one request.
pub const MAX_SCOPES: usize = 64;
/// Longer than anybody's session lives, in seconds; a larger `max_age` says the same.
const MAX_AGE: i64 = 10 * 365 * 24 * 60 * 60;

/// How the answer travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResponseMode {
    /// In the address's query.
    Query,
    /// Behind the address's `#`.
    Fragment,
    /// In a form that the browser posts (OAuth 2.0 Form Post Response Mode).
    FormPost,
}

impl ResponseMode {
    /// The registered word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ResponseMode::Query => "query",
            ResponseMode::Fragment => "fragment",
            ResponseMode::FormPost => "form_post",
        }
    }

    /// What a request asks for; the query where it asks for nothing that there is.
    fn of(parameters: &Parameters) -> ResponseMode {
        let word = parameters.find("response_mode");
        RESPONSE_MODES
            .into_iter()
            .find(|mode| Some(mode.as_str()) == word)
            .unwrap_or(ResponseMode::Query)
    }
}

/// Every way that there is.
pub const RESPONSE_MODES: [ResponseMode; 3] = [
    ResponseMode::Query,
    ResponseMode::Fragment,
    ResponseMode::FormPost,
];

/// What `prompt` asks for (OpenID Connect Core section 3.1.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prompt {
    /// Whatever is needed, and nothing else.
    AsNeeded,
    /// Show no page.
    None,
    /// Prove anew who is there. `select_account` is answered in the same way.
    Login,
    /// Ask for consent although it was given.
    Consent,
}

/// Who asks and where the answer would go; both unproven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// `client_id` as sent.
    pub client_id: String,
    /// `redirect_uri` as sent; always required, so that there is nothing to guess.
    pub redirect_uri: String,
}

impl Target {
    /// The first step.
    ///
    /// # Errors
    /// `invalid_request`: to be shown on a page, never sent on.
    pub fn parse(parameters: &Parameters) -> Result<Target, OAuthError> {
        Ok(Target {
            client_id: parameters
                .require("client_id", "client_id is missing")?
                .to_owned(),
            redirect_uri: parameters
                .require("redirect_uri", "redirect_uri is missing")?
                .to_owned(),
        })
    }
}

/// How a refusal reaches the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Echo {
    /// Where in the address.
    pub mode: ResponseMode,
    /// `state`, given back as it came.
    pub state: Option<String>,
}

impl Echo {
    /// What can be told of a request however wrong the rest of it is.
    #[must_use]
    pub fn of(parameters: &Parameters) -> Echo {
        let state = parameters.find("state").filter(|state| fits_echo(state));
        let address = parameters.find("redirect_uri").unwrap_or_default();
        let mode = match ResponseMode::of(parameters) {
            // A form is for what a browser posts to.
            ResponseMode::FormPost if !is_web_address(address) => ResponseMode::Query,
            mode => mode,
        };
        Echo {
            mode,
            state: state.map(str::to_owned),
        }
    }
}

/// A request that is in order; whether it is granted is another question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Who asks and where the answer goes.
    pub target: Target,
    /// How the answer travels.
    pub echo: Echo,
    /// At least one, each once, as sent.
    pub scopes: Vec<String>,
    /// `nonce`, for the id token.
    pub nonce: Option<String>,
    /// PKCE; whether a client may leave it out is the caller's to know.
    pub challenge: Option<Challenge>,
    /// What may be shown.
    pub prompt: Prompt,
    /// Seconds since the last proof of who is there, at most.
    pub max_age: Option<i64>,
    /// Whom the client expects; shown, never believed.
    pub login_hint: Option<String>,
    /// Levels of authentication that the client would like, best first.
    pub acr_values: Vec<String>,
    /// What the id token must say.
    pub claims: ClaimsRequest,
    /// An id token of whom the client expects, as sent.
    pub id_token_hint: Option<String>,
    /// The thumbprint of the only key that may redeem the code (RFC 9449 section 10).
    pub dpop_jkt: Option<[u8; 32]>,
    /// APIs that tokens are to be for, each once (RFC 8707 section 2.1).
    pub resources: Vec<String>,
}

fn is_web_address(uri: &str) -> bool {
    ["https://", "http://"]
        .iter()
        .any(|scheme| uri.starts_with(scheme))
}

fn fits_echo(text: &str) -> bool {
    text.len() <= MAX_ECHO && text.bytes().all(|byte| (0x20..0x7f).contains(&byte))
}

impl Request {
    /// The second step.
    ///
    /// # Errors
    /// A registered word and the reason, to be sent to the address of the target. What we don't know is passed over (RFC
    /// 6749 section 3.1); what would change the meaning of the rest (`request`, `request_uri`, `registration`) refuses.
    pub fn parse(parameters: &Parameters) -> Result<Request, OAuthError> {
        let target = Target::parse(parameters)?;
        refuse_unsupported(parameters)?;
        match parameters.find("response_type") {
            Some("code") => {}
            None => return Err(OAuthError::request("response_type is missing")),
            Some(_) => {
                return Err(OAuthError::new(
                    ErrorKind::UnsupportedResponseType,
                    "response_type must be code",
                ));
            }
        }
        let mode = ResponseMode::of(parameters);
        if parameters
            .find("response_mode")
            .is_some_and(|word| word != mode.as_str())
        {
            return Err(OAuthError::request(
                "response_mode must be query, fragment or form_post",
            ));
        }
        if mode == ResponseMode::FormPost && !is_web_address(&target.redirect_uri) {
            return Err(OAuthError::request(
                "form_post needs an address of http or https",
            ));
        }
        let nonce = parameters.find("nonce");
        for text in [parameters.find("state"), nonce].into_iter().flatten() {
            if !fits_echo(text) {
                return Err(OAuthError::request(
                    "state and nonce hold up to 1024 characters of ASCII",
                ));
            }
        }
        let login_hint = parameters.find("login_hint");
        if login_hint.is_some_and(|hint| hint.len() > MAX_HINT) {
            return Err(OAuthError::request("login_hint is too long"));
        }
        let scopes = parameters.words("scope", MAX_SCOPES)?;
        if scopes.is_empty() {
            return Err(OAuthError::new(ErrorKind::InvalidScope, "scope is missing"));
        }
        Ok(Request {
            target,
            echo: Echo::of(parameters),
            scopes,
            nonce: nonce.map(str::to_owned),
            challenge: Challenge::parse(
                parameters.find("code_challenge"),
                parameters.find("code_challenge_method"),
            )?,
            prompt: parse_prompt(&parameters.words("prompt", 4)?)?,
            max_age: parse_max_age(parameters.find("max_age"))?,
            login_hint: login_hint.map(str::to_owned),
            acr_values: parameters.words("acr_values", 8)?,
            claims: ClaimsRequest::parse(parameters.find("claims"))?,
            id_token_hint: parameters.find("id_token_hint").map(str::to_owned),
            dpop_jkt: parse_thumbprint(parameters.find("dpop_jkt"))?,
            resources: resource::read(parameters.resources())?,
        })
    }

    /// The same request as a query, in one spelling, whatever spelling it came in: without what was passed over.
    #[must_use]
    pub fn to_query(&self) -> String {
        let (scope, acr_values) = (self.scopes.join(" "), self.acr_values.join(" "));
        let challenge = self.challenge.map(|it| BASE64URL_NOPAD.encode(&it.bytes()));
        let key = self.dpop_jkt.as_ref().map(dpop::write_thumbprint);
        let max_age = self.max_age.map(|seconds| seconds.to_string());
        let claims = self.claims.to_text();
        let mut pairs = vec![
            ("client_id", self.target.client_id.as_str()),
            ("redirect_uri", self.target.redirect_uri.as_str()),
            ("response_type", "code"),
            ("scope", scope.as_str()),
        ];
        if let Some(challenge) = &challenge {
            pairs.push(("code_challenge", challenge.as_str()));
            pairs.push(("code_challenge_method", "S256"));
        }
        if self.echo.mode != ResponseMode::Query {
            pairs.push(("response_mode", self.echo.mode.as_str()));
        }
        let prompt = match self.prompt {
            Prompt::AsNeeded => None,
            Prompt::None => Some("none"),
            Prompt::Login => Some("login"),
            Prompt::Consent => Some("consent"),
        };
        let optional = [
            ("state", self.echo.state.as_deref()),
            ("nonce", self.nonce.as_deref()),
            ("prompt", prompt),
            ("max_age", max_age.as_deref()),
            ("login_hint", self.login_hint.as_deref()),
            (
                "acr_values",
                Some(acr_values.as_str()).filter(|list| !list.is_empty()),
            ),
            ("claims", claims.as_deref()),
            ("id_token_hint", self.id_token_hint.as_deref()),
            ("dpop_jkt", key.as_deref()),
        ];
        for (name, value) in optional {
            pairs.extend(value.map(|value| (name, value)));
        }
        pairs.extend(self.resources.iter().map(|uri| ("resource", uri.as_str())));
        form::write(&pairs)
    }
}

fn parse_thumbprint(text: Option<&str>) -> Result<Option<[u8; 32]>, OAuthError> {
    let Some(text) = text else {
        return Ok(None);
    };
    dpop::parse_thumbprint(text)
        .map(Some)
        .ok_or(OAuthError::request("dpop_jkt is no SHA-256 in base64url"))
}

/// OpenID Connect Core section 3.1.2.6 has a word for each.
fn refuse_unsupported(parameters: &Parameters) -> Result<(), OAuthError> {
    let refused = [
        ("request", ErrorKind::RequestNotSupported),
        ("request_uri", ErrorKind::RequestUriNotSupported),
        ("registration", ErrorKind::RegistrationNotSupported),
    ];
    match refused
        .into_iter()
        .find(|(name, _)| parameters.find(name).is_some())
    {
        Some((_, kind)) => Err(OAuthError::new(kind, "the parameter is not supported")),
        None => Ok(()),
    }
}

fn parse_prompt(words: &[String]) -> Result<Prompt, OAuthError> {
    let has = |word: &str| words.iter().any(|each| each == word);
    let known = ["none", "login", "consent", "select_account"];
    if words.iter().any(|word| !known.contains(&word.as_str())) {
        return Err(OAuthError::request("prompt holds an unknown word"));
    }
    if has("none") {
        return if words.len() == 1 {
            Ok(Prompt::None)
        } else {
            Err(OAuthError::request("prompt=none stands alone"))
        };
    }
    Ok(if has("login") || has("select_account") {
        Prompt::Login
    } else if has("consent") {
        Prompt::Consent
    } else {
        Prompt::AsNeeded
    })
}

fn parse_max_age(text: Option<&str>) -> Result<Option<i64>, OAuthError> {
    let Some(text) = text else {
        return Ok(None);
    };
    let digits = text.len() <= 18 && text.bytes().all(|byte| byte.is_ascii_digit());
    let seconds: Option<i64> = digits.then(|| text.parse().ok()).flatten();
    seconds
        .map(|seconds| Some(seconds.min(MAX_AGE)))
        .ok_or(OAuthError::request("max_age is no number of seconds"))
}
