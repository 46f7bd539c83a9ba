//! Notices of two tenants with equal ids.

use super::{Add, EPOCH, NOW, OURS, PERSON};
use crate::{Id, NewNotice, NewNoticeLink, Unit};

const MAIL: Id = Id([130; 16]);

/// Three notices that wait, and the links in two of them.
pub(super) fn fill(unit: &mut Unit, tenant_id: Id) {
    for number in 131..134 {
        let notice = NewNotice {
            message_id: Id([number; 16]),
            recipient_id: MAIL,
            person_id: PERSON,
            topic: "passkey_added",
            payload: b"sealed".to_vec(),
            created_at: NOW,
        };
        unit.insert_notice(tenant_id, &notice);
    }
    for number in 1..3 {
        let link = NewNoticeLink {
            token_hash: [number; 32],
            person_id: PERSON,
            topic: "passkey_added",
            epoch: EPOCH,
            created_at: NOW,
            expires_at: 2 * NOW,
        };
        unit.insert_notice_link(tenant_id, &link);
    }
    unit.put_mail_settings(tenant_id, b"sealed", NOW);
}

pub(super) fn add_changes(add: &mut Add<'_>) {
    let lease = Id([140; 16]);
    add("lease a notice", &|unit| {
        let whom = ("notice", MAIL);
        unit.lease_messages(OURS, whom, lease, (NOW + 1, NOW + 9), 3);
    });
    add("a notice could not be delivered", &|unit| {
        unit.end_undelivered_notice(OURS, Id([131; 16]), lease, "refused");
    });
    add("postpone a notice", &|unit| {
        unit.postpone_notice(OURS, Id([133; 16]), lease, (NOW + 2, b"told".to_vec()));
    });
    add("give up a notice", &|unit| {
        unit.give_up_notices(OURS, &[Id([132; 16])], "given_up");
    });
    add("set mail", &|unit| {
        unit.put_mail_settings(OURS, b"sealed anew", NOW);
    });
    add("remove mail", &|unit| {
        unit.delete_mail_settings(OURS);
    });
    add("use the link of a notice", &|unit| {
        unit.use_notice_link(OURS, [1; 32], NOW);
    });
    add("keep an address", &|unit| {
        unit.keep_former_mail(OURS, PERSON, Id([141; 16]), NOW);
    });
    add("purge former addresses", &|unit| {
        unit.purge_notices(OURS, NOW - 1, NOW);
    });
    add("keep another address", &|unit| {
        unit.keep_former_mail(OURS, PERSON, Id([141; 16]), 3 * NOW);
    });
    add("purge links of notices", &|unit| {
        unit.purge_notices(OURS, NOW - 1, 2 * NOW);
    });
    add("purge notices", &|unit| {
        unit.purge_notices(OURS, NOW, NOW);
    });
    add("remember a place", &|unit| {
        unit.keep_place(OURS, PERSON, [3; 32], NOW);
    });
    add("remember places enough to forget the first", &|unit| {
        for number in 4..24 {
            unit.keep_place(OURS, PERSON, [number; 32], NOW + i64::from(number));
        }
    });
    add("remind of an end", &|unit| {
        unit.keep_reminder(OURS, [3; 32], PERSON, NOW);
    });
    add("remind of an end that moved", &|unit| {
        unit.keep_reminder(OURS, [3; 32], PERSON, NOW + 1);
    });
    add("purge reminders", &|unit| {
        unit.purge_reminders(OURS, NOW + 1);
    });
}
