//! Where somebody signed in before, beside where their passkeys were made and used last: a few places, hashed.

use crate::sql::statements;
use crate::value::Id;
use crate::{Expect, Store, StoreError, Unit};

statements! {
    FIND = "known_place.find" Tenant
        "SELECT 1 FROM tenant t WHERE t.tenant_id = $1 AND (
             EXISTS (SELECT 1 FROM known_place k WHERE k.tenant_id = $1 AND k.place_id = $2 AND k.person_id = $3)
             OR EXISTS (SELECT 1 FROM credential c WHERE c.tenant_id = $1 AND c.person_id = $3
                 AND (c.last_used_place = $4 OR c.created_place = $4)))";
    KEEP = "known_place.keep" Tenant
        "INSERT INTO known_place (tenant_id, place_id, person_id, seen_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (tenant_id, place_id) DO UPDATE SET seen_at = excluded.seen_at";
    TRIM = "known_place.trim" Tenant
        "DELETE FROM known_place WHERE tenant_id = $1 AND person_id = $2 AND seen_at < (SELECT MIN(l.seen_at) FROM (
             SELECT k.seen_at FROM known_place k WHERE k.tenant_id = $1 AND k.person_id = $2 ORDER BY k.seen_at DESC LIMIT 20) l)";
}

impl Store {
    /// Whether the person signed in at that place before, or made a passkey there. `place` is what credentials hold.
    pub async fn is_known_place(
        &self,
        tenant: Id,
        person: Id,
        place_id: [u8; 32],
        place: &str,
    ) -> Result<bool, StoreError> {
        let args = vec![tenant.into(), place_id.into(), person.into(), place.into()];
        Ok(self.read_one(&FIND, args).await?.is_some())
    }
}

impl Unit {
    /// Remembers a place that no credential remembers from now on; of each person the last twenty.
    pub fn keep_place(
        &mut self,
        tenant: Id,
        person: Id,
        place_id: [u8; 32],
        now: i64,
    ) -> &mut Unit {
        let args = vec![tenant.into(), place_id.into(), person.into(), now.into()];
        self.step(&KEEP, args, Expect::Any);
        self.step(&TRIM, vec![tenant.into(), person.into()], Expect::Any)
    }
}
