//! What was deleted for good is nowhere: in every table, for every column that may name an application or a person. A column
//! that nobody thought of fails these tests.

use data_encoding::HEXLOWER;
use identity::{Actor, DAY, Id, applications, people, tenant};
use testkit::{Backend, House};

use crate::in_each_house;

const COMMAND_LINE: Actor<'static> = Actor::CommandLine { os_user: "test" };

/// What can be deleted for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A registration, by its object id.
    Application,
    /// Its service principal, by which everything else knows it.
    Principal,
    Person,
}

use Kind::{Application, Person, Principal};

/// Whom a column may name: by its name, or for one table.
const NAMED: &[(&str, &[Kind])] = &[
    ("principal_id", &[Principal]),
    ("app_role_assignment.principal_id", &[Principal, Person]),
    ("client_id", &[Principal]),
    ("resource_id", &[Principal]),
    ("recipient_id", &[Principal]),
    ("caller_id", &[Principal, Person]),
    ("member_id", &[Principal, Person]),
    ("person_id", &[Person]),
    ("approver_id", &[Person]),
    ("role_member.person_id", &[Principal, Person]),
    ("application_owner.person_id", &[Principal, Person]),
    ("manager_id", &[Person]),
    ("object_id", &[Application]),
    ("application_owner.object_id", &[Application, Principal]),
    ("connected.object_id", &[Person]),
];

/// Columns that go on naming who is gone, and why.
const KEPT: &[(&str, &str)] = &[
    (
        "credential.person_id",
        "a tombstone, so that the id is never registered again (security 10)",
    ),
    (
        "sign_in.person_id",
        "a record; its names are salted hashes (security 34)",
    ),
    ("audit.actor_id", "a record"),
    ("audit.target_id", "a record"),
    ("policy_version.saved_by", "a record: who saved it"),
    (
        "access_pass.issuer_id",
        "looked up when the pass is used, which then ends",
    ),
    ("link.issuer_id", "a record: whose link somebody else holds"),
    (
        "provisioned_credential.planter_id",
        "a record: who may not confirm it (security 14)",
    ),
    (
        "provisioned_credential.client_id",
        "a record: through what it was planted",
    ),
];

/// Columns that are the record itself, which is there and then is not.
const RECORDS: &[&str] = &[
    "application.object_id",
    "application.app_id",
    "service_principal.object_id",
    "service_principal.app_id",
    "person.person_id",
];

/// Columns of bytes that name neither an application nor a person.
const OTHERS: &[&str] = &[
    "aaguid",
    "anchor",
    "app_role_id",
    "assignment_id",
    "attempt_id",
    "attestation_object",
    "body",
    "browser_hash",
    "caller_state",
    "chain",
    "challenge",
    "challenge_hash",
    "client_data_json",
    "code_hash",
    "code_id",
    "code_mac",
    "connector_id",
    "credential_id",
    "device_hash",
    "epoch",
    "event_hash",
    "family_id",
    "former_hash",
    "former_id",
    "generation",
    "grant_id",
    "group_id",
    "holder",
    "icon",
    "key_id",
    "key_thumbprint",
    "lease_id",
    "link_hash",
    "link_id",
    "logo_id",
    "message_id",
    "model_key",
    "node_id",
    "options_id",
    "pass_id",
    "payload",
    "person_state",
    "picture",
    "place_id",
    "public_key",
    "record_id",
    "records_hash",
    "reminder_id",
    "request_hash",
    "request_id",
    "role_template_id",
    "sealed",
    "sealed_hash",
    "sealed_seed",
    "session_id",
    "sha256",
    "sid",
    "signature",
    "state_id",
    "tenant_id",
    "token_hash",
    "try_key",
    "user_code_hash",
    "user_handle",
    "verifier",
    "webhook_id",
];

#[derive(Debug, Clone)]
struct Column {
    table: String,
    name: String,
    /// `BLOB`, `TEXT` or `BIGINT`.
    kind: String,
    is_required: bool,
}

impl Column {
    fn full_name(&self) -> String {
        format!("{}.{}", self.table, self.name)
    }

    /// Whom it may name, of whom it must be empty when they are gone.
    fn named(&self) -> &'static [Kind] {
        let full = self.full_name();
        let is_kept = KEPT.iter().any(|(name, _)| *name == full);
        if is_kept || RECORDS.contains(&full.as_str()) {
            return &[];
        }
        let find = |wanted: &str| NAMED.iter().find(|(name, _)| *name == wanted);
        find(&full)
            .or_else(|| find(&self.name))
            .map_or(&[], |it| it.1)
    }
}

/// Every column of every table.
fn columns(house: &House) -> Vec<Column> {
    let rows = house.run_sql(match house.backend() {
        Backend::Sqlite => {
            "SELECT m.name || ' ' || p.name || ' ' || p.type || ' ' || p.\"notnull\" FROM sqlite_master m
             JOIN pragma_table_info(m.name) p WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' ORDER BY 1"
        }
        Backend::Postgres { .. } => {
            "SELECT table_name || ' ' || column_name || ' '
                 || CASE data_type WHEN 'bytea' THEN 'BLOB' ELSE upper(data_type) END || ' '
                 || CASE is_nullable WHEN 'NO' THEN '1' ELSE '0' END
             FROM information_schema.columns WHERE table_schema = current_schema() ORDER BY 1"
        }
    });
    let parse = |row: &String| {
        let words: Vec<&str> = row.split(' ').collect();
        Column {
            table: words[0].to_owned(),
            name: words[1].to_owned(),
            kind: words[2].to_owned(),
            is_required: words[3] == "1",
        }
    };
    let columns: Vec<Column> = rows.iter().map(parse).collect();
    assert!(columns.len() > 200, "{}", columns.len());
    columns
}

fn blob(house: &House, bytes: &[u8]) -> String {
    let hex = HEXLOWER.encode(bytes);
    match house.backend() {
        Backend::Sqlite => format!("X'{hex}'"),
        Backend::Postgres { .. } => format!("'\\x{hex}'::bytea"),
    }
}

/// More than what is deleted at once.
const ROWS: usize = 60;

/// Rows that name somebody in this column, whatever the others hold.
fn plant(house: &House, columns: &[Column], column: &Column, whom: Id) {
    let filled: Vec<&Column> = columns
        .iter()
        .filter(|it| it.table == column.table && (it.is_required || it.name == column.name))
        .collect();
    let names: Vec<&str> = filled.iter().map(|it| it.name.as_str()).collect();
    let tenant = house.identity().tenant_id();
    let row = |number: usize| {
        let value = |it: &&Column| match it.kind.as_str() {
            _ if it.name == column.name => blob(house, &whom.0),
            _ if it.name == "tenant_id" => blob(house, &tenant.0),
            "BLOB" => blob(house, &house.random()[..16]),
            "TEXT" => format!("'{number}'"),
            _ => "1".to_owned(),
        };
        format!(
            "({})",
            filled.iter().map(value).collect::<Vec<_>>().join(", ")
        )
    };
    // Of some there is one for each.
    let many = match column.table.as_str() {
        "access_pass" | "application_logo" | "break_glass" | "connected" | "email_code"
        | "password" | "totp" => 1,
        _ => ROWS,
    };
    let rows: Vec<String> = (0..many).map(row).collect();
    let (table, names, rows) = (&column.table, names.join(", "), rows.join(", "));
    house.run_sql(&format!("INSERT INTO {table} ({names}) VALUES {rows}"));
    assert!(count(house, column, whom) >= many, "{}", column.full_name());
}

fn count(house: &House, column: &Column, whom: Id) -> usize {
    let (table, name, id) = (&column.table, &column.name, blob(house, &whom.0));
    let text = format!("SELECT CAST(COUNT(*) AS TEXT) FROM {table} WHERE {name} = {id}");
    house.run_sql(&text)[0].parse().unwrap()
}

/// Rows in every column that may name them; what was planted.
fn plant_all(house: &House, ids: &[(Kind, Id)]) -> Vec<(Column, Id)> {
    let columns = columns(house);
    let mut planted = Vec::new();
    for (kind, id) in ids {
        for column in columns.iter().filter(|it| it.named().contains(kind)) {
            plant(house, &columns, column, *id);
            planted.push((column.clone(), *id));
        }
    }
    planted
}

#[track_caller]
fn all_gone(house: &House, planted: &[(Column, Id)]) {
    let left: Vec<String> = planted
        .iter()
        .filter(|(column, id)| count(house, column, *id) > 0)
        .map(|(column, _)| column.full_name())
        .collect();
    assert!(left.is_empty(), "still there: {left:?}");
}

#[test]
fn every_column_that_may_name_somebody_is_known() {
    in_each_house(async |house| {
        let columns = columns(&house);
        let full: Vec<String> = columns.iter().map(Column::full_name).collect();
        for column in columns.iter().filter(|it| it.kind == "BLOB") {
            let full = column.full_name();
            let known = !column.named().is_empty()
                || KEPT.iter().any(|(name, _)| *name == full)
                || RECORDS.contains(&full.as_str())
                || OTHERS.contains(&column.name.as_str());
            assert!(
                known,
                "{full}: whom does it name, and who deletes it with them?"
            );
        }
        // Nothing is known that is not there.
        let exists = |name: &str| {
            full.iter()
                .any(|it| it == name || it.ends_with(&format!(".{name}")))
        };
        let known = NAMED
            .iter()
            .map(|it| it.0)
            .chain(KEPT.iter().map(|it| it.0));
        for name in known
            .chain(RECORDS.iter().copied())
            .chain(OTHERS.iter().copied())
        {
            assert!(exists(name), "{name}");
        }
    });
}

#[test]
fn security_09_an_erased_application_leaves_nothing() {
    in_each_house(async |house| {
        let identity = house.identity();
        let app = house.application("Travel", &["User.Read.All"]).await;
        let other = house.application("Other", &["User.Read.All"]).await;
        house.grant(&other, "User.Read").await;
        applications::delete(identity, COMMAND_LINE, app.object_id, None)
            .await
            .unwrap();
        let ids = [(Application, app.object_id), (Principal, app.principal_id)];
        let planted = plant_all(&house, &ids);
        assert!(planted.len() > 15, "{planted:?}");
        applications::erase(identity, COMMAND_LINE, app.object_id)
            .await
            .unwrap();
        all_gone(&house, &planted);
        // Another's is where it was.
        house.token(&other).await;
        let grants = "SELECT scope FROM permission_grant";
        assert_eq!(house.run_sql(grants), ["User.Read"]);
    });
}

/// A service principal goes for good at once, while its application stays.
#[test]
fn a_deleted_service_principal_leaves_nothing() {
    in_each_house(async |house| {
        let identity = house.identity();
        let app = house.application("Travel", &["User.Read.All"]).await;
        let planted = plant_all(&house, &[(Principal, app.principal_id)]);
        applications::delete_principal(identity, COMMAND_LINE, app.principal_id, None)
            .await
            .unwrap();
        all_gone(&house, &planted);
        let again = applications::add_principal(identity, COMMAND_LINE, app.app_id).await;
        let again = again.unwrap().object_id;
        assert_ne!(again, app.principal_id);
        let held = applications::list_app_roles(identity, COMMAND_LINE, again).await;
        assert!(held.unwrap().is_empty());
    });
}

#[test]
fn an_erased_person_leaves_nothing_but_records() {
    in_each_house(async |house| {
        let identity = house.identity();
        let mut ada = house.administrator("ada").await;
        house.person(&mut ada, "bob").await;
        let bob = house.find("bob").await.person_id;
        people::delete(identity, COMMAND_LINE, bob, None)
            .await
            .unwrap();
        let planted = plant_all(&house, &[(Person, bob)]);
        assert!(planted.len() > 13, "{planted:?}");
        people::erase(identity, COMMAND_LINE, bob).await.unwrap();
        all_gone(&house, &planted);
        assert!(ada.browser.is_signed_in().await);
    });
}

/// What was begun is finished by the minute's work, of any node, and not undone.
#[test]
fn an_erasure_that_was_interrupted_is_gone_on_with() {
    in_each_house(async |house| {
        let identity = house.identity();
        let app = house.application("Travel", &[]).await;
        let later = house.application("Later", &[]).await;
        for app in [&app, &later] {
            applications::delete(identity, COMMAND_LINE, app.object_id, None)
                .await
                .unwrap();
        }
        let (column, id) = ("object_id", blob(&house, &app.object_id.0));
        house.run_sql(&format!(
            "UPDATE application SET deleted_at = 0 WHERE {column} = {id}"
        ));
        let refused = applications::restore(identity, COMMAND_LINE, app.object_id).await;
        assert_eq!(refused.unwrap_err().code.id, "application.missing");
        let planted = plant_all(&house, &[(Principal, app.principal_id)]);
        tenant::tick_minute(identity).await.unwrap();
        all_gone(&house, &planted);
        let names = "SELECT display_name FROM application";
        assert_eq!(house.run_sql(names), ["Later"]);
        // Who was deleted longer ago than thirty days goes by itself, and all that hangs on it.
        let planted = plant_all(&house, &[(Principal, later.principal_id)]);
        house.advance(31 * DAY);
        tenant::tick_minute(identity).await.unwrap();
        all_gone(&house, &planted);
        assert!(house.run_sql(names).is_empty());
    });
}
