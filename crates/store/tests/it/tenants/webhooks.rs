//! Webhooks of two tenants with equal ids.

use super::{Add, NOW, OURS, PERSON};
use crate::{Id, NewEvent, Unit, Webhook};

const WEBHOOK: Id = Id([145; 16]);
const EVENTS: Id = Id([146; 16]);

fn event(number: u8, recipient_id: Id) -> NewEvent {
    NewEvent {
        message_id: Id([number; 16]),
        recipient_id,
        topic: "passkey_added",
        person_id: PERSON,
        payload: b"sealed".to_vec(),
        created_at: NOW,
    }
}

/// One that is told, and a call that waits.
pub(super) fn fill(unit: &mut Unit, tenant_id: Id) {
    let webhook = Webhook {
        webhook_id: WEBHOOK,
        url: "https://siem.example.org/".to_owned(),
        sealed: b"sealed".to_vec(),
        created_at: NOW,
    };
    unit.insert_webhook(tenant_id, &webhook);
    unit.insert_call(tenant_id, event(147, WEBHOOK));
}

pub(super) fn add_changes(add: &mut Add<'_>) {
    add("something happened", &|unit| {
        unit.insert_event(OURS, event(148, EVENTS));
    });
    add("give up a call", &|unit| {
        unit.give_up_calls(OURS, &[Id([147; 16])], "given_up");
    });
    add("call once more", &|unit| {
        unit.insert_call(OURS, event(149, WEBHOOK));
    });
    add("remove a webhook", &|unit| {
        unit.delete_webhook(OURS, WEBHOOK);
    });
}
