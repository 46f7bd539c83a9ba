//! What a policy may ask of a passkey, read for one person or for everybody.

use crate::records::attestation::ClaimedLevel;
use crate::sql::statements;
use crate::value::{Id, Row};
use crate::{Store, StoreError};

statements! {
    /// A passkey with what its attestation proves, as last judged.
    FIND = "passkey_facts.find" Tenant
        "SELECT c.person_id, c.credential_id, c.aaguid, c.backup_eligible, c.created_at, c.last_used_at,
             a.verdict, a.level, a.undesired, a.once_attested
         FROM credential c
         LEFT JOIN attestation a ON a.tenant_id = $1 AND a.credential_id = c.credential_id
         WHERE c.tenant_id = $1 AND c.credential_id = $2";
    LIST_OF_PERSON = "passkey_facts.list_of_person" Tenant
        "SELECT c.person_id, c.credential_id, c.aaguid, c.backup_eligible, c.created_at, c.last_used_at,
             a.verdict, a.level, a.undesired, a.once_attested
         FROM credential c
         LEFT JOIN attestation a ON a.tenant_id = $1 AND a.credential_id = c.credential_id
         WHERE c.tenant_id = $1 AND c.person_id = $2 AND c.status = 'active'
         ORDER BY c.created_at DESC, c.credential_id";
    /// Of everybody who can sign in and whose compared name lies between two.
    LIST_BETWEEN = "passkey_facts.list_between" Tenant
        "SELECT p.person_id, c.credential_id, c.aaguid, c.backup_eligible, c.created_at, c.last_used_at,
             a.verdict, a.level, a.undesired, a.once_attested
         FROM person p
         JOIN credential c ON c.tenant_id = $1 AND c.person_id = p.person_id AND c.status = 'active'
         LEFT JOIN attestation a ON a.tenant_id = $1 AND a.credential_id = c.credential_id
         WHERE p.tenant_id = $1 AND p.user_name_key >= $2 AND p.user_name_key <= $3 AND p.status = 'enabled'
         ORDER BY p.user_name_key";
    /// Everybody who can sign in, with and without passkeys, by id. What is not asked for with `$4` and `$5` is not looked up:
    /// the rest is in the indexes.
    LIST_OF_EVERYBODY = "passkey_facts.list_of_everybody" Tenant
        "SELECT p.person_id, c.credential_id, c.aaguid, c.backup_eligible, c.created_at,
             CASE WHEN $4 = 1 THEN c.last_used_at END, a.verdict, a.level, a.undesired, a.once_attested
         FROM person p
         LEFT JOIN credential c ON c.tenant_id = $1 AND c.person_id = p.person_id AND c.status = 'active'
         LEFT JOIN attestation a ON $5 = 1 AND a.tenant_id = $1 AND a.credential_id = c.credential_id
         WHERE p.tenant_id = $1 AND p.person_id > $2 AND p.status = 'enabled'
         ORDER BY p.person_id LIMIT $3";
}

/// A usable passkey, as policies see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasskeyFacts {
    pub person_id: Id,
    pub credential_id: Vec<u8>,
    pub aaguid: Id,
    pub backup_eligible: bool,
    pub created_at: i64,
    pub last_used_at: Option<i64>,
    /// `None` for a passkey that came without a statement.
    pub attestation: Option<AttestationFacts>,
}

/// What to look up beside what every passkey's facts have: each is a lookup for each passkey, for nothing where no policy
/// asks for it. What is not asked for is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FactsAsked {
    pub last_use: bool,
    pub attestation: bool,
}

/// What its statement proves, as last judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttestationFacts {
    /// Whether it proves the passkey's model now.
    pub attested: bool,
    /// Whether it ever did.
    pub once_attested: bool,
    /// The metadata speaks against the model or a certificate.
    pub undesired: bool,
    level: ClaimedLevel,
}

impl AttestationFacts {
    /// The certification level of an attested passkey's model, if it has one.
    #[must_use]
    pub fn level(&self) -> Option<&str> {
        self.level.proven(self.attested)
    }
}

/// The columns that each of these statements selects.
pub(crate) fn parse_facts(row: Row) -> Result<PasskeyFacts, StoreError> {
    let (person_id, found) = parse_person(row)?;
    found.ok_or_else(|| StoreError::Unusable(format!("{person_id} without a passkey")))
}

/// The person, and the passkey unless they have none.
fn parse_person(mut row: Row) -> Result<(Id, Option<PasskeyFacts>), StoreError> {
    let person_id = row.id()?;
    let Some(credential_id) = row.opt_bytes()? else {
        return Ok((person_id, None));
    };
    let (aaguid, backup_eligible) = (row.id()?, row.truth()?);
    let (created_at, last_used_at) = (row.int()?, row.opt_int()?);
    let attestation = match row.opt_text()? {
        None => None,
        Some(verdict) => {
            let level = ClaimedLevel::new(&row.text()?);
            Some(AttestationFacts {
                attested: verdict == "attested",
                level,
                undesired: row.truth()?,
                once_attested: row.truth()?,
            })
        }
    };
    let facts = PasskeyFacts {
        person_id,
        credential_id,
        aaguid,
        backup_eligible,
        created_at,
        last_used_at,
        attestation,
    };
    Ok((person_id, Some(facts)))
}

/// How many rows [`Store::list_passkeys_of_everybody`] reads at a time: many times what one person may have.
const BATCH: usize = 4000;

impl Store {
    /// In whatever status.
    pub async fn find_passkey_facts(
        &self,
        tenant: Id,
        credential_id: &[u8],
    ) -> Result<Option<PasskeyFacts>, StoreError> {
        let args = vec![tenant.into(), credential_id.into()];
        self.read_one(&FIND, args)
            .await?
            .map(parse_facts)
            .transpose()
    }

    /// A person's usable passkeys, newest first.
    pub async fn list_passkey_facts(
        &self,
        tenant: Id,
        person: Id,
    ) -> Result<Vec<PasskeyFacts>, StoreError> {
        let args = vec![tenant.into(), person.into()];
        let rows = self.read(&LIST_OF_PERSON, args).await?;
        rows.into_iter().map(parse_facts).collect()
    }

    /// Usable passkeys of people who can sign in and whose compared names lie between two, both included: each person's
    /// beside each other.
    pub async fn list_passkeys_between(
        &self,
        tenant: Id,
        first: &str,
        last: &str,
    ) -> Result<Vec<PasskeyFacts>, StoreError> {
        let args = vec![tenant.into(), first.into(), last.into()];
        let rows = self.read(&LIST_BETWEEN, args).await?;
        rows.into_iter().map(parse_facts).collect()
    }

    /// People who can sign in, whose id comes after `after`, by id, each with all their usable passkeys; empty after the
    /// last.
    pub async fn list_passkeys_of_everybody(
        &self,
        tenant: Id,
        after: Option<Id>,
        asked: FactsAsked,
    ) -> Result<Vec<(Id, Vec<PasskeyFacts>)>, StoreError> {
        let after = after.map_or_else(Vec::new, |id| id.0.to_vec());
        let limit = i64::try_from(BATCH).unwrap_or(i64::MAX);
        let args = vec![
            tenant.into(),
            after.into(),
            limit.into(),
            asked.last_use.into(),
            asked.attestation.into(),
        ];
        let rows = self.read(&LIST_OF_EVERYBODY, args).await?;
        let is_cut = rows.len() == BATCH;
        let mut people: Vec<(Id, Vec<PasskeyFacts>)> = Vec::new();
        for row in rows {
            let (person_id, passkey) = parse_person(row)?;
            match people.last_mut() {
                Some((last, passkeys)) if *last == person_id => passkeys.extend(passkey),
                _ => people.push((person_id, passkey.into_iter().collect())),
            }
        }
        // Of the last one some may have been cut off: the next batch begins with them.
        if is_cut && people.len() > 1 {
            people.pop();
        }
        Ok(people)
    }
}
