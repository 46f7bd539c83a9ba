//! Passwords, authenticator apps and codes by mail.

use super::*;
use crate::{EmailCode, PasswordUse, Totp};

const CODE: Id = Id([131; 16]);

fn totp(last_step: i64) -> Totp {
    Totp {
        sealed_seed: vec![11; 48],
        last_step,
        created_at: NOW,
    }
}

fn email_code(code_id: Id) -> EmailCode {
    EmailCode {
        code_id,
        person_id: PERSON,
        code_mac: [12; 32],
    }
}

pub(super) fn fill(unit: &mut Unit, tenant_id: Id) {
    unit.put_password(tenant_id, PERSON, "$argon2id$1", (NOW, true));
    unit.put_totp(tenant_id, PERSON, &totp(5));
    unit.put_email_code(tenant_id, &email_code(CODE));
}

pub(super) fn add_changes(add: &mut Add<'_>) {
    add("use a password", &|unit| {
        let used = PasswordUse {
            person_id: PERSON,
            security_version: NOW,
            person_version: 1,
            policy_version: 1,
            epoch: EPOCH,
            now: NOW,
        };
        unit.use_password(OURS, &used);
    });
    add("renew a password's hash", &|unit| {
        unit.renew_password(OURS, PERSON, ("$argon2id$1", "$argon2id$3"));
    });
    add("put a password in place of another", &|unit| {
        unit.put_password(OURS, PERSON, "$argon2id$2", (2 * NOW, false));
    });
    add("use a code of an app", &|unit| {
        unit.use_totp(OURS, PERSON, NOW, 6);
    });
    add("put an app in place of another", &|unit| {
        unit.put_totp(OURS, PERSON, &totp(9));
    });
    add("send another code by mail", &|unit| {
        let newer = EmailCode {
            code_mac: [13; 32],
            ..email_code(CODE)
        };
        unit.put_email_code(OURS, &newer);
    });
    add("use a code by mail", &|unit| {
        let newer = EmailCode {
            code_mac: [13; 32],
            ..email_code(CODE)
        };
        unit.use_email_code(OURS, &newer);
    });
    add("send a code by mail", &|unit| {
        unit.put_email_code(OURS, &email_code(CODE));
    });
    add("remove a code by mail", &|unit| {
        unit.remove_email_code(OURS, PERSON);
    });
    add("remove an app", &|unit| {
        unit.remove_totp(OURS, PERSON);
    });
    add("remove a password", &|unit| {
        unit.remove_password(OURS, PERSON);
    });
}
