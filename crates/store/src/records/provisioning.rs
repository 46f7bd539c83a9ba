//! Passkeys registered on behalf of their owners: options that were given out, who registered what, and whether such
//! passkeys are held.

use crate::sql::statements;
use crate::value::{Id, Row};
use crate::{Expect, Guard, Store, StoreError, Unit};

statements! {
    FIND = "creation_options.find" Tenant
        "SELECT o.options_id, o.person_id, o.person_state, o.caller_kind, o.caller_id, o.client_id, o.caller_state, o.purpose,
             o.rp_id, o.algorithms, o.created_at, o.expires_at, o.cancelled_at, o.uses
         FROM creation_options o JOIN tenant t ON t.tenant_id = $1 AND t.epoch = o.epoch
         WHERE o.tenant_id = $1 AND o.challenge_hash = $2";
    LIST = "creation_options.list" Tenant
        "SELECT o.options_id, o.person_id, o.person_state, o.caller_kind, o.caller_id, o.client_id, o.caller_state, o.purpose,
             o.rp_id, o.algorithms, o.created_at, o.expires_at, o.cancelled_at, o.uses
         FROM creation_options o JOIN tenant t ON t.tenant_id = $1 AND t.epoch = o.epoch
         WHERE o.tenant_id = $1 AND o.person_id = $2 AND o.expires_at > $3 AND o.cancelled_at IS NULL
         ORDER BY o.created_at, o.options_id LIMIT 100";
    COUNT_OF_CALLER = "creation_options.count_of_caller" Tenant
        "SELECT COUNT(*) FROM creation_options
         WHERE tenant_id = $1 AND caller_id = $2 AND expires_at > $3 AND cancelled_at IS NULL";
    INSERT = "creation_options.insert" Tenant
        "INSERT INTO creation_options (tenant_id, options_id, challenge_hash, person_id, person_state, caller_kind, caller_id,
             client_id, caller_state, purpose, rp_id, algorithms, epoch, created_at, expires_at, cancelled_at, uses)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, NULL, 0)";
    /// An update that changes nothing, of a row that the unit has locked: holds while fewer than so many are open.
    REQUIRE_ROOM = "creation_options.require_room" Tenant
        "UPDATE person SET had_passkey = had_passkey WHERE tenant_id = $1 AND person_id = $2
         AND (SELECT COUNT(*) FROM creation_options o WHERE o.tenant_id = $1 AND o.person_id = $2
             AND o.expires_at > $3 AND o.cancelled_at IS NULL) < $4";
    USE = "creation_options.use" Tenant
        "UPDATE creation_options SET uses = uses + 1
         WHERE tenant_id = $1 AND options_id = $2 AND cancelled_at IS NULL AND expires_at > $3
         AND EXISTS (SELECT 1 FROM tenant t WHERE t.tenant_id = $1 AND t.epoch = creation_options.epoch)
         AND EXISTS (SELECT 1 FROM person p WHERE p.tenant_id = $1 AND p.person_id = creation_options.person_id
             AND p.security_version = $4 AND p.status = 'enabled')";
    CANCEL = "creation_options.cancel" Tenant
        "UPDATE creation_options SET cancelled_at = $4
         WHERE tenant_id = $1 AND person_id = $2 AND options_id = $3 AND cancelled_at IS NULL AND expires_at > $4";
    PURGE = "creation_options.purge" Tenant
        "DELETE FROM creation_options WHERE tenant_id = $1 AND options_id IN (SELECT o.options_id FROM creation_options o
             WHERE o.tenant_id = $1 AND o.expires_at < $2 LIMIT 500) RETURNING 1";
    PURGE_OF_PERSON = "creation_options.purge_of_person" Tenant
        "DELETE FROM creation_options WHERE tenant_id = $1 AND person_id = $2 RETURNING 1";
    INSERT_PROVISIONED = "provisioned_credential.insert" Tenant
        "INSERT INTO provisioned_credential (tenant_id, credential_id, person_id, planter_kind, planter_id, client_id, provisioned_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)";
    LIST_PROVISIONED = "provisioned_credential.list" Tenant
        "SELECT credential_id, planter_kind, planter_id, client_id, provisioned_at FROM provisioned_credential
         WHERE tenant_id = $1 AND person_id = $2 ORDER BY credential_id";
    PURGE_PROVISIONED = "provisioned_credential.purge_of_person" Tenant
        "DELETE FROM provisioned_credential WHERE tenant_id = $1 AND person_id = $2 RETURNING 1";
    CONFIRM = "credential.confirm" Tenant
        "UPDATE credential SET status = 'active', security_version = security_version + 1
         WHERE tenant_id = $1 AND credential_id = $2 AND person_id = $3 AND security_version = $4 AND status = 'held'";
    FIND_POLICY = "provisioning_policy.find" Tenant
        "SELECT p.hold, t.policy_version FROM tenant t
         LEFT JOIN provisioning_policy p ON p.tenant_id = $1 WHERE t.tenant_id = $1";
    PUT_POLICY = "provisioning_policy.put" Tenant
        "INSERT INTO provisioning_policy (tenant_id, hold) VALUES ($1, $2) ON CONFLICT (tenant_id) DO UPDATE SET hold = $2";
}

/// What kind of caller asked for options, or registered a passkey that is not theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallerKind {
    Person,
    Application,
    CommandLine,
}

impl CallerKind {
    pub fn as_str(self) -> &'static str {
        match self {
            CallerKind::Person => "person",
            CallerKind::Application => "application",
            CallerKind::CommandLine => "command_line",
        }
    }

    fn parse(text: &str) -> Result<CallerKind, StoreError> {
        [
            CallerKind::Person,
            CallerKind::Application,
            CallerKind::CommandLine,
        ]
        .into_iter()
        .find(|kind| kind.as_str() == text)
        .ok_or_else(|| StoreError::Unusable(format!("a caller of kind {text:?}")))
    }
}

/// Who asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AskedFrom {
    pub kind: CallerKind,
    /// The person or service principal; zeros for the command line.
    pub id: Id,
    /// The application's client id, where one asked.
    pub client_id: Option<Id>,
}

/// Whose provisioned passkeys wait for their owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    Nobody,
    /// Those of people who can sign in already.
    Existing,
    Everybody,
}

impl Hold {
    pub fn as_str(self) -> &'static str {
        match self {
            Hold::Nobody => "none",
            Hold::Existing => "existing",
            Hold::Everybody => "all",
        }
    }

    /// An unknown word blocks: it reads as everybody's.
    fn parse(text: &str) -> Hold {
        match text {
            "none" => Hold::Nobody,
            "existing" => Hold::Existing,
            _ => Hold::Everybody,
        }
    }
}

/// Options that were given out, in whatever state but those of another epoch.
#[derive(Debug, Clone)]
pub struct GivenOptions {
    pub options_id: Id,
    pub person_id: Id,
    pub person_state: [u8; 32],
    pub caller: AskedFrom,
    pub caller_state: [u8; 32],
    pub purpose: String,
    pub rp_id: String,
    /// JSON array of numbers.
    pub algorithms: String,
    pub created_at: i64,
    pub expires_at: i64,
    pub cancelled_at: Option<i64>,
    pub uses: i64,
}

/// [`GivenOptions`] about to be given out.
#[derive(Debug, Clone)]
pub struct NewOptions<'a> {
    pub options_id: Id,
    pub challenge_hash: [u8; 32],
    pub person_id: Id,
    pub person_state: [u8; 32],
    pub caller: AskedFrom,
    pub caller_state: [u8; 32],
    pub purpose: &'a str,
    pub rp_id: &'a str,
    pub algorithms: String,
    pub epoch: Id,
    pub created_at: i64,
    pub expires_at: i64,
}

/// A passkey that its owner did not register.
#[derive(Debug, Clone)]
pub struct Provisioned {
    pub credential_id: Vec<u8>,
    pub planter: AskedFrom,
    pub provisioned_at: i64,
}

fn parse_caller(row: &mut Row) -> Result<AskedFrom, StoreError> {
    Ok(AskedFrom {
        kind: CallerKind::parse(&row.text()?)?,
        id: row.id()?,
        client_id: row.opt_id()?,
    })
}

fn parse(mut row: Row) -> Result<GivenOptions, StoreError> {
    Ok(GivenOptions {
        options_id: row.id()?,
        person_id: row.id()?,
        person_state: row.array()?,
        caller: parse_caller(&mut row)?,
        caller_state: row.array()?,
        purpose: row.text()?,
        rp_id: row.text()?,
        algorithms: row.text()?,
        created_at: row.int()?,
        expires_at: row.int()?,
        cancelled_at: row.opt_int()?,
        uses: row.int()?,
    })
}

impl Store {
    /// The options with this challenge; `None` when none were given out, or before a restore.
    pub async fn find_creation_options(
        &self,
        tenant: Id,
        challenge_hash: [u8; 32],
    ) -> Result<Option<GivenOptions>, StoreError> {
        let args = vec![tenant.into(), challenge_hash.into()];
        let row = self.read_one(&FIND, args).await?;
        row.map(parse).transpose()
    }

    /// Those for a person that can still be used at `now`, oldest first; at most 100.
    pub async fn list_creation_options(
        &self,
        tenant: Id,
        person: Id,
        now: i64,
    ) -> Result<Vec<GivenOptions>, StoreError> {
        let args = vec![tenant.into(), person.into(), now.into()];
        let rows = self.read(&LIST, args).await?;
        rows.into_iter().map(parse).collect()
    }

    /// How many a caller has open at `now`.
    pub async fn count_creation_options(
        &self,
        tenant: Id,
        caller: Id,
        now: i64,
    ) -> Result<i64, StoreError> {
        let args = vec![tenant.into(), caller.into(), now.into()];
        let row = self.read_one(&COUNT_OF_CALLER, args).await?;
        row.map_or(Ok(0), |mut row| row.int())
    }

    /// A person's passkeys that somebody else registered.
    pub async fn list_provisioned(
        &self,
        tenant: Id,
        person: Id,
    ) -> Result<Vec<Provisioned>, StoreError> {
        let rows = self
            .read(&LIST_PROVISIONED, vec![tenant.into(), person.into()])
            .await?;
        rows.into_iter()
            .map(|mut row| {
                Ok(Provisioned {
                    credential_id: row.bytes()?,
                    planter: parse_caller(&mut row)?,
                    provisioned_at: row.int()?,
                })
            })
            .collect()
    }

    /// Whose provisioned passkeys are held, and the version of the tenant's policies that was read with it.
    pub async fn find_hold(&self, tenant: Id) -> Result<(Hold, i64), StoreError> {
        let row = self.read_one(&FIND_POLICY, vec![tenant.into()]).await?;
        let missing = || StoreError::Unusable("the tenant is not there".to_owned());
        let mut row = row.ok_or_else(missing)?;
        let hold = row.opt_text()?;
        let hold = hold.map_or(Hold::Existing, |word| Hold::parse(&word));
        Ok((hold, row.int()?))
    }
}

impl Unit {
    /// Refused with [`Guard::Count`] when so many are open for the person. Locks the person's row.
    pub fn insert_creation_options(
        &mut self,
        tenant: Id,
        options: &NewOptions<'_>,
        most: i64,
    ) -> &mut Unit {
        self.hold_person(tenant, options.person_id);
        let args = vec![
            tenant.into(),
            options.person_id.into(),
            options.created_at.into(),
            most.into(),
        ];
        self.step(&REQUIRE_ROOM, args, Expect::One(Guard::Count));
        let args = vec![
            tenant.into(),
            options.options_id.into(),
            options.challenge_hash.into(),
            options.person_id.into(),
            options.person_state.into(),
            options.caller.kind.as_str().into(),
            options.caller.id.into(),
            options.caller.client_id.into(),
            options.caller_state.into(),
            options.purpose.into(),
            options.rp_id.into(),
            options.algorithms.as_str().into(),
            options.epoch.into(),
            options.created_at.into(),
            options.expires_at.into(),
        ];
        self.step(&INSERT, args, Expect::One(Guard::Taken))
    }

    /// Counts a use, and guards that options and person are what they were. The unit has locked the person's row.
    pub fn use_creation_options(
        &mut self,
        tenant: Id,
        options: Id,
        person_version: i64,
        now: i64,
    ) -> &mut Unit {
        let args = vec![
            tenant.into(),
            options.into(),
            now.into(),
            person_version.into(),
        ];
        self.step(&USE, args, Expect::One(Guard::Moved))
    }

    /// Refused with [`Guard::Missing`] when they are over already, or are another person's.
    pub fn cancel_creation_options(
        &mut self,
        tenant: Id,
        person: Id,
        options: Id,
        now: i64,
    ) -> &mut Unit {
        let args = vec![tenant.into(), person.into(), options.into(), now.into()];
        self.step(&CANCEL, args, Expect::One(Guard::Missing))
    }

    /// Deletes at most 500 that were over before; returns a row for each.
    pub fn purge_creation_options(&mut self, tenant: Id, before: i64) -> &mut Unit {
        self.step(&PURGE, vec![tenant.into(), before.into()], Expect::Any)
    }

    /// Whatever is known of a person's provisioned passkeys.
    pub(crate) fn purge_provisioning(&mut self, tenant: Id, person: Id) -> &mut Unit {
        for sql in [&PURGE_OF_PERSON, &PURGE_PROVISIONED] {
            self.step(sql, vec![tenant.into(), person.into()], Expect::Any);
        }
        self
    }

    pub fn insert_provisioned(
        &mut self,
        tenant: Id,
        person: Id,
        provisioned: &Provisioned,
    ) -> &mut Unit {
        let args = vec![
            tenant.into(),
            provisioned.credential_id.as_slice().into(),
            person.into(),
            provisioned.planter.kind.as_str().into(),
            provisioned.planter.id.into(),
            provisioned.planter.client_id.into(),
            provisioned.provisioned_at.into(),
        ];
        self.step(&INSERT_PROVISIONED, args, Expect::One(Guard::Taken))
    }

    /// Makes a held passkey usable.
    pub fn confirm_credential(
        &mut self,
        tenant: Id,
        credential_id: &[u8],
        person: Id,
        version: i64,
    ) -> &mut Unit {
        let args = vec![
            tenant.into(),
            credential_id.into(),
            person.into(),
            version.into(),
        ];
        self.step(&CONFIRM, args, Expect::One(Guard::Moved))
    }

    /// Sets whose provisioned passkeys are held; the unit moves the version of the policies, too.
    pub fn put_hold(&mut self, tenant: Id, hold: Hold) -> &mut Unit {
        self.step(
            &PUT_POLICY,
            vec![tenant.into(), hold.as_str().into()],
            Expect::Any,
        )
    }
}
