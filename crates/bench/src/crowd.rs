//! A large organisation, written straight into a SQLite file: what takes months of use is there in a minute.
//!
//! Records of sign-ins are as long as real ones and shaped like them, but no chain covers them: `claviger audit verify`
//! says so of such a database. Indexes are made when the rows are in, which is many times faster.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Instant;

use rusqlite::{Connection, Statement, params};

use crate::population::{Person, derive_bytes};

/// How much of everything.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub(crate) people: usize,
    pub(crate) passkeys: usize,
    pub(crate) groups: usize,
    pub(crate) sign_ins: usize,
}

/// iCloud Keychain's.
const AAGUID: [u8; 16] = [
    0xfb, 0xfc, 0x30, 0x07, 0x15, 0x4e, 0x4e, 0xcc, 0x8c, 0x0b, 0x6e, 0x02, 0x05, 0x57, 0xd7, 0xbd,
];
/// A day in microseconds.
const DAY: i64 = 86_400_000_000;
/// Over how many days sign-ins are spread.
const DAYS: i64 = 90;
/// People in a group of the lowest level.
const MEMBERS: usize = 60;
/// Groups in a group of a higher level.
const BRANCHES: usize = 8;

const GIVEN: [&str; 20] = [
    "Ada", "Bilal", "Chen", "Dana", "Elif", "Femi", "Greta", "Hugo", "Ines", "Jonas", "Kim",
    "Lena", "Mara", "Noor", "Olga", "Pia", "Quinn", "Rosa", "Sami", "Tove",
];
const FAMILY: [&str; 25] = [
    "Abe", "Bauer", "Castro", "Dogan", "Evans", "Fischer", "Garcia", "Haddad", "Ito", "Jensen",
    "Kaya", "Lopez", "Moreau", "Novak", "Okafor", "Petrov", "Quist", "Rossi", "Schmidt", "Tanaka",
    "Ueda", "Vogel", "Weber", "Yilmaz", "Zhou",
];

fn failed(cause: rusqlite::Error) -> String {
    cause.to_string()
}

fn derive_id(number: usize, label: u8) -> [u8; 16] {
    derive_bytes(number, label)
}

pub(crate) fn derive_person_id(number: usize) -> [u8; 16] {
    derive_id(number, 4)
}

pub(crate) fn derive_user_name(number: usize) -> String {
    format!("person{number}")
}

fn derive_display_name(number: usize) -> String {
    let given = GIVEN[number % GIVEN.len()];
    let family = FAMILY[number / GIVEN.len() % FAMILY.len()];
    format!("{given} {family} {number}")
}

/// Who is told how far it is.
struct Progress<'a> {
    what: &'a str,
    of: usize,
    started: Instant,
}

impl Progress<'_> {
    fn tell(&self, done: usize) {
        if done.is_multiple_of(500_000) || done == self.of {
            eprintln!(
                "{:>9} of {:>9} {} after {:.0} s",
                done,
                self.of,
                self.what,
                self.started.elapsed().as_secs_f64()
            );
        }
    }
}

/// Fills a database that has a tenant and nobody in it. Everybody has a passkey that
/// [`crate::population::make_people`] can sign with; `passkeys` beyond that are spares.
pub(crate) fn fill(
    file: &Path,
    tenant: [u8; 16],
    now: i64,
    size: Size,
    signers: &[Person],
) -> Result<(), String> {
    let mut connection = Connection::open(file).map_err(failed)?;
    connection
        .execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA cache_size = -262144; PRAGMA wal_autocheckpoint = 20000;")
        .map_err(failed)?;
    let indexes = drop_indexes(&connection)?;
    write(
        &mut connection,
        "people",
        size.people,
        |transaction, range| fill_people(transaction, tenant, now, signers, range),
    )?;
    let spares = size.passkeys.saturating_sub(size.people);
    write(
        &mut connection,
        "spare passkeys",
        spares,
        |transaction, range| fill_spares(transaction, tenant, now, size.people, range),
    )?;
    write(
        &mut connection,
        "groups",
        size.groups,
        |transaction, range| fill_groups(transaction, tenant, now, size, range),
    )?;
    write(
        &mut connection,
        "sign-ins",
        size.sign_ins,
        |transaction, range| fill_sign_ins(transaction, tenant, now, size, range),
    )?;
    for (at, index) in indexes.iter().enumerate() {
        connection.execute_batch(index).map_err(failed)?;
        eprintln!("{:>9} of {:>9} indexes", at + 1, indexes.len());
    }
    connection
        .execute_batch("ANALYZE; PRAGMA wal_checkpoint(TRUNCATE);")
        .map_err(failed)
}

/// Takes away what can be made anew from its own text, and returns the texts.
fn drop_indexes(connection: &Connection) -> Result<Vec<String>, String> {
    let mut found = connection
        .prepare("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
        .map_err(failed)?;
    let indexes: Vec<(String, String)> = found
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .and_then(Iterator::collect)
        .map_err(failed)?;
    for (name, _) in &indexes {
        connection
            .execute_batch(&format!("DROP INDEX \"{name}\""))
            .map_err(failed)?;
    }
    Ok(indexes.into_iter().map(|(_, text)| text).collect())
}

/// Rows of a transaction.
const CHUNK: usize = 50_000;

fn write(
    connection: &mut Connection,
    what: &str,
    count: usize,
    fill: impl Fn(&Connection, std::ops::Range<usize>) -> rusqlite::Result<()>,
) -> Result<(), String> {
    let progress = Progress {
        what,
        of: count,
        started: Instant::now(),
    };
    let mut done = 0;
    while done < count {
        let next = (done + CHUNK).min(count);
        let transaction = connection.transaction().map_err(failed)?;
        fill(&transaction, done..next).map_err(failed)?;
        transaction.commit().map_err(failed)?;
        done = next;
        progress.tell(done);
    }
    Ok(())
}

fn fill_people(
    connection: &Connection,
    tenant: [u8; 16],
    now: i64,
    signers: &[Person],
    range: std::ops::Range<usize>,
) -> rusqlite::Result<()> {
    let mut person = connection.prepare(
        "INSERT INTO person (tenant_id, person_id, user_handle, user_name, user_name_key, user_name_skeleton, display_name,
             display_name_key, status, security_version, method_version, had_passkey, created_at, mail, mail_key)
         VALUES (?1, ?2, ?3, ?4, ?4, ?4, ?5, ?6, 'enabled', 1, 1, 1, ?7, ?8, ?8)",
    )?;
    let mut passkey = prepare_passkey(connection)?;
    for number in range {
        let name = derive_user_name(number);
        let display_name = derive_display_name(number);
        let created_at = now - DAYS * DAY - number as i64;
        person.execute(params![
            tenant,
            derive_person_id(number),
            derive_bytes::<64>(number, 3),
            name,
            display_name,
            display_name.to_lowercase(),
            created_at,
            format!("{name}@example.org"),
        ])?;
        let key = match signers.get(number) {
            Some(signer) => signer.public_key(),
            // As long as a real one; nobody signs with it.
            None => derive_bytes::<77>(number, 6).to_vec(),
        };
        insert_passkey(
            &mut passkey,
            tenant,
            &derive_bytes::<32>(number, 2),
            number,
            &key,
            created_at,
        )?;
    }
    Ok(())
}

fn prepare_passkey(connection: &Connection) -> rusqlite::Result<Statement<'_>> {
    connection.prepare(
        "INSERT INTO credential (tenant_id, credential_id, person_id, name, status, security_version, public_key, algorithm, sign_count,
             backup_eligible, backup_state, user_verified, aaguid, transports, attachment, attestation_format, attestation_kind,
             attestation_object, client_data_json, created_proof, created_at, created_place, trust_groups)
         VALUES (?1, ?2, ?3, 'iCloud Keychain', 'active', 1, ?4, -7, 0, 1, 1, 1, ?5, '[\"internal\",\"hybrid\"]', 'platform', 'none',
             'none', ?6, ?7, 'link', ?8, '{\"browser\":\"Safari\",\"network\":\"192.0.2.0/24\",\"system\":\"macOS\"}', '')",
    )
}

fn insert_passkey(
    statement: &mut Statement<'_>,
    tenant: [u8; 16],
    id: &[u8],
    owner: usize,
    key: &[u8],
    now: i64,
) -> rusqlite::Result<usize> {
    statement.execute(params![
        tenant,
        id,
        derive_person_id(owner),
        key,
        AAGUID,
        [0_u8; 220],
        [b' '; 140],
        now
    ])
}

fn fill_spares(
    connection: &Connection,
    tenant: [u8; 16],
    now: i64,
    people: usize,
    range: std::ops::Range<usize>,
) -> rusqlite::Result<()> {
    let mut passkey = prepare_passkey(connection)?;
    let mut attestation = connection.prepare(
        "INSERT INTO attestation (tenant_id, credential_id, aaguid, format, kind, verdict, reason, anchor, chain, model, level, standing,
             undesired, registered_at, judged_at, metadata_number, turn, waits, once_attested)
         VALUES (?1, ?2, ?3, 'packed', 'basic', 'attested', '', ?4, ?5, 'Key', '{\"level\":\"L1\"}', '{}', 0, ?6, ?6, 1, 1, 0, 1)",
    )?;
    for number in range {
        let id = derive_bytes::<32>(number, 7);
        // Every second one came with a statement.
        if number % 2 == 0 {
            attestation.execute(params![tenant, id, AAGUID, [1_u8; 32], [2_u8; 32], now])?;
        }
        insert_passkey(
            &mut passkey,
            tenant,
            &id,
            number % people,
            &derive_bytes::<77>(number, 8),
            now - DAY,
        )?;
    }
    Ok(())
}

pub(crate) fn derive_group_id(number: usize) -> [u8; 16] {
    derive_id(number, 9)
}

/// A tree: group 0 is above all, group `n` stands in group `(n - 1) / BRANCHES`. Everybody is in groups of any level.
fn fill_groups(
    connection: &Connection,
    tenant: [u8; 16],
    now: i64,
    size: Size,
    range: std::ops::Range<usize>,
) -> rusqlite::Result<()> {
    let mut group = connection.prepare(
        "INSERT INTO directory_group (tenant_id, group_id, display_name, display_name_key, description, mail_nickname, role_assignable,
             record_version, created_at, changed_at)
         VALUES (?1, ?2, ?3, ?4, NULL, ?5, 0, 1, ?6, ?6)",
    )?;
    let mut member = connection.prepare(
        "INSERT INTO group_member (tenant_id, group_id, member_id, member_kind, created_at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT DO NOTHING",
    )?;
    for number in range {
        let (id, name) = (derive_group_id(number), format!("Team {number}"));
        group.execute(params![
            tenant,
            id,
            name,
            name.to_lowercase(),
            format!("team{number}"),
            now
        ])?;
        if let Some(below) = number.checked_sub(1) {
            member.execute(params![
                tenant,
                derive_group_id(below / BRANCHES),
                id,
                "group",
                now
            ])?;
        }
        for place in 0..MEMBERS {
            let person = derive_person_id((number * MEMBERS + place) % size.people);
            member.execute(params![tenant, id, person, "person", now])?;
        }
    }
    Ok(())
}

/// In the order of time. Some are refused, some people sign in more often than others.
fn fill_sign_ins(
    connection: &Connection,
    tenant: [u8; 16],
    now: i64,
    size: Size,
    range: std::ops::Range<usize>,
) -> rusqlite::Result<()> {
    let mut record = connection.prepare(
        "INSERT INTO sign_in (tenant_id, record_id, created_at, person_id, credential_id, result, body, personal)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    let node: [u8; 16] = derive_id(0, 10);
    let step = DAYS * DAY / size.sign_ins.max(1) as i64;
    let (mut body, mut personal) = (String::new(), String::new());
    for number in range {
        // Squares crowd at the beginning: the busy ones.
        let draw = (number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33;
        let share = draw as f64 / (1_u64 << 31) as f64;
        let person = ((share * share * size.people as f64) as usize).min(size.people - 1);
        let mut id = [0; 16];
        id[..8].copy_from_slice(&node[..8]);
        id[8..].copy_from_slice(&(number as u64 + 1).to_be_bytes());
        describe(&mut body, &mut personal, number, person);
        let result = if number % 50 == 0 {
            "assertion.signature_invalid"
        } else {
            "ok"
        };
        record.execute(params![
            tenant,
            id,
            now - DAYS * DAY + number as i64 * step,
            derive_person_id(person),
            derive_bytes::<32>(person, 2),
            result,
            body,
            personal,
        ])?;
    }
    Ok(())
}

/// As long as what a sign-in leaves: hashes where hashes are, values where values are.
fn describe(body: &mut String, personal: &mut String, number: usize, person: usize) {
    const HASH: &str = "Wm9uZSBvZiBhIGhhc2ggdGhhdCBub2JvZHkgcmVhZHMu";
    const SALT: &str = "c2FsdCBvZiBhIGhhc2gu";
    let (browser, system) = [
        ("Chrome", "Windows"),
        ("Safari", "macOS"),
        ("Firefox", "Linux"),
        ("Chrome", "Android"),
    ][number % 4];
    let (network, last) = (person % 250, number % 250);
    body.clear();
    personal.clear();
    // Writing to a String can't fail.
    let _ = write!(
        body,
        "{{\"browser\":\"{browser}\",\"flow\":\"sign_in\",\"method\":\"passkey\",\"personal\":{{\"address\":\"{HASH}\",\"network\":\"{HASH}\",\
         \"passkey\":\"{HASH}\",\"user\":\"{HASH}\"}},\"reasons\":[{{\"held\":true,\"rule\":\"passkey.user_verified\"}}],\
         \"reference\":\"{number:08x}\",\"system\":\"{system}\"}}"
    );
    let _ = write!(
        personal,
        "{{\"address\":[\"{SALT}\",\"198.51.{network}.{last}\"],\"network\":[\"{SALT}\",\"198.51.{network}.0/24\"],\
         \"passkey\":[\"{SALT}\",\"iCloud Keychain\"],\"user\":[\"{SALT}\",\"{}\"]}}",
        derive_user_name(person)
    );
}
