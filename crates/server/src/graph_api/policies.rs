//! `/policies/authenticationMethodsPolicy`: passkeys, and beside them Temporary Access Passes ([`access_passes`]).

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use graph::body::{self, Fields};
use graph::project::Selection;
use graph::resources::collections::METHOD_CONFIGURATIONS;
use graph::resources::{AuthenticationMethodsPolicy, Fido2AuthenticationMethodConfiguration};
use graph::{Mark, Problem, Time, Type, envelope};
use identity::codes;
use identity::policies::profiles::Strictness;
use identity::policies::{self, AccessPasses, PolicyShown};
use serde_json::{Map, Value};

use super::access_passes;
use super::answer::{self, Outcome, done};
use super::call::Call;
use super::fault::Fault;
use super::method_policy;
use super::passkey_policy::{ID, apply, to_graph, to_methods_policy};

const CONFIGURATIONS: &str = "authenticationMethodConfigurations";

/// The policy of passkeys as the call's version writes it.
pub(super) fn derive(call: &Call, shown: &PolicyShown) -> Fido2AuthenticationMethodConfiguration {
    let base = format!("{}{}", call.state.origin, call.version.prefix());
    to_graph(&shown.policy, shown.version, &base)
}

pub(super) async fn read(call: Call) -> Outcome {
    let of = &AuthenticationMethodsPolicy::TYPE;
    let selection = call.selection(of)?;
    let shown = policies::show(&call.state.identity, call.actor()).await?;
    let whole = to_methods_policy(derive(&call, &shown), shown.saved_at.map(Time));
    let mut cut = call.cut(&whole, of, &selection)?;
    if let Some(Value::Array(all)) = cut.get_mut(CONFIGURATIONS) {
        let passes =
            policies::show_method_policy::<AccessPasses>(&call.state.identity, call.actor())
                .await?;
        let passes = access_passes::write_configuration(&call, &passes, &Selection::Default)?;
        all.push(Value::Object(passes));
    }
    let context = call.context("authenticationMethodsPolicy");
    Ok(tagged(context, cut, shown.revision))
}

/// An object that is no member of a collection, with its version.
pub(super) fn tagged(context: String, mut object: Map<String, Value>, version: i64) -> Response {
    let etag = envelope::derive_etag(version);
    object.insert("@odata.etag".to_owned(), Value::String(etag.clone()));
    let mut response = answer::json(StatusCode::OK, &envelope::wrap_entity(context, object));
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        response.headers_mut().insert(header::ETAG, etag);
    }
    response
}

pub(super) async fn list_configurations(call: Call) -> Outcome {
    let options = call.options(&METHOD_CONFIGURATIONS)?;
    let shown = policies::show(&call.state.identity, call.actor()).await?;
    let of = &Fido2AuthenticationMethodConfiguration::TYPE;
    let value = call.cut(&derive(&call, &shown), of, &options.select)?;
    let passes =
        policies::show_method_policy::<AccessPasses>(&call.state.identity, call.actor()).await?;
    let passes = access_passes::write_configuration(&call, &passes, &options.select)?;
    let values = vec![Value::Object(value), Value::Object(passes)];
    call.page(&options, CONFIGURATIONS, values, Some(2), None)
}

/// Whether it is the one of Temporary Access Passes.
fn is_of_passes(call: &Call) -> bool {
    call.key(0).eq_ignore_ascii_case(access_passes::ID)
}

pub(super) async fn read_configuration(call: Call) -> Outcome {
    if is_of_passes(&call) {
        return access_passes::read_configuration(call, CONFIGURATIONS).await;
    }
    let of = &Fido2AuthenticationMethodConfiguration::TYPE;
    let selection = call.selection(of)?;
    let shown = policies::show(&call.state.identity, call.actor()).await?;
    check_key(&call)?;
    let version = Some(shown.revision);
    call.entity(
        &derive(&call, &shown),
        of,
        &selection,
        CONFIGURATIONS,
        version,
    )
}

/// Other methods are not there: there is nothing to configure.
fn check_key(call: &Call) -> Result<(), Fault> {
    match call.key(0).eq_ignore_ascii_case(ID) {
        true => Ok(()),
        false => Err(Fault::missing(call.key(0))),
    }
}

pub(super) async fn update(call: Call) -> Outcome {
    let of = &AuthenticationMethodsPolicy::TYPE;
    let fields = call.body(of, Mark::Update)?;
    fields.allow_binds(&[], of)?;
    policies::begin_change(&call.state.identity, call.actor()).await?;
    let configurations = "authenticationMethodConfigurations";
    let sent = body::read_object(call.bytes())?.remove(configurations);
    for one in sent.iter().flat_map(Value::as_array).flatten() {
        check_type(PASSKEYS, one.get("@odata.type"))?;
    }
    match fields
        .objects(configurations)
        .unwrap_or_default()
        .as_slice()
    {
        [] => Ok(done()),
        [passkeys] => change(&call, passkeys).await,
        _ => Err(Fault::from(Problem::WrongType {
            property: configurations.to_owned(),
            expected: "each method once".to_owned(),
        })),
    }
}

pub(super) async fn update_configuration(call: Call) -> Outcome {
    if is_of_passes(&call) {
        return access_passes::update_configuration(call).await;
    }
    let of = &Fido2AuthenticationMethodConfiguration::TYPE;
    let fields = call.body(of, Mark::Update)?;
    fields.allow_binds(&[], of)?;
    policies::begin_change(&call.state.identity, call.actor()).await?;
    check_key(&call)?;
    require_type(PASSKEYS, call.bytes())?;
    change(&call, &fields).await
}

const PASSKEYS: &Type = &Fido2AuthenticationMethodConfiguration::TYPE;

/// Which kind of configuration it is, is said by every body that changes one.
pub(super) fn require_type(of: &Type, sent: &[u8]) -> Result<(), Problem> {
    check_type(of, body::read_object(sent)?.get("@odata.type"))
}

fn check_type(of: &Type, said: Option<&Value>) -> Result<(), Problem> {
    match said {
        None => Err(Problem::Missing("@odata.type")),
        Some(Value::String(word)) if *word == of.odata_type() => Ok(()),
        Some(_) => Err(Problem::WrongType {
            property: "@odata.type".to_owned(),
            expected: of.odata_type(),
        }),
    }
}

/// Changes the policy as it is now, again when somebody else did meanwhile, unless the client named a version.
async fn change(call: &Call, fields: &Fields) -> Outcome {
    let named = call.expected_version()?;
    method_policy::change(named, || change_once(call, fields, named)).await
}

async fn change_once(call: &Call, fields: &Fields, named: Option<i64>) -> Result<(), Fault> {
    let identity = &call.state.identity;
    let shown = policies::begin_change(identity, call.actor()).await?;
    if named.is_some_and(|named| named != shown.revision) {
        return Err(Fault::from(&codes::RECORD_OUTDATED));
    }
    let document = apply(fields, &shown.policy)?;
    let expected = Some(shown.revision);
    let saved = policies::save(
        identity,
        call.actor(),
        expected,
        &document,
        Strictness::Wire,
        "",
    );
    saved.await?;
    Ok(())
}

pub(super) async fn reset_configuration(call: Call) -> Outcome {
    if is_of_passes(&call) {
        return access_passes::reset_configuration(call).await;
    }
    call.without_options()?;
    let identity = &call.state.identity;
    policies::begin_change(identity, call.actor()).await?;
    check_key(&call)?;
    let expected = call.expected_version()?;
    policies::reset(identity, call.actor(), expected).await?;
    Ok(done())
}
