//! What applications' tokens say: roles of their own, mapped claims, a preview.

use graph::body::Fields;
use graph::resources::{
    AppRole as RoleResource, ClaimSource, IdTokenAlgorithm, NewTokenPreview, TokenClaims,
    TokenConfiguration, TokenPreview,
};
use graph::{Guid, Mark, Problem};
use identity::Id;
use identity::applications::{AppRole, ClaimRule, Source, TokenSettings, parse_algorithm};
use identity::{principal_key, token};

use super::answer::Outcome;
use super::call::Call;
use super::fault::Fault;

pub(super) fn derive_role(role: &AppRole) -> RoleResource {
    RoleResource {
        allowed_member_types: [
            ("User", role.for_people),
            ("Application", role.for_applications),
        ]
        .into_iter()
        .filter(|(_, is_so)| *is_so)
        .map(|(kind, _)| kind.to_owned())
        .collect(),
        description: Some(role.description.clone()).filter(|text| !text.is_empty()),
        display_name: Some(role.display_name.clone()),
        id: Guid(role.id.0),
        is_enabled: role.is_enabled,
        origin: Some("Application".to_owned()),
        value: Some(role.value.clone()),
    }
}

pub(super) fn derive_tokens(settings: &TokenSettings) -> TokenConfiguration {
    let claim = |rule: &ClaimRule| ClaimSource {
        name: rule.name.clone(),
        source: rule.source.write(),
    };
    TokenConfiguration {
        claims: settings.claims.iter().map(claim).collect(),
        id_token_algorithm: IdTokenAlgorithm::parse(settings.algorithm.as_str()),
        is_pkce_optional: settings.is_pkce_optional,
        is_user_info_signed: settings.is_user_info_signed,
    }
}

fn read_role(fields: &Fields) -> Result<AppRole, Fault> {
    let id = fields.guid("id").ok_or(Problem::Missing("appRoles/id"))?;
    let kinds = fields.texts("allowedMemberTypes").unwrap_or_default();
    let is_of = |name: &str| kinds.iter().any(|kind| kind == name);
    let is_known = kinds
        .iter()
        .all(|kind| kind == "User" || kind == "Application");
    let text = |name| fields.text(name).flatten().unwrap_or_default().to_owned();
    Ok(AppRole {
        id: Id(id.0),
        value: text("value"),
        display_name: text("displayName"),
        description: text("description"),
        is_enabled: fields.truth("isEnabled").unwrap_or(true),
        for_people: is_known && (kinds.is_empty() || is_of("User")),
        for_applications: is_known && is_of("Application"),
    })
}

fn read_claim(fields: &Fields) -> ClaimRule {
    let text = |name| fields.text(name).flatten().unwrap_or_default();
    ClaimRule {
        name: text("name").to_owned(),
        source: Source::read(text("source")),
    }
}

/// What a body says of tokens, beside what there was; `None` when it says nothing.
pub(super) fn read_tokens(
    fields: &Fields,
    before: Option<&TokenSettings>,
) -> Result<Option<TokenSettings>, Fault> {
    let roles = fields.objects("appRoles");
    let tokens = fields.object("@claviger.tokens");
    if roles.is_none() && tokens.is_none() {
        return Ok(None);
    }
    let mut settings = before.cloned().unwrap_or_default();
    if let Some(roles) = roles {
        settings.roles = roles.iter().map(read_role).collect::<Result<_, Fault>>()?;
    }
    let Some(tokens) = tokens else {
        return Ok(Some(settings));
    };
    if let Some(claims) = tokens.objects("claims") {
        settings.claims = claims.iter().map(read_claim).collect();
    }
    let name = tokens.text("idTokenAlgorithm").flatten();
    if let Some(algorithm) = name.and_then(parse_algorithm) {
        settings.algorithm = algorithm;
    }
    if let Some(optional) = tokens.truth("isPkceOptional") {
        settings.is_pkce_optional = optional;
    }
    if let Some(signed) = tokens.truth("isUserInfoSigned") {
        settings.is_user_info_signed = signed;
    }
    Ok(Some(settings))
}

pub(super) async fn preview(call: Call) -> Outcome {
    let fields = call.body(&NewTokenPreview::TYPE, Mark::Create)?;
    let (identity, application) = (&call.state.identity, call.id(0)?);
    let named = fields.require_text("userId")?;
    let person = principal_key::resolve_person(identity, named).await?;
    let scope = fields
        .text("scope")
        .flatten()
        .unwrap_or("openid profile email");
    let scopes: Vec<&str> = scope.split_whitespace().collect();
    let told = token::preview(identity, call.actor(), application, person, &scopes).await?;
    let answer = TokenPreview {
        id_token: Some(TokenClaims(told.id_token)),
        is_assigned: told.is_assigned,
        user_info: Some(TokenClaims(told.user_info)),
    };
    call.whole(&answer, &TokenPreview::TYPE, "applications/tokenPreview")
}
