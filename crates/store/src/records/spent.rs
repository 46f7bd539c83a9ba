//! Used-up ceremony states: single use by the table's primary key.

use crate::sql::statements;
use crate::unit::Attempt;
use crate::value::Id;
use crate::{Expect, Guard, Unit};

statements! {
    INSERT = "spent.insert" Tenant
        "INSERT INTO spent (tenant_id, state_id, attempt_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    INSERT_WITHIN = "spent.insert_within" Tenant
        "INSERT INTO spent (tenant_id, state_id, attempt_id) VALUES ($1, $2, $3)
         ON CONFLICT (tenant_id, state_id) DO UPDATE SET attempt_id = excluded.attempt_id WHERE spent.attempt_id = excluded.attempt_id";
    FIND_ATTEMPT = "spent.find_attempt" Tenant
        "SELECT 1 FROM spent WHERE tenant_id = $1 AND state_id = $2 AND attempt_id = $3";
    PURGE = "spent.purge" Tenant
        "DELETE FROM spent WHERE tenant_id = $1 AND state_id IN (SELECT o.state_id FROM spent o
             WHERE o.tenant_id = $1 AND o.state_id < $2 LIMIT 500) RETURNING 1";
}

impl Unit {
    /// Spends a state, whose id begins with the time of its issue (microseconds, big endian): so rows of now lie side by
    /// side, and old ones are found without an index. `attempt` names this try, so that a commit whose answer was lost
    /// recognises itself.
    pub fn spend(&mut self, tenant: Id, state: Id, attempt: Id) -> &mut Unit {
        self.attempt = Some(Attempt {
            tenant,
            state,
            attempt,
        });
        let args = vec![tenant.into(), state.into(), attempt.into()];
        self.step(&INSERT, args, Expect::One(Guard::Spent))
    }

    /// The same for a request that may write more than one unit: `attempt` names the request. A commit whose answer was lost does
    /// not recognise itself by it. Refused with [`Guard::ProofSpent`] where another request was first.
    pub fn spend_within(&mut self, tenant: Id, state: Id, attempt: Id) -> &mut Unit {
        let args = vec![tenant.into(), state.into(), attempt.into()];
        self.step(&INSERT_WITHIN, args, Expect::One(Guard::ProofSpent))
    }

    /// Deletes at most 500 whose states were issued before; returns a row for each.
    pub fn purge_spent(&mut self, tenant: Id, issued_before: i64) -> &mut Unit {
        let args = vec![tenant.into(), issued_before.to_be_bytes().into()];
        self.step(&PURGE, args, Expect::Any)
    }
}
