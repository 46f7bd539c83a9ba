//! What an application's tokens say, and how they are asked for and signed: kept as one JSON beside the registration.

use oidc::jwt::Algorithm;
use serde::{Deserialize, Serialize};
use store::{Client, Id};

use crate::people::Attribute;
use crate::permissions::Permission;
use crate::{Identity, Refusal, codes, names};

/// The most claims and the most roles of one application.
const MAX_CLAIMS: usize = 50;
const MAX_ROLES: usize = 100;
/// The longest name of a claim or role, and the longest fixed value, in characters.
const MAX_NAME: usize = 120;
/// Algorithms that sign id tokens; the first where nobody chose: every client library verifies it.
pub const ID_TOKEN_ALGORITHMS: [Algorithm; 4] = [
    Algorithm::Rs256,
    Algorithm::Es256,
    Algorithm::EdDsa,
    Algorithm::MlDsa65,
];
/// Claims that say what we vouch for: nobody maps anything else to them.
const RESERVED: [&str; 28] = [
    "acr",
    "act",
    "amr",
    "aud",
    "auth_time",
    "at_hash",
    "azp",
    "azpacr",
    "appid",
    "c_hash",
    "client_id",
    "cnf",
    "events",
    "exp",
    "iat",
    "idtyp",
    "iss",
    "jti",
    "nbf",
    "nonce",
    "oid",
    "roles",
    "scp",
    "scope",
    "sid",
    "sub",
    "tid",
    "ver",
];

/// Where a claim's value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    UserName,
    DisplayName,
    Mail,
    ObjectId,
    Attribute(Attribute),
    /// Every group that the person is in, however deep, by id or by name.
    GroupIds,
    GroupNames,
    /// Those of them that are assigned to the application.
    AssignedGroupIds,
    AssignedGroupNames,
    /// The values of the application's roles that the person has.
    Roles,
    /// The same for everybody.
    Fixed(String),
    /// No source that there is: such a rule is refused when it is to be stored.
    Unknown(String),
}

/// What stands before a fixed value.
const FIXED: &str = "fixed:";

impl Source {
    /// By its word: `userName`, `displayName`, `mail`, `id`, a property of people by Graph's name, `groupIds`, `groupNames`,
    /// `assignedGroupIds`, `assignedGroupNames`, `roles`, or `fixed:` and a text.
    #[must_use]
    pub fn parse(word: &str) -> Option<Source> {
        if let Some(text) = word.strip_prefix(FIXED) {
            return Some(Source::Fixed(text.to_owned()));
        }
        Some(match word {
            "userName" | "userPrincipalName" => Source::UserName,
            "displayName" => Source::DisplayName,
            "mail" => Source::Mail,
            "id" => Source::ObjectId,
            "groupIds" => Source::GroupIds,
            "groupNames" => Source::GroupNames,
            "assignedGroupIds" => Source::AssignedGroupIds,
            "assignedGroupNames" => Source::AssignedGroupNames,
            "roles" => Source::Roles,
            name => Source::Attribute(Attribute::parse(name)?),
        })
    }

    /// The same, whatever the word is.
    #[must_use]
    pub fn read(word: &str) -> Source {
        Source::parse(word).unwrap_or_else(|| Source::Unknown(word.to_owned()))
    }

    /// The word.
    #[must_use]
    pub fn write(&self) -> String {
        match self {
            Source::UserName => "userName",
            Source::DisplayName => "displayName",
            Source::Mail => "mail",
            Source::ObjectId => "id",
            Source::Attribute(attribute) => attribute.name(),
            Source::GroupIds => "groupIds",
            Source::GroupNames => "groupNames",
            Source::AssignedGroupIds => "assignedGroupIds",
            Source::AssignedGroupNames => "assignedGroupNames",
            Source::Roles => "roles",
            Source::Fixed(text) => return format!("{FIXED}{text}"),
            Source::Unknown(word) => word,
        }
        .to_owned()
    }
}

/// One claim of id tokens and userinfo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimRule {
    pub name: String,
    pub source: Source,
}

/// What somebody is in an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppRole {
    pub id: Id,
    /// What the claim `roles` says.
    pub value: String,
    pub display_name: String,
    pub description: String,
    /// Otherwise nobody is given it, and no token says it.
    pub is_enabled: bool,
    /// People and groups can have it.
    pub for_people: bool,
    /// Other applications can have it, in their own name, at this one's API.
    pub for_applications: bool,
}

impl AppRole {
    /// A new one, which can be given to people at once.
    #[must_use]
    pub fn make(identity: &Identity, value: &str, display_name: &str) -> AppRole {
        AppRole {
            id: identity.0.ambient.make_id(),
            value: value.to_owned(),
            display_name: display_name.to_owned(),
            description: String::new(),
            is_enabled: true,
            for_people: true,
            for_applications: false,
        }
    }
}

impl AppRole {
    /// Whether tokens about people say it.
    pub(crate) fn is_told_of_people(&self) -> bool {
        self.is_enabled && self.for_people
    }
}

/// What tokens of one application are like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenSettings {
    /// The application keeps a secret or a key, and may leave out PKCE.
    pub is_pkce_optional: bool,
    /// One of [`ID_TOKEN_ALGORITHMS`].
    pub algorithm: Algorithm,
    /// Userinfo answers with a signed JWT.
    pub is_user_info_signed: bool,
    pub claims: Vec<ClaimRule>,
    pub roles: Vec<AppRole>,
}

impl Default for TokenSettings {
    fn default() -> TokenSettings {
        TokenSettings {
            is_pkce_optional: false,
            algorithm: Algorithm::Rs256,
            is_user_info_signed: false,
            claims: Vec::new(),
            roles: Vec::new(),
        }
    }
}

/// As stored; a newer program may have written more.
#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Stored {
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    is_pkce_optional: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    algorithm: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    is_user_info_signed: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    claims: Vec<(String, String)>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    roles: Vec<StoredRole>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct StoredRole {
    id: String,
    value: String,
    display_name: String,
    description: String,
    is_enabled: bool,
    #[serde(default = "is_so", skip_serializing_if = "Clone::clone")]
    for_people: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    for_applications: bool,
}

/// Roles were people's alone before applications could have them.
fn is_so() -> bool {
    true
}

fn unfit(detail: &'static str) -> Refusal {
    Refusal {
        detail: Some(detail),
        ..Refusal::new(&codes::TOKEN_SETTINGS_UNFIT)
    }
}

impl TokenSettings {
    /// Those of whoever asks for tokens.
    pub(crate) fn of(client: &Client) -> Result<TokenSettings, Refusal> {
        TokenSettings::read(&client.token_settings)
    }

    /// As stored.
    ///
    /// # Errors
    /// [`codes::INTERNAL`] for what this program doesn't understand: tokens that say something else than somebody decided are
    /// worse than none.
    pub(crate) fn read(text: &str) -> Result<TokenSettings, Refusal> {
        let broken = || {
            tracing::error!("settings of an application's tokens can't be read");
            Refusal::new(&codes::INTERNAL)
        };
        let stored: Stored = serde_json::from_str(text).map_err(|_| broken())?;
        let algorithm = match &stored.algorithm {
            None => Algorithm::Rs256,
            Some(name) => parse_algorithm(name).ok_or_else(broken)?,
        };
        let claim = |(name, source): (String, String)| {
            Source::parse(&source)
                .map(|source| ClaimRule { name, source })
                .ok_or_else(broken)
        };
        let role = |role: StoredRole| {
            Ok(AppRole {
                id: Id::parse(&role.id).ok_or_else(broken)?,
                value: role.value,
                display_name: role.display_name,
                description: role.description,
                is_enabled: role.is_enabled,
                for_people: role.for_people,
                for_applications: role.for_applications,
            })
        };
        Ok(TokenSettings {
            is_pkce_optional: stored.is_pkce_optional,
            algorithm,
            is_user_info_signed: stored.is_user_info_signed,
            claims: stored
                .claims
                .into_iter()
                .map(claim)
                .collect::<Result<_, Refusal>>()?,
            roles: stored
                .roles
                .into_iter()
                .map(role)
                .collect::<Result<_, Refusal>>()?,
        })
    }

    /// To be stored.
    ///
    /// # Errors
    /// [`codes::TOKEN_SETTINGS_UNFIT`], with what exactly.
    pub(crate) fn write(&self) -> Result<String, Refusal> {
        self.check()?;
        let stored = Stored {
            is_pkce_optional: self.is_pkce_optional,
            algorithm: (self.algorithm != Algorithm::Rs256)
                .then(|| self.algorithm.as_str().to_owned()),
            is_user_info_signed: self.is_user_info_signed,
            claims: self
                .claims
                .iter()
                .map(|it| (it.name.clone(), it.source.write()))
                .collect(),
            roles: self
                .roles
                .iter()
                .map(|role| StoredRole {
                    id: role.id.to_string(),
                    value: role.value.clone(),
                    display_name: role.display_name.clone(),
                    description: role.description.clone(),
                    is_enabled: role.is_enabled,
                    for_people: role.for_people,
                    for_applications: role.for_applications,
                })
                .collect(),
        };
        serde_json::to_string(&stored).map_err(|_| Refusal::new(&codes::INTERNAL))
    }

    fn check(&self) -> Result<(), Refusal> {
        if self.claims.len() > MAX_CLAIMS {
            return Err(unfit("tokens.too_many_claims"));
        }
        for (number, claim) in self.claims.iter().enumerate() {
            check_claim(claim)?;
            if self
                .claims
                .iter()
                .take(number)
                .any(|it| it.name == claim.name)
            {
                return Err(unfit("tokens.claim_twice"));
            }
        }
        if self.roles.len() > MAX_ROLES {
            return Err(unfit("tokens.too_many_roles"));
        }
        for (number, role) in self.roles.iter().enumerate() {
            check_role(role)?;
            let mut before = self.roles.iter().take(number);
            if before.any(|it| it.id == role.id || it.value == role.value) {
                return Err(unfit("tokens.role_twice"));
            }
        }
        Ok(())
    }
}

/// By its registered name.
#[must_use]
pub fn parse_algorithm(name: &str) -> Option<Algorithm> {
    Algorithm::parse(name).filter(|it| ID_TOKEN_ALGORITHMS.contains(it))
}

fn check_claim(claim: &ClaimRule) -> Result<(), Refusal> {
    // A word, or an address as some clients' own claims have it.
    let fits = (1..=MAX_NAME).contains(&claim.name.len())
        && claim
            .name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_-.:/".contains(&byte))
        && !claim.name.starts_with("_claim");
    if !fits {
        return Err(unfit("tokens.claim_name"));
    }
    if RESERVED.contains(&claim.name.as_str()) {
        return Err(unfit("tokens.claim_reserved"));
    }
    match &claim.source {
        Source::Unknown(_) => Err(unfit("tokens.claim_source")),
        Source::Fixed(text) if names::parse_text(text, MAX_NAME).is_none() => {
            Err(unfit("tokens.fixed_value"))
        }
        _ => Ok(()),
    }
}

fn check_role(role: &AppRole) -> Result<(), Refusal> {
    let is_claim = (1..=MAX_NAME).contains(&role.value.chars().count())
        && !role.value.starts_with('.')
        && role
            .value
            .chars()
            .all(|it| !it.is_whitespace() && !it.is_control());
    // What applications have is asked for by `URI/WORD`, too.
    let fits_value = is_claim && (!role.for_applications || super::api::is_word(&role.value));
    let fits_texts = names::parse_text(&role.display_name, MAX_NAME).is_some()
        && (role.description.is_empty() || names::parse_text(&role.description, 1024).is_some());
    if !role.for_people && !role.for_applications {
        return Err(unfit("tokens.role_kind"));
    }
    // Whoever has one of ours by its id has a right; nobody shall take another for it.
    let is_of_us =
        role.id == super::DEFAULT_ROLE || Permission::find_application(role.id).is_some();
    match (fits_value, fits_texts, is_of_us) {
        (false, _, _) => Err(unfit("tokens.role_value")),
        (_, false, _) => Err(unfit("tokens.role_name")),
        (_, _, true) => Err(unfit("tokens.role_id")),
        _ => Ok(()),
    }
}

/// The roles that a program which knows nothing of tokens may ask for: of an application by its service principal.
pub(crate) async fn find_roles(identity: &Identity, app_id: Id) -> Result<Vec<AppRole>, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    match store.find_application_by_app(tenant, app_id).await? {
        Some(application) => Ok(TokenSettings::read(&application.token_settings)?.roles),
        None => Ok(Vec::new()),
    }
}
