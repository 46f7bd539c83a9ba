//! Codes by mail, as a second factor: each is of one sign-in, in one browser, and works once.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use store::{EmailCode, Id, Log, Person, Unit};

use crate::audit::{self, Entry};
use crate::ceremony::{AFTER_CODE, Opened};
use crate::notices::{self, Notice};
use crate::seal::derive_mac;
use crate::tenant::refuse_write;
use crate::{Caller, Identity, Micros, Refusal, codes, mail, totp, tries};

/// Wrong codes within an hour, before they have to wait.
const MAX_TRIES: i64 = 10;
/// Mails within an hour: nobody's mailbox is filled by whoever knows a password.
const MAX_SENT: i64 = 5;
/// Codes of six digits.
const CODES: u32 = 1_000_000;

/// Proof that somebody read the code that was sent for this sign-in. Made only by [`prove`].
#[derive(Debug)]
pub(crate) struct MailCode(EmailCode);

impl MailCode {
    pub(super) fn is_for(&self, person: Id) -> bool {
        self.0.person_id == person
    }

    pub(super) fn put(&self, unit: &mut Unit, tenant: Id) {
        unit.use_email_code(tenant, &self.0);
    }
}

/// Whether there is a mail server, and an address of the person now.
pub(super) async fn can_be_sent(identity: &Identity, person: Id) -> Result<bool, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    // Former addresses are out of the question.
    let addresses = store.list_mail_addresses(tenant, person, Micros::MAX);
    Ok(!addresses.await?.is_empty() && mail::find(identity).await?.is_some())
}

fn derive_code_mac(identity: &Identity, code_id: Id, person: Id, code: &str) -> [u8; 32] {
    let about: [&[u8]; 4] = [b"email code", &code_id.0, &person.0, code.as_bytes()];
    derive_mac(&identity.snapshot().keys.mac, &about)
}

/// Without bias: numbers beyond the last whole range are drawn again.
fn make_code(identity: &Identity) -> String {
    loop {
        let number = u32::from_be_bytes(identity.0.ambient.random.make());
        if number < u32::MAX - u32::MAX % CODES {
            return format!("{:06}", number % CODES);
        }
    }
}

pub(super) async fn send(
    identity: &Identity,
    caller: &Caller,
    person: &Person,
    opened: &Opened,
) -> Result<(), Refusal> {
    let person_id = person.person_id;
    tries::count(identity, &[b"email code sent", &person_id.0], MAX_SENT).await?;
    let (code_id, ends_at) = (opened.state.state_id(), opened.state.issued_at + AFTER_CODE);
    let code = make_code(identity);
    let stored = EmailCode {
        code_id,
        person_id,
        code_mac: derive_code_mac(identity, code_id, person_id, &code),
    };
    let mut unit = Unit::new();
    unit.put_email_code(identity.0.tenant_id, &stored);
    let notice = Notice::SignInCode {
        code,
        expires_at: ends_at,
    };
    notices::send(identity, &mut unit, person_id, notice);
    let mut entry = Entry::of(caller, identity.0.ambient.make_id());
    entry.confide("actor", person.user_name.as_str());
    let about = (Some(person_id), Some(person_id.0.as_slice()));
    audit::commit(identity, unit, Log::Audit, "email_code.sent", about, entry)
        .await
        .map(drop)
        .map_err(refuse_write)
}

/// Proves the code that was sent last for this sign-in. The try is counted first, right or wrong.
///
/// # Errors
/// [`codes::FACTOR_WRONG`], [`codes::LIMITED`].
pub(super) async fn prove(
    identity: &Identity,
    person_id: Id,
    opened: &Opened,
    code: &str,
) -> Result<MailCode, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    tries::count(identity, &[TRY, &person_id.0], MAX_TRIES).await?;
    let code_id = opened.state.state_id();
    let stored = store.find_email_code(tenant, code_id, person_id).await?;
    let shown = derive_code_mac(identity, code_id, person_id, &totp::normalise(code));
    let is_right = |expected: &[u8; 32]| verify_slices_are_equal(expected, &shown).is_ok();
    match stored.filter(is_right) {
        Some(code_mac) => Ok(MailCode(EmailCode {
            code_id,
            person_id,
            code_mac,
        })),
        None => Err(Refusal::new(&codes::FACTOR_WRONG)),
    }
}

const TRY: &[u8] = b"email code try";

/// Names the tries of [`prove`], to be forgotten in the unit of a sign-in that it led to.
pub(super) fn derive_try_key(identity: &Identity, person: Id) -> tries::TryKey {
    tries::derive_key(identity, &[TRY, &person.0])
}
