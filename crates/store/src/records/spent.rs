//! Used-up ceremony states: single use by the table's primary key.

use crate::sql::statements;
use crate::unit::Attempt;
use crate::value::Id;
use crate::{Expect, Guard, Unit};

statements! {
    INSERT = "spent.insert" Tenant
        "INSERT INTO spent (tenant_id, state_id, attempt_id, expires_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    FIND_ATTEMPT = "spent.find_attempt" Tenant
        "SELECT 1 FROM spent WHERE tenant_id = $1 AND state_id = $2 AND attempt_id = $3";
    PURGE = "spent.purge" Tenant
        "DELETE FROM spent WHERE tenant_id = $1 AND state_id IN (SELECT o.state_id FROM spent o
             WHERE o.tenant_id = $1 AND o.expires_at < $2 LIMIT 500) RETURNING 1";
}

impl Unit {
    /// Spends a state. `attempt` names this try, so that a commit whose answer was lost recognises itself.
    pub fn spend(&mut self, tenant: Id, state: Id, attempt: Id, expires_at: i64) -> &mut Unit {
        self.attempt = Some(Attempt {
            tenant,
            state,
            attempt,
        });
        let args = vec![
            tenant.into(),
            state.into(),
            attempt.into(),
            expires_at.into(),
        ];
        self.step(&INSERT, args, Expect::One(Guard::Spent))
    }

    /// Deletes at most 500 that expired before; returns a row for each.
    pub fn purge_spent(&mut self, tenant: Id, before: i64) -> &mut Unit {
        self.step(&PURGE, vec![tenant.into(), before.into()], Expect::Any)
    }
}
