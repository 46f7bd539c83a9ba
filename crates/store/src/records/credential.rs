//! Credentials: the records behind passkeys.

use crate::records::person::{self, Person};
use crate::sql::statements;
use crate::unit::{Reading, Written};
use crate::value::{Id, Row, Value};
use crate::{Expect, Guard, Store, StoreError, Unit};

statements! {
    /// A credential with its owner and the versions that a decision rests on: what a sign-in reads, in one query.
    FIND_WITH_OWNER = "credential.find_with_owner" Tenant
        "SELECT p.person_id, p.user_handle, p.user_name, p.display_name, p.status, p.security_version, p.method_version,
             p.had_passkey, p.created_at,
             t.policy_version, t.epoch,
             c.credential_id, c.name, c.status, c.security_version, c.public_key, c.sign_count, c.backup_eligible,
             c.backup_state, c.user_verified, c.aaguid, c.transports, c.created_at, c.created_place,
             c.last_used_at, c.last_used_place, c.trust_groups, c.recovered_at
         FROM credential c
         JOIN person p ON p.tenant_id = $1 AND p.person_id = c.person_id
         JOIN tenant t ON t.tenant_id = $1
         WHERE c.tenant_id = $1 AND c.credential_id = $2";
    FIND_PROOF = "credential.find_proof" Tenant
        "SELECT created_proof FROM credential WHERE tenant_id = $1 AND credential_id = $2";
    LIST_ACCEPTED = "credential.list_accepted" Tenant
        "SELECT credential_id FROM credential WHERE tenant_id = $1 AND person_id = $2 AND status <> 'removed'
         ORDER BY created_at DESC, credential_id";
    LIST = "credential.list" Tenant
        "SELECT credential_id, name, status, security_version, public_key, sign_count, backup_eligible,
             backup_state, user_verified, aaguid, transports, created_at, created_place, last_used_at, last_used_place,
             trust_groups, recovered_at
         FROM credential WHERE tenant_id = $1 AND person_id = $2 AND status <> 'removed'
         ORDER BY created_at DESC, credential_id";
    EXISTS = "credential.exists" Tenant
        "SELECT 1 FROM credential WHERE tenant_id = $1 AND credential_id = $2";
    INSERT = "credential.insert" Tenant
        "INSERT INTO credential (tenant_id, credential_id, person_id, name, status, security_version, public_key, algorithm,
             sign_count, backup_eligible, backup_state, user_verified, aaguid, transports, attachment, attestation_format,
             attestation_kind, attestation_object, client_data_json, created_proof, created_at, created_place,
             trust_groups, recovered_at)
         VALUES ($1, $2, $3, $4, $22, 1, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $23)
         ON CONFLICT DO NOTHING";
    RECORD_USE = "credential.record_use" Tenant
        "UPDATE credential SET sign_count = $4, backup_state = $5, user_verified = 1, last_used_at = $6, last_used_place = $7,
             trust_groups = $14
         WHERE tenant_id = $1 AND credential_id = $2 AND status = 'active' AND security_version = $3 AND sign_count = $8
         AND trust_groups = $15
         AND EXISTS (SELECT 1 FROM person p WHERE p.tenant_id = $1 AND p.person_id = $9
             AND p.security_version = $10 AND p.method_version = $11 AND p.status = 'enabled')
         AND EXISTS (SELECT 1 FROM tenant t WHERE t.tenant_id = $1 AND t.policy_version = $12 AND t.epoch = $13)";
    RENAME = "credential.rename" Tenant
        "UPDATE credential SET name = $4
         WHERE tenant_id = $1 AND credential_id = $2 AND person_id = $3 AND status <> 'removed'";
    REMOVE = "credential.remove" Tenant
        "UPDATE credential SET status = 'removed', security_version = security_version + 1, removed_at = $5,
             attestation_object = $6, client_data_json = $6
         WHERE tenant_id = $1 AND credential_id = $2 AND person_id = $3 AND security_version = $4 AND status <> 'removed'";
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialStatus {
    Active,
    /// Waits for its owner's confirmation, or is stopped in another way: not usable.
    Held,
    Removed,
}

impl CredentialStatus {
    pub fn as_str(self) -> &'static str {
        match self {
            CredentialStatus::Active => "active",
            CredentialStatus::Held => "held",
            CredentialStatus::Removed => "removed",
        }
    }

    /// An unknown word blocks: it reads as held.
    fn parse(text: &str) -> CredentialStatus {
        match text {
            "active" => CredentialStatus::Active,
            "removed" => CredentialStatus::Removed,
            _ => CredentialStatus::Held,
        }
    }
}

#[derive(Debug, Clone)]
pub struct Credential {
    pub credential_id: Vec<u8>,
    pub name: String,
    pub status: CredentialStatus,
    pub security_version: i64,
    /// COSE_Key.
    pub public_key: Vec<u8>,
    pub sign_count: i64,
    pub backup_eligible: bool,
    pub backup_state: bool,
    /// False until the first user-verified use of a passkey made by conditional create.
    pub user_verified: bool,
    pub aaguid: Id,
    /// JSON array of strings.
    pub transports: String,
    pub created_at: i64,
    /// JSON of a place.
    pub created_place: String,
    pub last_used_at: Option<i64>,
    pub last_used_place: Option<String>,
    /// JSON of the trust groups that answered with it; empty text for none.
    pub trust_groups: String,
    /// When the recovery was that it came of, or that the session came of in which it was made.
    pub recovered_at: Option<i64>,
}

/// What a sign-in needs to decide: the credential in whatever status, its owner, and the versions read.
#[derive(Debug)]
pub struct Owned {
    pub person: Person,
    pub policy_version: i64,
    pub epoch: Id,
    pub credential: Credential,
}

#[derive(Debug, Clone)]
pub struct NewCredential<'a> {
    pub credential_id: &'a [u8],
    pub person_id: Id,
    pub status: CredentialStatus,
    pub name: &'a str,
    pub public_key: &'a [u8],
    pub algorithm: i64,
    pub sign_count: i64,
    pub backup_eligible: bool,
    pub backup_state: bool,
    pub user_verified: bool,
    pub aaguid: [u8; 16],
    pub transports: String,
    pub attachment: Option<&'a str>,
    pub attestation_format: &'a str,
    pub attestation_kind: &'a str,
    pub attestation_object: &'a [u8],
    pub client_data_json: &'a [u8],
    pub created_proof: &'a str,
    pub created_at: i64,
    pub created_place: String,
    /// See [`Credential::trust_groups`].
    pub trust_groups: String,
    /// See [`Credential::recovered_at`].
    pub recovered_at: Option<i64>,
}

/// A verified use, with every version that the decision read.
#[derive(Debug, Clone)]
pub struct CredentialUse<'a> {
    pub credential_id: &'a [u8],
    pub security_version: i64,
    pub old_sign_count: i64,
    pub sign_count: i64,
    pub backup_state: bool,
    pub used_at: i64,
    pub place: String,
    pub person_id: Id,
    pub person_version: i64,
    pub method_version: i64,
    pub policy_version: i64,
    pub epoch: Id,
    pub old_trust_groups: String,
    pub trust_groups: String,
}

fn parse(row: &mut Row) -> Result<Credential, StoreError> {
    Ok(Credential {
        credential_id: row.bytes()?,
        name: row.text()?,
        status: CredentialStatus::parse(&row.text()?),
        security_version: row.int()?,
        public_key: row.bytes()?,
        sign_count: row.int()?,
        backup_eligible: row.truth()?,
        backup_state: row.truth()?,
        user_verified: row.truth()?,
        aaguid: row.id()?,
        transports: row.text()?,
        created_at: row.int()?,
        created_place: row.text()?,
        last_used_at: row.opt_int()?,
        last_used_place: row.opt_text()?,
        trust_groups: row.text()?,
        recovered_at: row.opt_int()?,
    })
}

impl Store {
    /// A credential with its owner; `None` when the id is not stored at all.
    pub async fn find_credential_with_owner(
        &self,
        tenant: Id,
        credential_id: &[u8],
    ) -> Result<Option<Owned>, StoreError> {
        let args = vec![tenant.into(), credential_id.into()];
        let Some(mut row) = self.read_key(&FIND_WITH_OWNER, args).await? else {
            return Ok(None);
        };
        Ok(Some(Owned {
            person: person::parse_columns(&mut row)?,
            policy_version: row.int()?,
            epoch: row.id()?,
            credential: parse(&mut row)?,
        }))
    }

    /// A person's credentials that are not removed, newest first.
    pub async fn list_credentials(
        &self,
        tenant: Id,
        person: Id,
    ) -> Result<Vec<Credential>, StoreError> {
        let rows = self.read(&LIST, vec![tenant.into(), person.into()]).await?;
        rows.into_iter().map(|mut row| parse(&mut row)).collect()
    }

    /// Under which proof it was made.
    pub async fn find_created_proof(
        &self,
        tenant: Id,
        credential_id: &[u8],
    ) -> Result<Option<String>, StoreError> {
        let args = vec![tenant.into(), credential_id.into()];
        let found = self.read_key(&FIND_PROOF, args).await?;
        found.map(|mut row| row.text()).transpose()
    }

    /// Whether the id is stored in any status, tombstones included.
    pub async fn has_credential(
        &self,
        tenant: Id,
        credential_id: &[u8],
    ) -> Result<bool, StoreError> {
        Ok(self
            .read_one(&EXISTS, vec![tenant.into(), credential_id.into()])
            .await?
            .is_some())
    }
}

impl Written {
    /// The ids that [`Unit::list_accepted`] read; an error when the unit stands but its answer was lost.
    pub fn take_accepted(&mut self, reading: Reading) -> Result<Vec<Vec<u8>>, StoreError> {
        let lost = || StoreError::Unavailable("the answer with the list was lost".to_owned());
        self.take_rows(reading)
            .ok_or_else(lost)?
            .into_iter()
            .map(|mut row| row.bytes())
            .collect()
    }
}

impl Unit {
    pub fn insert_credential(&mut self, tenant: Id, credential: &NewCredential<'_>) -> &mut Unit {
        let args = vec![
            tenant.into(),
            credential.credential_id.into(),
            credential.person_id.into(),
            credential.name.into(),
            credential.public_key.into(),
            credential.algorithm.into(),
            credential.sign_count.into(),
            credential.backup_eligible.into(),
            credential.backup_state.into(),
            credential.user_verified.into(),
            credential.aaguid.into(),
            credential.transports.as_str().into(),
            credential.attachment.into(),
            credential.attestation_format.into(),
            credential.attestation_kind.into(),
            credential.attestation_object.into(),
            credential.client_data_json.into(),
            credential.created_proof.into(),
            credential.created_at.into(),
            credential.created_place.as_str().into(),
            credential.trust_groups.as_str().into(),
            credential.status.as_str().into(),
            credential.recovered_at.into(),
        ];
        self.step(&INSERT, args, Expect::One(Guard::Taken))
    }

    /// Writes counter, flags and time, and guards on every version that the decision read.
    pub fn record_use(&mut self, tenant: Id, used: &CredentialUse<'_>) -> &mut Unit {
        let args = vec![
            tenant.into(),
            used.credential_id.into(),
            used.security_version.into(),
            used.sign_count.into(),
            used.backup_state.into(),
            used.used_at.into(),
            used.place.as_str().into(),
            used.old_sign_count.into(),
            used.person_id.into(),
            used.person_version.into(),
            used.method_version.into(),
            used.policy_version.into(),
            used.epoch.into(),
            used.trust_groups.as_str().into(),
            used.old_trust_groups.as_str().into(),
        ];
        self.step(&RECORD_USE, args, Expect::One(Guard::Moved))
    }

    /// Reads the ids of all that are not removed, as of this unit; [`Written::take_accepted`] gives them.
    pub fn list_accepted(&mut self, tenant: Id, person: Id) -> Reading {
        let reading = Reading(self.steps.len());
        self.step(
            &LIST_ACCEPTED,
            vec![tenant.into(), person.into()],
            Expect::Any,
        );
        reading
    }

    pub fn rename_credential(
        &mut self,
        tenant: Id,
        credential_id: &[u8],
        person: Id,
        name: &str,
    ) -> &mut Unit {
        let args = vec![
            tenant.into(),
            credential_id.into(),
            person.into(),
            name.into(),
        ];
        self.step(&RENAME, args, Expect::One(Guard::Missing))
    }

    /// Guards that the id is not stored in any status.
    pub fn require_absent(&mut self, tenant: Id, credential_id: &[u8]) -> &mut Unit {
        self.step(
            &EXISTS,
            vec![tenant.into(), credential_id.into()],
            Expect::Zero(Guard::Moved),
        )
    }

    /// Leaves a tombstone: the key stays, so that a removed passkey is told so only to its holder; what it was
    /// made with goes.
    pub fn remove_credential(
        &mut self,
        tenant: Id,
        credential_id: &[u8],
        person: Id,
        version: i64,
        now: i64,
    ) -> &mut Unit {
        let args = vec![
            tenant.into(),
            credential_id.into(),
            person.into(),
            version.into(),
            now.into(),
            Value::Bytes(Vec::new()),
        ];
        self.step(&REMOVE, args, Expect::One(Guard::Moved));
        self.delete_attestation(tenant, credential_id)
    }
}
