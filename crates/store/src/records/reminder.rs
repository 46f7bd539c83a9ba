//! What people were reminded of already: that a passkey is about to end.

use crate::sql::statements;
use crate::value::Id;
use crate::{Expect, Guard, Unit};

statements! {
    /// Once for each end: one that moved further away is told anew when it comes near again.
    KEEP = "reminder.keep" Tenant
        "INSERT INTO reminder (tenant_id, reminder_id, person_id, ends_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (tenant_id, reminder_id) DO UPDATE SET ends_at = excluded.ends_at WHERE reminder.ends_at < excluded.ends_at";
    PURGE = "reminder.purge" Tenant
        "DELETE FROM reminder WHERE tenant_id = $1 AND reminder_id IN (SELECT o.reminder_id FROM reminder o
             WHERE o.tenant_id = $1 AND o.ends_at <= $2 LIMIT 400) RETURNING 1";
}

impl Unit {
    /// Refused with [`Guard::Taken`] when the person was told of that end already, by whichever node.
    pub fn keep_reminder(
        &mut self,
        tenant: Id,
        reminder_id: [u8; 32],
        person: Id,
        ends_at: i64,
    ) -> &mut Unit {
        let args = vec![
            tenant.into(),
            reminder_id.into(),
            person.into(),
            ends_at.into(),
        ];
        self.step(&KEEP, args, Expect::One(Guard::Taken))
    }

    /// Deletes at most 400 whose end is long past; returns a row for each.
    pub fn purge_reminders(&mut self, tenant: Id, ended_until: i64) -> &mut Unit {
        let args = vec![tenant.into(), ended_until.into()];
        self.step(&PURGE, args, Expect::Any)
    }
}
