//! Two tenants with equal ids in one database (security 36): whatever is done to the one, the other's rows stay as
//! they were, byte for byte.

mod connectors;
mod notices;
mod webhooks;

use rusqlite::types::Value as Cell;

use super::rows::{EPOCH, NOW, fields_of, group_fields, person_of, principal_of, tenant_of};
use super::*;
use crate::records::session::TokenHash;
use crate::{
    AppRoleAssignment, Application, ApplicationCredential, AuthorizationCode, CredentialKind,
    DeviceGrant, DeviceStatus, EVERYBODY, FamilyId, Leaving, NewForwardCode, NewForwardSession,
    Owner, PermissionGrant, PrincipalStatus, PushedRequest, ServicePrincipal, SessionClient,
};
use crate::{
    AskedFrom, CallerKind, CredentialStatus, Hold, NewAccessPass, NewOptions, Provisioned,
};
use crate::{
    CredentialUse, Log, LogRecord, NewCredential, NewLink, NewSession, PersonStatus, PolicyVersion,
    PrincipalKind, Sealed, SecretKey,
};

mod passwords;
mod recovery;

on_each!(what_is_done_to_one_tenant_leaves_the_other);

const OURS: Id = Id([1; 16]);
const THEIRS: Id = Id([2; 16]);
const PERSON: Id = Id([3; 16]);
const SESSION: Id = Id([4; 16]);
const ROLE: Id = Id([6; 16]);
const NODE: Id = Id([8; 16]);
const APPLICATION: Id = Id([90; 16]);
const APP: Id = Id([91; 16]);
const PRINCIPAL: Id = Id([92; 16]);
const LINKS: [Id; 4] = [Id([10; 16]), Id([11; 16]), Id([12; 16]), Id([13; 16])];
const CREDENTIAL: &[u8] = b"the same credential";
const SPARE: &[u8] = b"another credential";
/// Led by the time of its issue, [`NOW`].
const STATE: Id = Id([0, 0, 0, 0, 0, 0, 3, 232, 50, 50, 50, 50, 50, 50, 50, 50]);

const SEALED: Sealed = Sealed {
    number: 0,
    seq: 0,
    hash: [0; 32],
};

/// Every row of a tenant, in every table that there is.
fn dump(place: &Place, tenant: Id) -> Vec<String> {
    match &place.database {
        None => dump_sqlite(place, tenant),
        Some(database) => dump_postgres(database, tenant),
    }
}

fn dump_sqlite(place: &Place, tenant: Id) -> Vec<String> {
    let connection = rusqlite::Connection::open(place.folder.path().join("claviger.db")).unwrap();
    let mut names = connection
        .prepare("SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c ON c.name = 'tenant_id' WHERE m.type = 'table'")
        .unwrap();
    let names: Vec<String> = names
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let mut rows = Vec::new();
    for name in names {
        let text = format!("SELECT * FROM {name} WHERE tenant_id = ?1");
        let mut statement = connection.prepare(&text).unwrap();
        let width = statement.column_count();
        let found = statement.query_map([tenant.0], |row| {
            let cells: Vec<Cell> = (0..width).map(|at| row.get(at).unwrap()).collect();
            Ok(format!("{name}: {cells:?}"))
        });
        rows.extend(found.unwrap().map(Result::unwrap));
    }
    rows.sort();
    rows
}

fn dump_postgres(database: &Database, tenant: Id) -> Vec<String> {
    let names = database
        .run("SELECT table_name FROM information_schema.columns WHERE column_name = 'tenant_id' AND table_schema = current_schema()")
        .unwrap();
    let hex: String = tenant.0.iter().map(|byte| format!("{byte:02x}")).collect();
    // One question for all tables: each costs a process.
    let each = names.lines().map(|name| {
        format!(
            "SELECT '{name}: ' || t::text FROM {name} t WHERE tenant_id = decode('{hex}', 'hex')"
        )
    });
    let text = each.collect::<Vec<_>>().join(" UNION ALL ");
    let found = database.run(&text).unwrap();
    let mut rows: Vec<String> = found.lines().map(str::to_owned).collect();
    rows.sort();
    rows
}

/// Led by the time of opening, as the product's are.
fn token_hash(number: u8) -> TokenHash {
    let mut hash = [number; 40];
    hash[..8].copy_from_slice(&NOW.to_be_bytes());
    hash
}

fn new_credential(credential_id: &[u8]) -> NewCredential<'_> {
    NewCredential {
        credential_id,
        person_id: PERSON,
        status: CredentialStatus::Active,
        name: "first",
        public_key: b"key",
        algorithm: -7,
        sign_count: 1,
        backup_eligible: false,
        backup_state: false,
        user_verified: true,
        aaguid: [0; 16],
        transports: "[]".to_owned(),
        attachment: None,
        attestation_format: "none",
        attestation_kind: "none",
        attestation_object: b"object",
        client_data_json: b"{}",
        created_proof: "set_up_link",
        created_at: NOW,
        created_place: "{}".to_owned(),
        trust_groups: String::new(),
        recovered_at: None,
    }
}

const GROUP: Id = Id([90; 16]);
const INNER: Id = Id([91; 16]);

fn record(number: u8) -> LogRecord {
    LogRecord {
        record_id: Id([number; 16]),
        created_at: NOW,
        word: "ok".to_owned(),
        subject_id: Some(PERSON),
        object: Some(PERSON.0.to_vec()),
        body: "{}".to_owned(),
        personal: None,
    }
}

/// The same rows for each tenant, ids and names included: every key has the tenant in it.
async fn fill(store: &Store, tenant_id: Id) {
    let key = SecretKey {
        key_id: Id([20; 16]),
        purpose: "state".to_owned(),
        sealed: b"sealed".to_vec(),
        created_at: NOW,
        retires_at: Some(NOW),
    };
    let mut unit = Unit::new();
    unit.insert_tenant(&tenant_of(tenant_id));
    unit.insert_person(tenant_id, &person_of(PERSON, "ada"));
    unit.insert_role(tenant_id, ROLE, (PERSON, PrincipalKind::Person), NOW);
    for group in [GROUP, INNER] {
        unit.insert_group(
            tenant_id,
            group,
            &group_fields("Pilots"),
            group == GROUP,
            NOW,
        );
    }
    unit.insert_member(tenant_id, GROUP, (INNER, PrincipalKind::Group), NOW);
    unit.insert_member(tenant_id, INNER, (PERSON, PrincipalKind::Person), NOW);
    for id in [CREDENTIAL, SPARE] {
        unit.insert_credential(tenant_id, &new_credential(id));
    }
    for (number, session_id) in [(1, SESSION), (2, Id([41; 16])), (3, Id([42; 16]))] {
        unit.insert_session(
            tenant_id,
            &NewSession {
                token_hash: token_hash(number),
                session_id,
                person_id: PERSON,
                credential_id: if number == 2 { SPARE } else { CREDENTIAL },
                person_version: 1,
                credential_version: 1,
                epoch: EPOCH,
                now: NOW,
                expires_at: 2 * NOW,
                place: "{}".to_owned(),
            },
        );
    }
    for (number, link_id) in LINKS.into_iter().enumerate() {
        unit.insert_link(
            tenant_id,
            &NewLink {
                link_id,
                token_hash: [number as u8; 32],
                purpose: if number == 1 { "set_up" } else { "register" },
                person_id: (number == 2).then_some(PERSON),
                issuer_id: (number == 3).then_some(PERSON),
                epoch: EPOCH,
                created_at: NOW,
                expires_at: 2 * NOW,
            },
        );
    }
    unit.insert_secret_key(tenant_id, &key);
    for log in [Log::SignIn, Log::Audit] {
        unit.insert_record(tenant_id, log, &record(30));
    }
    fill_applications(&mut unit, tenant_id);
    for version in 1..3 {
        unit.insert_policy_version(tenant_id, "passkey", &policy_version(version));
    }
    unit.put_policy_in_force(tenant_id, "passkey", 2, Some(1), Some(2));
    unit.mark_break_glass(tenant_id, PERSON, NOW);
    fill_provisioning(&mut unit, tenant_id);
    fill_session_clients(&mut unit, tenant_id);
    unit.put_access_pass(tenant_id, PERSON, &access_pass());
    passwords::fill(&mut unit, tenant_id);
    recovery::fill(&mut unit, tenant_id);
    notices::fill(&mut unit, tenant_id);
    webhooks::fill(&mut unit, tenant_id);
    connectors::fill(&mut unit, tenant_id);
    for node in [NODE, Id([81; 16])] {
        unit.insert_node(tenant_id, node, NOW, &SEALED, b"signature");
    }
    store.write(unit).await.unwrap();
    let mut spent = Unit::new();
    spent.spend(tenant_id, STATE, Id([51; 16]));
    store.write(spent).await.unwrap();
}

fn policy_version(version: i64) -> PolicyVersion {
    PolicyVersion {
        version,
        mode: "enforced".to_owned(),
        document: "{}".to_owned(),
        saved_at: NOW,
        saved_by: Some(PERSON),
        note: String::new(),
    }
}

const PASS: Id = Id([120; 16]);

fn access_pass() -> NewAccessPass {
    NewAccessPass {
        pass_id: PASS,
        code_mac: [9; 32],
        usable_once: false,
        issuer_id: Some(PERSON),
        epoch: EPOCH,
        created_at: NOW,
        starts_at: NOW,
        expires_at: 2 * NOW,
    }
}

fn add_changes_of_passes(add: &mut Add<'_>) {
    add("put an access pass", &|unit| {
        let pass = NewAccessPass {
            expires_at: 3 * NOW,
            ..access_pass()
        };
        unit.put_access_pass(OURS, PERSON, &pass);
    });
    add("count a try of an access pass", &|unit| {
        unit.count_access_pass_try(OURS, PERSON);
    });
    add("use an access pass", &|unit| {
        unit.use_access_pass(OURS, PERSON, PASS, NOW, 10);
    });
    add("register by an access pass", &|unit| {
        unit.register_by_access_pass(OURS, PERSON, PASS, NOW);
    });
    add("delete an access pass", &|unit| {
        unit.delete_access_pass(OURS, PERSON, PASS);
    });
    add("put a third access pass", &|unit| {
        unit.put_access_pass(OURS, PERSON, &access_pass());
    });
    add("delete access passes of an issuer", &|unit| {
        unit.delete_access_passes_of_issuer(OURS, PERSON);
    });
    add("put another access pass", &|unit| {
        unit.put_access_pass(OURS, PERSON, &access_pass());
    });
    add("purge access passes", &|unit| {
        unit.purge_access_passes(OURS, 3 * NOW);
    });
}

const OPTIONS: [Id; 2] = [Id([100; 16]), Id([101; 16])];
const HELD: &[u8] = b"a held credential";

/// Options and a held passkey.
fn fill_provisioning(unit: &mut Unit, tenant_id: Id) {
    let caller = AskedFrom {
        kind: CallerKind::Application,
        id: PRINCIPAL,
        client_id: Some(APP),
    };
    for options_id in OPTIONS {
        let options = NewOptions {
            options_id,
            challenge_hash: [options_id.0[0]; 32],
            person_id: PERSON,
            person_state: [1; 32],
            caller,
            caller_state: [2; 32],
            purpose: "passkey",
            rp_id: "example.org",
            algorithms: "[-7]".to_owned(),
            epoch: EPOCH,
            created_at: NOW,
            expires_at: 2 * NOW,
        };
        unit.insert_creation_options(tenant_id, &options, 2);
    }
    let held = NewCredential {
        status: CredentialStatus::Held,
        ..new_credential(HELD)
    };
    unit.insert_credential(tenant_id, &held);
    let provisioned = Provisioned {
        credential_id: HELD.to_vec(),
        planter: caller,
        provisioned_at: NOW,
    };
    unit.insert_provisioned(tenant_id, PERSON, &provisioned);
    unit.put_hold(tenant_id, Hold::Existing);
}

fn add_changes_of_provisioning(add: &mut Add<'_>) {
    add("use creation options", &|unit| {
        unit.use_creation_options(OURS, OPTIONS[0], 1, NOW);
    });
    add("cancel creation options", &|unit| {
        unit.cancel_creation_options(OURS, PERSON, OPTIONS[1], NOW);
    });
    add("purge creation options", &|unit| {
        unit.purge_creation_options(OURS, 3 * NOW);
    });
    add("confirm a held passkey", &|unit| {
        unit.confirm_credential(OURS, HELD, PERSON, 1);
    });
    add("hold", &|unit| {
        unit.put_hold(OURS, Hold::Nobody);
    });
}

fn application(object_id: Id) -> Application {
    Application {
        object_id,
        app_id: APP,
        display_name: "Travel".to_owned(),
        description: String::new(),
        redirect_uris: "[]".to_owned(),
        deleted: false,
        record_version: 1,
        security_version: 1,
        created_at: NOW,
        deleted_at: None,
        home_uri: Some("https://travel.example".to_owned()),
        device_flow: false,
        token_settings: "{}".to_owned(),
        back_channel_logout_uri: Some("https://travel.example/logout".to_owned()),
        back_channel_logout_session_required: true,
        api: None,
    }
}

fn principal(object_id: Id) -> ServicePrincipal {
    principal_of(object_id, APP)
}

/// Led by the time, as the product's are.
const FAMILY: FamilyId = make_family(80);
const OTHER_FAMILY: FamilyId = make_family(81);

const fn make_family(number: u8) -> FamilyId {
    let mut family = [number; 24];
    let time = NOW.to_be_bytes();
    let mut at = 0;
    while at < time.len() {
        family[at] = time[at];
        at += 1;
    }
    family
}

fn device(number: u8) -> DeviceGrant {
    DeviceGrant {
        device_hash: token_hash(number),
        user_code_hash: [number; 32],
        principal_id: PRINCIPAL,
        principal_version: 1,
        scope: "openid".to_owned(),
        issuer: "https://example.org".to_owned(),
        place: "{}".to_owned(),
        epoch: EPOCH,
        expires_at: 2 * NOW,
        status: DeviceStatus::Pending,
        code_hash: None,
    }
}

fn pushed(number: u8) -> PushedRequest {
    PushedRequest {
        request_hash: token_hash(number),
        principal_id: PRINCIPAL,
        principal_version: 1,
        epoch: EPOCH,
        request: "client_id=x".to_owned(),
        expires_at: 2 * NOW,
    }
}

fn code() -> AuthorizationCode {
    AuthorizationCode {
        code_hash: token_hash(60),
        principal_id: PRINCIPAL,
        principal_version: 1,
        person_id: PERSON,
        session_id: SESSION,
        redirect_uri: "https://app.example.org/".to_owned(),
        platform: "web".to_owned(),
        challenge: Some([61; 32]),
        scope: "openid".to_owned(),
        nonce: None,
        issuer: "https://example.org".to_owned(),
        epoch: EPOCH,
        is_acr_plain: false,
        key_thumbprint: None,
        expires_at: 2 * NOW,
        used_at: None,
        revoked_at: None,
    }
}

const ADDRESS: &str = "https://travel.example.org";

fn forward_code(number: u8) -> NewForwardCode<'static> {
    NewForwardCode {
        code_hash: token_hash(number),
        principal_id: PRINCIPAL,
        person_id: PERSON,
        session_id: SESSION,
        origin: ADDRESS,
        browser_hash: [number; 32],
        uri: "/",
        expires_at: 2 * NOW,
    }
}

fn forward_session(number: u8) -> NewForwardSession<'static> {
    NewForwardSession {
        token_hash: token_hash(number),
        code_hash: token_hash(63),
        group_names: "[]",
        now: NOW,
    }
}

/// What the application is called as an API.
const API: &str = "https://travel.example.org/api";

/// Addresses behind forward authentication, codes and cookies; names of an API.
fn fill_forward_auth(unit: &mut Unit, tenant_id: Id) {
    for uri in [API, "urn:example:travel"] {
        unit.insert_identifier_uri(tenant_id, uri, APPLICATION);
    }
    for origin in [ADDRESS, "https://travel.example.net"] {
        unit.insert_protected_origin(tenant_id, origin, APPLICATION);
    }
    for number in [63, 64, 65] {
        unit.insert_forward_code(tenant_id, &forward_code(number), 1);
    }
    for number in [66, 67] {
        unit.insert_forward_session(tenant_id, &forward_session(number), 1);
    }
}

fn add_changes_of_forward_auth(add: &mut Add<'_>) {
    add("forward code", &|unit| {
        unit.insert_forward_code(OURS, &forward_code(68), 1);
    });
    add("use a forward code", &|unit| {
        unit.use_forward_code(OURS, token_hash(63), NOW);
    });
    add("cookie of a protected application", &|unit| {
        unit.insert_forward_session(OURS, &forward_session(69), 1);
    });
    add("spend a forward code", &|unit| {
        unit.spend_forward_code(OURS, token_hash(64), NOW);
    });
    add("ask again", &|unit| {
        unit.renew_forward_session(OURS, token_hash(66), "[1]", (NOW, NOW + 1), 1);
    });
    add("move cookies", &|unit| {
        unit.move_forward_sessions(OURS, PERSON, SESSION, Id([99; 16]));
    });
    add("end a cookie", &|unit| {
        unit.end_forward_session(OURS, token_hash(66), ADDRESS);
    });
    let keys = |number| [token_hash(number).to_vec()];
    add("leavings of an application", &|unit| {
        for leaving in Leaving::of_principals() {
            unit.delete_leavings(OURS, leaving, PRINCIPAL, &keys(65));
        }
    });
    add("leavings of a person", &|unit| {
        for leaving in Leaving::of_people() {
            unit.delete_leavings(OURS, leaving, PERSON, &keys(64));
        }
    });
    add("purge cookies", &|unit| {
        unit.purge_forward_sessions(OURS, 2 * NOW);
    });
    add("purge forward codes", &|unit| {
        unit.purge_forward_codes(OURS, 2 * NOW);
    });
    add("free a name of an API", &|unit| {
        unit.delete_identifier_uri(OURS, API, APPLICATION);
    });
    add("change an API", &|unit| {
        unit.change_api(OURS, APPLICATION, Some("{}"));
    });
    add("free an address", &|unit| {
        unit.delete_protected_origin(OURS, ADDRESS, APPLICATION);
    });
}

fn fill_applications(unit: &mut Unit, tenant_id: Id) {
    unit.insert_application(tenant_id, &application(APPLICATION));
    unit.put_logo(tenant_id, APPLICATION, (Id([76; 16]), b"picture"), NOW);
    unit.insert_principal(tenant_id, &principal(PRINCIPAL));
    for key_id in [Id([70; 16]), Id([71; 16])] {
        let credential = ApplicationCredential {
            key_id,
            kind: CredentialKind::Secret,
            display_name: String::new(),
            hint: "abc".to_owned(),
            verifier: vec![1; 32],
            starts_at: NOW,
            expires_at: 2 * NOW,
            created_at: NOW,
        };
        unit.insert_application_credential(tenant_id, APPLICATION, &credential);
    }
    let person = Owner {
        id: PERSON,
        kind: PrincipalKind::Person,
    };
    let application = Owner {
        id: PRINCIPAL,
        kind: PrincipalKind::Application,
    };
    for (object, owner) in [
        (APPLICATION, person),
        (APPLICATION, application),
        (PRINCIPAL, person),
    ] {
        unit.insert_owner(tenant_id, object, owner, NOW);
    }
    for assignment_id in [Id([72; 16]), Id([73; 16])] {
        let assignment = AppRoleAssignment {
            assignment_id,
            principal_id: PRINCIPAL,
            resource_id: PRINCIPAL,
            app_role_id: assignment_id,
            created_at: NOW,
            principal_name: String::new(),
            principal_kind: PrincipalKind::Application,
            resource_name: String::new(),
            resource_app_id: APP,
        };
        unit.insert_app_role_assignment(tenant_id, &assignment);
    }
    let grants = [
        (Id([74; 16]), PRINCIPAL, EVERYBODY),
        (Id([75; 16]), PRINCIPAL, PERSON),
        // Of another application, at this one.
        (Id([76; 16]), Id([77; 16]), PERSON),
    ];
    for (grant_id, client_id, person_id) in grants {
        let grant = PermissionGrant {
            grant_id,
            client_id,
            resource_id: PRINCIPAL,
            person_id,
            scope: "User.Read".to_owned(),
            created_at: NOW,
            resource_app_id: None,
        };
        unit.insert_permission_grant(tenant_id, &grant);
    }
    fill_forward_auth(unit, tenant_id);
    unit.insert_code(tenant_id, &code(), 1);
    for number in [61, 62] {
        unit.insert_pushed_request(tenant_id, &pushed(number));
        unit.insert_device_grant(tenant_id, &device(number));
    }
    for family in [FAMILY, OTHER_FAMILY, make_family(82)] {
        let code = token_hash(60);
        unit.insert_refresh_family(tenant_id, family, code, (false, None), NOW, 2 * NOW);
    }
}

const TOLD: Id = Id([42; 16]);

/// One in a session, and three under different issuers in another one.
fn fill_session_clients(unit: &mut Unit, tenant_id: Id) {
    for (number, session_id) in (0..).zip([SESSION, TOLD, TOLD, TOLD]) {
        let client = SessionClient {
            session_id,
            principal_id: PRINCIPAL,
            issuer: format!("https://example.org/{number}"),
            sid: session_id,
            message_id: Id([110 + number; 16]),
            payload: b"sealed".to_vec(),
        };
        unit.insert_session_client(tenant_id, &client);
    }
}

/// Puts a unit into the list, by name and what fills it.
type Add<'a> = dyn FnMut(&'static str, &dyn Fn(&mut Unit)) + 'a;

fn add_changes_of_the_outbox(add: &mut Add<'_>) {
    add("end a session that applications know", &|unit| {
        unit.end_session(OURS, PERSON, TOLD, NOW + 1);
    });
    let lease = Id([120; 16]);
    add("lease", &|unit| {
        let whom = ("logout", PRINCIPAL);
        unit.lease_messages(OURS, whom, lease, (NOW + 1, NOW + 9), 10);
    });
    add("postpone", &|unit| {
        unit.postpone_message(OURS, Id([111; 16]), lease, NOW + 2);
    });
    add("delivered", &|unit| {
        unit.end_message(OURS, Id([112; 16]), lease);
    });
    add("give up", &|unit| {
        unit.give_up_messages(OURS, &[Id([111; 16])]);
    });
    add("drop what nobody can be told", &|unit| {
        unit.drop_messages(OURS, "logout", PRINCIPAL);
    });
    add("move clients of a session", &|unit| {
        unit.move_session_clients(OURS, SESSION, Id([43; 16]));
    });
    add("and back", &|unit| {
        unit.move_session_clients(OURS, Id([43; 16]), SESSION);
    });
}

fn add_changes_of_applications(add: &mut Add<'_>) {
    add("use code", &|unit| {
        unit.require_client(OURS, PRINCIPAL, 1);
        unit.use_code(OURS, token_hash(60), NOW);
    });
    add("renew", &|unit| {
        unit.require_refresh_family(OURS, FAMILY);
        unit.rotate_refresh_family(OURS, FAMILY, 0, NOW, 1, None);
        unit.repeat_refresh_family(OURS, FAMILY, 1, NOW, 1);
    });
    add("move families", &|unit| {
        unit.move_refresh_families(OURS, PERSON, SESSION, Id([99; 16]));
    });
    add("end a family", &|unit| {
        unit.end_refresh_family(OURS, FAMILY, NOW);
    });
    add("end the oldest family", &|unit| {
        unit.end_oldest_families(OURS, (PERSON, PRINCIPAL), 1, NOW);
        unit.bound_refresh_families(OURS, (PERSON, PRINCIPAL), 1);
    });
    add("revoke code", &|unit| {
        unit.revoke_code(OURS, token_hash(60), NOW);
        unit.end_access(OURS, (PERSON, PRINCIPAL), NOW, 0);
    });
    add("allow a device", &|unit| {
        unit.decide_device_grant(OURS, token_hash(61), NOW, Some(token_hash(60)));
    });
    add("deny a device", &|unit| {
        unit.decide_device_grant(OURS, token_hash(62), NOW, None);
    });
    add("purge devices", &|unit| {
        unit.purge_device_grants(OURS, i64::MAX);
    });
    add("use a pushed request", &|unit| {
        unit.use_pushed_request(OURS, token_hash(61));
    });
    add("purge pushed requests", &|unit| {
        unit.purge_pushed_requests(OURS, i64::MAX);
    });
    add("purge families", &|unit| {
        unit.purge_refresh_families(OURS, 2 * NOW);
    });
    add("purge codes", &|unit| {
        unit.purge_codes(OURS, 2 * NOW);
    });
    add("credential of an application", &|unit| {
        unit.bump_application(OURS, APPLICATION, 1);
        unit.delete_application_credential(OURS, APPLICATION, Id([70; 16]));
        unit.void_tokens_of_client(OURS, APP);
    });
    add("owner", &|unit| {
        unit.delete_owner(OURS, APPLICATION, PERSON);
    });
    add("owners of what is purged", &|unit| {
        unit.purge_owners(OURS, APPLICATION);
    });
    add("what a purged owner owned", &|unit| {
        unit.purge_owned(OURS, PERSON);
    });
    add("assignment", &|unit| {
        unit.delete_app_role_assignment(OURS, Id([72; 16]));
    });
    add("grants", &|unit| {
        unit.update_permission_grant(OURS, Id([74; 16]), "openid", "User.Read");
        unit.delete_permission_grant(OURS, Id([75; 16]));
    });
    add("logo", &|unit| {
        unit.put_logo(OURS, APPLICATION, (Id([77; 16]), b"another"), NOW + 1);
    });
    add("no logo", &|unit| {
        unit.delete_logo(OURS, APPLICATION);
    });
    add("application", &|unit| {
        let mut changed = application(APPLICATION);
        changed.display_name = "Journeys".to_owned();
        unit.update_application(OURS, &changed);
        unit.rename_principal(OURS, APP, "Journeys");
    });
    let principal_at = |record_version| ServicePrincipal {
        record_version,
        ..principal(PRINCIPAL)
    };
    let application_at = |record_version| Application {
        record_version,
        ..application(APPLICATION)
    };
    add("require assignment", &|unit| {
        unit.require_assignment(OURS, &principal_at(2), true);
    });
    add("disable application", &|unit| {
        unit.change_principal_status(OURS, &principal_at(3), PrincipalStatus::Disabled);
    });
    add("delete application", &|unit| {
        unit.change_application_status(OURS, &application_at(2), Some(NOW));
        unit.delete_principal(OURS, &principal_at(4), NOW);
    });
    add("restore application", &|unit| {
        unit.change_application_status(OURS, &application_at(3), None);
        unit.restore_principal(OURS, &principal_at(5));
    });
    add("delete application again", &|unit| {
        unit.change_application_status(OURS, &application_at(4), Some(NOW));
        unit.delete_principal(OURS, &principal_at(6), NOW);
    });
    add("begin to erase an application", &|unit| {
        unit.begin_application_erasure(OURS, APPLICATION);
    });
    add("purge application", &|unit| {
        unit.purge_application(OURS, APPLICATION);
        unit.purge_principal(OURS, PRINCIPAL);
    });
}

/// Every kind of change, each of which finds something to change.
fn changes() -> Vec<(&'static str, Unit)> {
    let mut changes = Vec::new();
    let mut add = |name, fill: &dyn Fn(&mut Unit)| {
        let mut unit = Unit::new();
        fill(&mut unit);
        changes.push((name, unit));
    };
    add_changes_of_the_outbox(&mut add);
    notices::add_changes(&mut add);
    webhooks::add_changes(&mut add);
    connectors::add_changes(&mut add);
    add_changes_of_forward_auth(&mut add);
    add_changes_of_applications(&mut add);
    add_changes_of_provisioning(&mut add);
    add_changes_of_passes(&mut add);
    recovery::add_changes(&mut add);
    passwords::add_changes(&mut add);
    add("claim", &|unit| {
        unit.claim_tenant(OURS, "Ours", "ours.example", "https://ours.example", NOW);
    });
    add("administrators", &|unit| {
        unit.bump_administrators(OURS, 2);
    });
    add("rename person", &|unit| {
        unit.touch_person(OURS, PERSON, 1, NOW + 1);
        unit.update_person(OURS, PERSON, &fields_of("countess", "Countess"));
    });
    add("manager", &|unit| {
        unit.set_manager(OURS, PERSON, Some(PERSON));
    });
    add("fold", &|unit| {
        unit.fold_display_name(OURS, PERSON, "Countess", "folded");
    });
    add("membership version", &|unit| {
        unit.hold_membership(OURS, 1);
        unit.bump_membership(OURS, 1);
    });
    add("role of a group", &|unit| {
        unit.insert_role(OURS, ROLE, (GROUP, PrincipalKind::Group), NOW);
        unit.require_witness(OURS, ROLE, CREDENTIAL);
    });
    add("role taken away", &|unit| {
        unit.delete_role(OURS, ROLE, GROUP);
    });
    add("group", &|unit| {
        unit.update_group(OURS, GROUP, 1, &group_fields("Captains"), NOW + 1);
    });
    add("member leaves", &|unit| {
        unit.delete_member(OURS, INNER, PERSON);
    });
    add("group deleted", &|unit| {
        unit.delete_group(OURS, GROUP, 2, NOW + 1);
    });
    add("group restored", &|unit| {
        unit.restore_group(OURS, GROUP, 3, NOW + 1);
    });
    add("group purged", &|unit| {
        unit.delete_group(OURS, INNER, 1, NOW + 1);
        unit.begin_group_erasure(OURS, INNER);
        unit.purge_members(OURS, GROUP);
        unit.purge_group(OURS, INNER);
    });
    add("policy", &|unit| {
        unit.bump_policy(OURS, 2);
        unit.hold_policy(OURS, 3);
        for version in 3..6 {
            unit.insert_policy_version(OURS, "passkey", &policy_version(version));
        }
        unit.put_policy_in_force(OURS, "passkey", 5, Some(4), Some(5));
        unit.mark_break_glass(OURS, Id([93; 16]), NOW);
    });
    add("old versions of a policy", &|unit| {
        unit.purge_policy_versions(OURS, "passkey", 1, Some(4), Some(5));
    });
    add("break glass", &|unit| {
        unit.unmark_break_glass(OURS, PERSON);
    });
    add("methods", &|unit| {
        unit.bump_methods(OURS, PERSON, 1);
        unit.mark_passkey(OURS, PERSON);
    });
    add("use", &|unit| {
        unit.record_use(
            OURS,
            &CredentialUse {
                credential_id: CREDENTIAL,
                security_version: 1,
                old_sign_count: 1,
                sign_count: 2,
                backup_state: false,
                used_at: NOW + 1,
                place: "{}".to_owned(),
                person_id: PERSON,
                person_version: 1,
                method_version: 2,
                policy_version: 3,
                epoch: EPOCH,
                old_trust_groups: String::new(),
                trust_groups: "[]".to_owned(),
            },
        );
    });
    add("rename passkey", &|unit| {
        unit.rename_credential(OURS, CREDENTIAL, PERSON, "renamed");
    });
    add("touch session", &|unit| {
        unit.require_session(OURS, PERSON, SESSION);
        unit.touch_session(OURS, token_hash(1), NOW + 1);
    });
    add("end session", &|unit| {
        unit.end_session(OURS, PERSON, SESSION, NOW + 1);
    });
    add("remove passkey", &|unit| {
        unit.end_sessions_of_credential(OURS, PERSON, SPARE, NOW + 1);
        unit.remove_credential(OURS, SPARE, PERSON, 1, NOW + 1);
    });
    add("use link", &|unit| {
        unit.use_link(OURS, LINKS[0], NOW);
    });
    add("void links of a purpose", &|unit| {
        unit.void_links_of_purpose(OURS, "set_up", NOW);
    });
    add("void links of a person", &|unit| {
        unit.void_links_of_person(OURS, PERSON, NOW);
    });
    add("void links of an issuer", &|unit| {
        unit.void_links_of_issuer(OURS, PERSON, NOW);
    });
    add("disable", &|unit| {
        unit.change_status(OURS, PERSON, PersonStatus::Disabled, 1);
        unit.end_sessions_of_person(OURS, PERSON, NOW + 1);
    });
    add("delete person", &|unit| {
        unit.delete_person(OURS, PERSON, 3, NOW + 1);
    });
    add("restore person", &|unit| {
        unit.restore_person(OURS, PERSON, 4, NOW + 1);
    });
    add("erase person", &|unit| {
        unit.delete_person(OURS, PERSON, 5, NOW + 1);
        unit.begin_person_erasure(OURS, PERSON);
    });
    add("node", &|unit| {
        unit.touch_node(OURS, NODE, NOW + 1);
        unit.stop_node(OURS, NODE, NOW + 1, 0);
    });
    add("node resumes", &|unit| {
        unit.resume_node(OURS, NODE, NOW + 2);
    });
    add("purge", &|unit| {
        unit.delete_retired_keys(OURS, 2 * NOW);
        unit.purge_sessions(OURS, 3 * NOW);
        unit.purge_spent(OURS, 2 * NOW);
    });
    changes
}

async fn what_is_done_to_one_tenant_leaves_the_other(place: Place) {
    let store = place.open_real().await;
    fill(&store, OURS).await;
    fill(&store, THEIRS).await;
    let theirs = dump(&place, THEIRS);
    assert!(theirs.len() > 15, "{theirs:?}");
    let mut before = dump(&place, OURS);
    for (name, unit) in changes() {
        store
            .write(unit)
            .await
            .unwrap_or_else(|error| panic!("{name}: {error:?}"));
        let after = dump(&place, OURS);
        assert_ne!(after, before, "{name} changes something");
        before = after;
        assert_eq!(dump(&place, THEIRS), theirs, "{name} stays at home");
    }
    // What one has spent the other may spend; a name that was given up here is still taken there.
    let mut spent = Unit::new();
    spent.spend(OURS, STATE, Id([52; 16]));
    store.write(spent).await.unwrap();
    let mut spent = Unit::new();
    spent.spend(THEIRS, STATE, Id([52; 16]));
    assert_eq!(refused(store.write(spent).await), Guard::Spent);
    assert!(
        store
            .find_person_by_name(OURS, "ada")
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        store
            .find_person_by_name(THEIRS, "ada")
            .await
            .unwrap()
            .is_some()
    );
    let owned = |tenant| store.find_credential_with_owner(tenant, CREDENTIAL);
    let (ours, others) = (owned(OURS).await.unwrap(), owned(THEIRS).await.unwrap());
    assert_eq!(ours.unwrap().person.user_name, "countess");
    assert_eq!(others.unwrap().person.user_name, "ada");
    let live = store.list_live_sessions(THEIRS, PERSON, NOW, 0).await;
    assert_eq!(live.unwrap().len(), 3);
    let live = store.list_live_sessions(OURS, PERSON, NOW, 0).await;
    assert_eq!(live.unwrap().len(), 0);
    store.close().await;
}
