//! Revocation lists of those who certify authenticators: one row for the whole set, replaced whole.

use crate::sql::statements;
use crate::value::Id;
use crate::{Expect, Store, StoreError, Unit};

statements! {
    FIND = "attestation_lists.find" Tenant
        "SELECT sha256, lists, supplied_at FROM attestation_lists WHERE tenant_id = $1";
    FIND_BODY = "attestation_lists.find_body" Tenant
        "SELECT body FROM attestation_lists WHERE tenant_id = $1 AND sha256 = $2";
    PUT = "attestation_lists.put" Tenant
        "INSERT INTO attestation_lists (tenant_id, sha256, body, lists, supplied_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (tenant_id) DO UPDATE SET sha256 = $2, body = $3, lists = $4, supplied_at = $5";
}

/// The lists in use, without their bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttestationLists {
    /// Of the body.
    pub sha256: Vec<u8>,
    /// How many.
    pub lists: i64,
    pub supplied_at: i64,
}

impl Store {
    pub async fn find_attestation_lists(
        &self,
        tenant: Id,
    ) -> Result<Option<AttestationLists>, StoreError> {
        let row = self.read_one(&FIND, vec![tenant.into()]).await?;
        row.map(|mut row| {
            Ok(AttestationLists {
                sha256: row.bytes()?,
                lists: row.int()?,
                supplied_at: row.int()?,
            })
        })
        .transpose()
    }

    /// The body with this hash; `None` if others are in use by now.
    pub async fn find_attestation_lists_body(
        &self,
        tenant: Id,
        sha256: &[u8],
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let row = self
            .read_one(&FIND_BODY, vec![tenant.into(), sha256.into()])
            .await?;
        row.map(|mut row| row.bytes()).transpose()
    }
}

impl Unit {
    pub fn put_attestation_lists(
        &mut self,
        tenant: Id,
        lists: &AttestationLists,
        body: &[u8],
    ) -> &mut Unit {
        let args = vec![
            tenant.into(),
            lists.sha256.as_slice().into(),
            body.into(),
            lists.lists.into(),
            lists.supplied_at.into(),
        ];
        self.step(&PUT, args, Expect::Any)
    }
}
