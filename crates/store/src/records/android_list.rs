//! Google's list of Android attestation certificates that must no longer be believed: one row, replaced whole.

use crate::sql::statements;
use crate::value::Id;
use crate::{Expect, Store, StoreError, Unit};

statements! {
    FIND = "android_list.find" Tenant
        "SELECT sha256, entries, source, supplied_at FROM android_list WHERE tenant_id = $1";
    FIND_BODY = "android_list.find_body" Tenant
        "SELECT body FROM android_list WHERE tenant_id = $1 AND sha256 = $2";
    PUT = "android_list.put" Tenant
        "INSERT INTO android_list (tenant_id, sha256, body, entries, source, supplied_at) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (tenant_id) DO UPDATE SET sha256 = $2, body = $3, entries = $4, source = $5, supplied_at = $6";
}

/// The list in use, without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AndroidList {
    pub sha256: Vec<u8>,
    pub entries: i64,
    pub source: String,
    pub supplied_at: i64,
}

impl Store {
    pub async fn find_android_list(&self, tenant: Id) -> Result<Option<AndroidList>, StoreError> {
        let row = self.read_one(&FIND, vec![tenant.into()]).await?;
        row.map(|mut row| {
            Ok(AndroidList {
                sha256: row.bytes()?,
                entries: row.int()?,
                source: row.text()?,
                supplied_at: row.int()?,
            })
        })
        .transpose()
    }

    /// The text of the list with this hash; `None` if another one is in use by now.
    pub async fn find_android_list_body(
        &self,
        tenant: Id,
        sha256: &[u8],
    ) -> Result<Option<String>, StoreError> {
        let row = self
            .read_one(&FIND_BODY, vec![tenant.into(), sha256.into()])
            .await?;
        row.map(|mut row| row.text()).transpose()
    }
}

impl Unit {
    pub fn put_android_list(&mut self, tenant: Id, list: &AndroidList, body: &str) -> &mut Unit {
        let args = vec![
            tenant.into(),
            list.sha256.as_slice().into(),
            body.into(),
            list.entries.into(),
            list.source.as_str().into(),
            list.supplied_at.into(),
        ];
        self.step(&PUT, args, Expect::Any)
    }
}
