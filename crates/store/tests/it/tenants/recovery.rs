//! Recovery codes and counted tries.

use super::*;
use crate::{NewRecoveryCode, NewRecoveryRequest, SecretTry, Versioned};

const RECOVERY: Id = Id([121; 16]);

fn recovery_code(code_id: Id) -> NewRecoveryCode {
    NewRecoveryCode {
        code_id,
        code_mac: [10; 32],
        epoch: EPOCH,
        created_at: NOW,
    }
}

fn secret_try() -> SecretTry {
    SecretTry {
        key: [122; 16],
        now: NOW,
        until: 2 * NOW,
        most: 10,
    }
}

const WAITING: Id = Id([125; 16]);
const APPROVED: Id = Id([126; 16]);
const ASKED: Id = Id([127; 16]);
const BROWSER: [u8; 32] = [128; 32];

fn request(request_id: Id, rung: &str) -> NewRecoveryRequest<'_> {
    NewRecoveryRequest {
        request_id,
        rung,
        person: Some((PERSON, 1)),
        browser_hash: BROWSER,
        token_hash: Some([request_id.0[0]; 32]),
        code_hash: Some([request_id.0[0]; 32]),
        place: String::new(),
        epoch: EPOCH,
        created_at: NOW,
        expires_at: 2 * NOW,
    }
}

pub(super) fn fill(unit: &mut Unit, tenant_id: Id) {
    unit.insert_recovery_code(tenant_id, PERSON, &recovery_code(RECOVERY));
    unit.count_secret_try(tenant_id, &secret_try());
    for (id, rung) in [(WAITING, "mail"), (APPROVED, "manager"), (ASKED, "device")] {
        unit.insert_recovery_request(tenant_id, &request(id, rung));
    }
}

pub(super) fn add_changes(add: &mut Add<'_>) {
    add("insert a recovery code", &|unit| {
        unit.insert_recovery_code(OURS, PERSON, &recovery_code(Id([123; 16])));
    });
    add("spend a recovery code", &|unit| {
        unit.spend_recovery_code(OURS, PERSON, RECOVERY, 1, NOW);
    });
    add("purge recovery codes made since", &|unit| {
        unit.purge_recovery_codes_since(OURS, PERSON, NOW - 1);
    });
    add("insert another recovery code", &|unit| {
        unit.insert_recovery_code(OURS, PERSON, &recovery_code(Id([124; 16])));
    });
    add("purge the recovery codes of a person", &|unit| {
        unit.purge_recovery_codes_of(OURS, PERSON);
    });
    add("count a try of a secret", &|unit| {
        unit.count_secret_try(OURS, &secret_try());
    });
    add("forget the tries of a secret", &|unit| {
        unit.forget_secret_tries(OURS, [122; 16]);
    });
    add("count another try of a secret", &|unit| {
        unit.count_secret_try(OURS, &secret_try());
    });
    add("purge tries of secrets", &|unit| {
        unit.purge_secret_tries(OURS, 3 * NOW);
    });
    add("insert a recovery request", &|unit| {
        unit.insert_recovery_request(OURS, &request(Id([129; 16]), "device"));
    });
    add("begin a waiting time", &|unit| {
        unit.begin_recovery_wait(OURS, WAITING, BROWSER, (NOW, NOW, 2 * NOW));
    });
    add("move a recovery request", &|unit| {
        unit.move_recovery_request(OURS, WAITING, [130; 32], NOW);
    });
    add("mark that somebody was told", &|unit| {
        unit.mark_recovery_told(OURS, WAITING, NOW);
    });
    add("approve a recovery request", &|unit| {
        let person = Versioned {
            id: PERSON,
            version: 1,
        };
        unit.approve_recovery_request(OURS, APPROVED, (person, person), (NOW, 2 * NOW));
    });
    add("end a recovery request", &|unit| {
        unit.end_recovery_request(OURS, ASKED, NOW);
    });
    add("use a recovery request", &|unit| {
        unit.use_recovery_request(OURS, WAITING, PERSON, [130; 32], NOW);
    });
    add("end the recovery requests of a person", &|unit| {
        unit.end_recovery_requests(OURS, PERSON, WAITING);
    });
    add("mark that the address changed", &|unit| {
        unit.mark_mail_changed(OURS, PERSON, NOW);
    });
    add("mark that the manager changed", &|unit| {
        unit.mark_manager_changed(OURS, PERSON, NOW);
    });
    add("purge recovery requests", &|unit| {
        unit.purge_recovery_requests(OURS, 3 * NOW);
    });
}
