//! Recovery codes and counted tries.

use super::*;
use crate::{NewRecoveryCode, SecretTry};

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

pub(super) fn fill(unit: &mut Unit, tenant_id: Id) {
    unit.insert_recovery_code(tenant_id, PERSON, &recovery_code(RECOVERY));
    unit.count_secret_try(tenant_id, &secret_try());
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
}
