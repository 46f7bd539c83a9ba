//! `/reports/authenticationMethods/...`

use graph::resources::collections::REGISTRATION_DETAILS;
use graph::resources::{
    AuthenticationMethodFeature, IncludedUserRoles, IncludedUserTypes, SignInUserType,
    UserDefaultAuthenticationMethod, UserRegistrationDetails, UserRegistrationFeatureCount,
    UserRegistrationFeatureSummary, UserRegistrationMethodCount, UserRegistrationMethodSummary,
};
use graph::{Problem, Time, envelope};
use identity::reports::{self, Kinds, RegistrationDetails, Roles, Summary};
use identity::{Cursor, Id, Value as PlaceKey};
use serde_json::Value;

use super::answer::{Outcome, json, object};
use super::call::Call;
use super::fault::Fault;

const SYNCED: &str = "passKeySynced";
const DEVICE_BOUND: &str = "passKeyDeviceBound";

fn derive(details: &RegistrationDetails, now: i64) -> UserRegistrationDetails {
    let has_passkey = details.has_passkey();
    let mut methods = Vec::new();
    if details.device_bound_passkeys > 0 {
        methods.push(DEVICE_BOUND.to_owned());
    }
    if details.synced_passkeys > 0 {
        methods.push(SYNCED.to_owned());
    }
    UserRegistrationDetails {
        id: details.person_id.to_string(),
        user_principal_name: details.user_name.clone(),
        user_display_name: details.display_name.clone(),
        user_type: Some(if details.guest {
            SignInUserType::Guest
        } else {
            SignInUserType::Member
        }),
        is_admin: Some(details.is_administrator),
        // A passkey with user verification is two factors, and no password. Capable is who has one that is accepted.
        is_mfa_registered: has_passkey,
        is_mfa_capable: details.is_capable,
        is_passwordless_capable: details.is_capable,
        is_sspr_registered: false,
        is_sspr_enabled: false,
        is_sspr_capable: false,
        is_system_preferred: Some(false),
        system_preferred: Vec::new(),
        user_preferred_second: Some(UserDefaultAuthenticationMethod::None),
        methods_registered: methods,
        last_updated_date_time: Time(now),
    }
}

pub(super) async fn list(call: Call) -> Outcome {
    let options = call.options(&REGISTRATION_DETAILS)?;
    let descending = options
        .order
        .is_some_and(|(_, direction)| direction == graph::odata::Direction::Descending);
    if descending {
        let message = "This report is sorted by userPrincipalName, ascending.";
        return Err(Problem::Unsupported(message.to_owned()).into());
    }
    let after = match call.place(&options)?.map(|place| place.key) {
        Some(PlaceKey::Text(name)) => Some(name),
        Some(_) => return Err(Fault::from(&identity::codes::CURSOR_UNFIT)),
        None => None,
    };
    let now = call.state.identity.ambient().now();
    let filter = options.filter.clone();
    let keep = move |details: RegistrationDetails| {
        let whole = object(&derive(&details, now)).ok()?;
        let whole = Value::Object(whole);
        let passes = filter.as_ref().is_none_or(|filter| filter.holds(&whole));
        passes.then_some(details)
    };
    let page = reports::list_registration_details(
        &call.state.identity,
        call.actor(),
        after.as_deref(),
        options.top as usize,
        keep,
    )
    .await?;
    let of = &UserRegistrationDetails::TYPE;
    let values = page
        .entries
        .iter()
        .map(|details| {
            Ok(Value::Object(call.cut(
                &derive(details, now),
                of,
                &options.select,
            )?))
        })
        .collect::<Result<Vec<_>, Fault>>()?;
    let next = page.next.map(|name| Cursor {
        key: PlaceKey::Text(name),
        id: Id([0; 16]),
    });
    call.page(
        &options,
        "reports/authenticationMethods/userRegistrationDetails",
        values,
        None,
        next,
    )
}

pub(super) async fn read(call: Call) -> Outcome {
    let selection = call.selection(&UserRegistrationDetails::TYPE)?;
    let person: Id = call.id(0)?;
    let details = reports::find_registration_details(&call.state.identity, call.actor(), person)
        .await
        .map_err(|refusal| call.or_missing(refusal.into(), call.key(0)))?;
    let now = call.state.identity.ambient().now();
    call.entity(
        &derive(&details, now),
        &UserRegistrationDetails::TYPE,
        &selection,
        "reports/authenticationMethods/userRegistrationDetails",
        None,
    )
}

/// The parameters of a summary, in the table's order.
struct Included {
    types: IncludedUserTypes,
    roles: IncludedUserRoles,
}

fn read_parameters(call: &Call) -> Result<Included, Fault> {
    call.without_options()?;
    let unfit = |name: &str| {
        Fault::from(Problem::WrongType {
            property: name.to_owned(),
            expected: "a member of its enumeration".to_owned(),
        })
    };
    if call.keys.is_empty() {
        return Ok(Included {
            types: IncludedUserTypes::All,
            roles: IncludedUserRoles::All,
        });
    }
    Ok(Included {
        types: IncludedUserTypes::parse(call.key(0)).ok_or_else(|| unfit("includedUserTypes"))?,
        roles: IncludedUserRoles::parse(call.key(1)).ok_or_else(|| unfit("includedUserRoles"))?,
    })
}

async fn summarise(call: &Call, included: &Included) -> Result<Summary, Fault> {
    let kinds = match included.types {
        IncludedUserTypes::All => Kinds::All,
        IncludedUserTypes::Member => Kinds::Members,
        IncludedUserTypes::Guest => Kinds::Guests,
    };
    let roles = match included.roles {
        IncludedUserRoles::All => Roles::All,
        IncludedUserRoles::PrivilegedAdmin => Roles::PrivilegedAdministrators,
        IncludedUserRoles::Admin => Roles::Administrators,
        IncludedUserRoles::User => Roles::Others,
    };
    Ok(reports::summarise(&call.state.identity, call.actor(), kinds, roles).await?)
}

fn answer(call: &Call, value: &impl serde::Serialize, name: &str) -> Outcome {
    let context = call.context(&format!("microsoft.graph.{name}"));
    let whole = object(value)?;
    Ok(json(
        axum::http::StatusCode::OK,
        &envelope::wrap_entity(context, whole),
    ))
}

pub(super) async fn by_method(call: Call) -> Outcome {
    let included = read_parameters(&call)?;
    let summary = summarise(&call, &included).await?;
    let count = |method: &str, user_count| UserRegistrationMethodCount {
        authentication_method: method.to_owned(),
        user_count,
    };
    let whole = UserRegistrationMethodSummary {
        total_user_count: summary.people,
        counts: vec![
            count(DEVICE_BOUND, summary.with_device_bound_passkey),
            count(SYNCED, summary.with_synced_passkey),
        ],
        user_roles: Some(included.roles),
        user_types: Some(included.types),
    };
    answer(&call, &whole, UserRegistrationMethodSummary::TYPE.name)
}

pub(super) async fn by_feature(call: Call) -> Outcome {
    use AuthenticationMethodFeature as Feature;
    let included = read_parameters(&call)?;
    let summary = summarise(&call, &included).await?;
    let count = |feature, user_count| UserRegistrationFeatureCount {
        feature,
        user_count,
    };
    let whole = UserRegistrationFeatureSummary {
        total_user_count: summary.people,
        counts: vec![
            // Nobody resets a password where there are none.
            count(Feature::SsprRegistered, 0),
            count(Feature::SsprEnabled, 0),
            count(Feature::SsprCapable, 0),
            count(Feature::PasswordlessCapable, summary.with_accepted_passkey),
            count(Feature::MfaCapable, summary.with_accepted_passkey),
        ],
        user_roles: Some(included.roles),
        user_types: Some(included.types),
    };
    answer(&call, &whole, UserRegistrationFeatureSummary::TYPE.name)
}
