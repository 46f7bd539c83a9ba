//! What an application or a person leaves behind, in tables that have no index for them: an index would make every sign-in
//! dearer for the sake of a rare erasure. It is found by reading, which holds up no writer, and deleted by its keys.

use crate::sql::{Sql, slots, statements};
use crate::value::{Id, Value};
use crate::{Expect, Store, StoreError, Unit};

/// The keys, fifty at a time: those of `$2` after `$3`.
macro_rules! found {
    ($table:literal, $key:literal, $of:literal) => {
        concat!(
            "SELECT ",
            $key,
            " FROM ",
            $table,
            " WHERE tenant_id = $1 AND ",
            $of,
            " = $2 AND ",
            $key,
            " > $3 ORDER BY ",
            $key,
            " LIMIT 50"
        )
    };
}

/// Those that are still of `$52`.
macro_rules! deleted {
    ($table:literal, $key:literal, $of:literal) => {
        concat!(
            "DELETE FROM ",
            $table,
            " WHERE tenant_id = $1 AND ",
            $key,
            " IN ",
            slots!(),
            " AND ",
            $of,
            " = $52"
        )
    };
}

/// For each column: the statement that finds, the one that deletes.
macro_rules! leavings {
    ($($list:ident { $($find:ident = $found:literal, $delete:ident = $deleted:literal: $table:literal $key:literal $of:literal;)+ })+) => {
        statements! {
            $($(
                $find = $found Tenant found!($table, $key, $of);
                $delete = $deleted Tenant deleted!($table, $key, $of);
            )+)+
        }
        $(static $list: &[Leaving] = &[$(Leaving { find: &$find, delete: &$delete }),+];)+
    };
}

leavings! {
    PRINCIPALS {
        FIND_CODES = "leaving.find_codes", DELETE_CODES = "leaving.delete_codes":
            "authorization_code" "code_hash" "principal_id";
        FIND_FAMILIES = "leaving.find_families", DELETE_FAMILIES = "leaving.delete_families":
            "refresh_family" "family_id" "principal_id";
        FIND_PUSHED = "leaving.find_pushed", DELETE_PUSHED = "leaving.delete_pushed":
            "pushed_request" "request_hash" "principal_id";
        FIND_DEVICES = "leaving.find_devices", DELETE_DEVICES = "leaving.delete_devices":
            "device_grant" "device_hash" "principal_id";
        FIND_FORWARD_CODES = "leaving.find_forward_codes", DELETE_FORWARD_CODES = "leaving.delete_forward_codes":
            "forward_code" "code_hash" "principal_id";
        FIND_COOKIES = "leaving.find_cookies", DELETE_COOKIES = "leaving.delete_cookies":
            "forward_session" "token_hash" "principal_id";
        FIND_SIGNED_IN = "leaving.find_signed_in", DELETE_SIGNED_IN = "leaving.delete_signed_in":
            "session_client" "session_id" "principal_id";
        FIND_MESSAGES = "leaving.find_messages", DELETE_MESSAGES = "leaving.delete_messages":
            "outbox" "message_id" "recipient_id";
        FIND_GRANTS_AT = "leaving.find_grants_at", DELETE_GRANTS_AT = "leaving.delete_grants_at":
            "permission_grant" "grant_id" "resource_id";
        FIND_OPTIONS = "leaving.find_options", DELETE_OPTIONS = "leaving.delete_options":
            "creation_options" "options_id" "caller_id";
        FIND_OPTIONS_THROUGH = "leaving.find_options_through", DELETE_OPTIONS_THROUGH = "leaving.delete_options_through":
            "creation_options" "options_id" "client_id";
    }
    PEOPLE {
        FIND_CODES_OF = "leaving.find_codes_of_person", DELETE_CODES_OF = "leaving.delete_codes_of_person":
            "authorization_code" "code_hash" "person_id";
        FIND_FORWARD_CODES_OF = "leaving.find_forward_codes_of_person", DELETE_FORWARD_CODES_OF = "leaving.delete_forward_codes_of_person":
            "forward_code" "code_hash" "person_id";
        FIND_COOKIES_OF = "leaving.find_cookies_of_person", DELETE_COOKIES_OF = "leaving.delete_cookies_of_person":
            "forward_session" "token_hash" "person_id";
        FIND_GRANTS_OF = "leaving.find_grants_of_person", DELETE_GRANTS_OF = "leaving.delete_grants_of_person":
            "permission_grant" "grant_id" "person_id";
        FIND_OPTIONS_OF = "leaving.find_options_of_person", DELETE_OPTIONS_OF = "leaving.delete_options_of_person":
            "creation_options" "options_id" "caller_id";
        FIND_NOTICES_OF = "leaving.find_notices_of_person", DELETE_NOTICES_OF = "leaving.delete_notices_of_person":
            "outbox" "message_id" "person_id";
        FIND_NOTICE_LINKS_OF = "leaving.find_notice_links_of_person", DELETE_NOTICE_LINKS_OF = "leaving.delete_notice_links_of_person":
            "notice_link" "token_hash" "person_id";
        FIND_FORMER_MAIL_OF = "leaving.find_former_mail_of_person", DELETE_FORMER_MAIL_OF = "leaving.delete_former_mail_of_person":
            "former_mail" "former_id" "person_id";
        FIND_KNOWN_PLACES_OF = "leaving.find_known_places_of_person", DELETE_KNOWN_PLACES_OF = "leaving.delete_known_places_of_person":
            "known_place" "place_id" "person_id";
        FIND_REMINDERS_OF = "leaving.find_reminders_of_person", DELETE_REMINDERS_OF = "leaving.delete_reminders_of_person":
            "reminder" "reminder_id" "person_id";
        FIND_RECOVERIES_OF = "leaving.find_recoveries_of_person", DELETE_RECOVERIES_OF = "leaving.delete_recoveries_of_person":
            "recovery_request" "request_id" "person_id";
        FIND_APPROVED_BY = "leaving.find_recoveries_by_approver", DELETE_APPROVED_BY = "leaving.delete_recoveries_by_approver":
            "recovery_request" "request_id" "approver_id";
    }
}

/// A column by which rows hang on somebody.
#[derive(Debug)]
pub struct Leaving {
    find: &'static Sql,
    delete: &'static Sql,
}

impl Leaving {
    /// What a service principal leaves behind besides what [`Unit::purge_principal`] deletes.
    pub fn of_principals() -> &'static [Leaving] {
        PRINCIPALS
    }

    /// What a person leaves behind besides what [`Unit::purge_belongings`] deletes.
    pub fn of_people() -> &'static [Leaving] {
        PEOPLE
    }
}

/// As many as [`slots`] has room for.
const AT_ONCE: usize = 50;

impl Store {
    /// The keys of at most fifty rows that hang on `owner`, after `after` (empty for the first), in order.
    pub async fn list_leavings(
        &self,
        tenant: Id,
        leaving: &Leaving,
        owner: Id,
        after: &[u8],
    ) -> Result<Vec<Vec<u8>>, StoreError> {
        let args = vec![tenant.into(), owner.into(), after.into()];
        let rows = self.read(leaving.find, args).await?;
        rows.into_iter().map(|mut row| row.bytes()).collect()
    }
}

impl Unit {
    /// Deletes what [`Store::list_leavings`] listed.
    pub fn delete_leavings(
        &mut self,
        tenant: Id,
        leaving: &'static Leaving,
        owner: Id,
        keys: &[Vec<u8>],
    ) -> &mut Unit {
        for keys in keys.chunks(AT_ONCE) {
            let mut args: Vec<Value> = Vec::with_capacity(AT_ONCE + 2);
            args.push(tenant.into());
            // The last is repeated.
            let padded = keys.iter().chain(keys.last().into_iter().cycle());
            args.extend(padded.take(AT_ONCE).map(|key| key.as_slice().into()));
            args.push(owner.into());
            self.step(leaving.delete, args, Expect::Any);
        }
        self
    }
}
