//! Who registered what: computed from people and passkeys as they are now, not from a copy of yesterday.

use std::collections::HashSet;
use std::task::Poll;

use store::{Registration, UserType};

use crate::access::{self, Operation};
use crate::actor::Actor;
use crate::policies::Capable;
use crate::roles::Role;
use crate::{Id, Identity, Refusal, codes};

/// An enabled person and what they registered. The disabled and the deleted are in no report.
#[derive(Debug, Clone)]
pub struct RegistrationDetails {
    pub person_id: Id,
    pub user_name: String,
    pub display_name: String,
    pub guest: bool,
    /// Holds a directory role, directly or through a group.
    pub is_administrator: bool,
    pub synced_passkeys: i64,
    pub device_bound_passkeys: i64,
    /// Whether the policy in force accepts one of them.
    pub is_capable: bool,
    /// By which the list goes on.
    pub place: String,
}

impl RegistrationDetails {
    /// Whether there is a passkey at all: multifactor by itself, and without a password.
    pub fn has_passkey(&self) -> bool {
        self.synced_passkeys + self.device_bound_passkeys > 0
    }
}

/// A page of details, short or empty where a filter keeps little, and where it ended.
#[derive(Debug)]
pub struct DetailsPage<T> {
    pub entries: Vec<T>,
    pub next: Option<String>,
}

/// How many people are read at a time, and how many of those a page looks at.
const BATCH: usize = 500;
const SCAN: usize = 2_500;

/// People by user name behind `after`: what `keep` makes of them, as far as it keeps them.
pub async fn list_registration_details<T: Send>(
    identity: &Identity,
    actor: Actor<'_>,
    after: Option<&str>,
    top: usize,
    mut keep: impl FnMut(RegistrationDetails) -> Option<T> + Send,
) -> Result<DetailsPage<T>, Refusal> {
    let _allowed = access::check(identity, actor, Operation::ReadReports, None).await?;
    let mut page = DetailsPage {
        entries: Vec::new(),
        next: after.map(str::to_owned),
    };
    let mut capable = Capable::begin(identity).await?;
    let mut scanned = 0;
    loop {
        let limit = match scanned {
            0 => top.saturating_add(1).min(BATCH),
            _ => BATCH,
        };
        let after = page.next.as_deref().unwrap_or("");
        let batch = read(identity, &mut capable, after, limit).await?;
        let ended = batch.len() < limit;
        scanned += batch.len();
        for details in batch {
            if page.entries.len() == top {
                return Ok(page);
            }
            page.next = Some(details.place.clone());
            page.entries.extend(keep(details));
        }
        if ended {
            page.next = None;
            return Ok(page);
        }
        if scanned >= SCAN {
            return Ok(page);
        }
    }
}

/// Details of one person.
pub async fn find_registration_details(
    identity: &Identity,
    actor: Actor<'_>,
    person: Id,
) -> Result<RegistrationDetails, Refusal> {
    let _allowed = access::check(identity, actor, Operation::ReadReports, None).await?;
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let found = store.find_registration(tenant, person).await?;
    let found = found.ok_or(&codes::USER_MISSING)?;
    let privileged = !store.list_roles(tenant, person).await?.is_empty();
    let passkeys = store.list_passkey_facts(tenant, person).await?;
    let mut capable = Capable::begin(identity).await?;
    let is_capable = !capable.find(identity, &passkeys).await?.is_empty();
    Ok(derive(found, privileged, is_capable))
}

fn derive(
    registration: Registration,
    is_administrator: bool,
    is_capable: bool,
) -> RegistrationDetails {
    RegistrationDetails {
        person_id: registration.person_id,
        user_name: registration.user_name,
        display_name: registration.display_name,
        guest: registration.user_type == UserType::Guest,
        is_administrator,
        synced_passkeys: registration.synced,
        device_bound_passkeys: registration.device_bound,
        is_capable,
        place: registration.user_name_key,
    }
}

async fn read(
    identity: &Identity,
    capable: &mut Capable,
    after: &str,
    limit: usize,
) -> Result<Vec<RegistrationDetails>, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let found = store.list_registrations(tenant, after, limit).await?;
    let (Some(first), Some(last)) = (found.first(), found.last()) else {
        return Ok(Vec::new());
    };
    let (first, last) = (&first.user_name_key, &last.user_name_key);
    let privileged = store.list_privileged(tenant, first, last).await?;
    let privileged: HashSet<Id> = privileged.into_iter().collect();
    let passkeys = store.list_passkeys_between(tenant, first, last).await?;
    let capable = capable.find(identity, &passkeys).await?;
    Ok(found
        .into_iter()
        .map(|one| {
            let is_administrator = privileged.contains(&one.person_id);
            let is_capable = capable.contains(&one.person_id);
            derive(one, is_administrator, is_capable)
        })
        .collect())
}

/// Which people a summary counts, by role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Roles {
    All,
    /// Holders of a role that can take over accounts or change who may sign in.
    PrivilegedAdministrators,
    /// Holders of any directory role.
    Administrators,
    /// Holders of none.
    Others,
}

/// Which people a summary counts, by kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kinds {
    All,
    Members,
    Guests,
}

/// People counted by what they registered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    pub people: i64,
    pub with_synced_passkey: i64,
    pub with_device_bound_passkey: i64,
    pub with_accepted_passkey: i64,
}

/// Counts everybody, in batches between which others get their turn.
pub async fn summarise(
    identity: &Identity,
    actor: Actor<'_>,
    kinds: Kinds,
    roles: Roles,
) -> Result<Summary, Refusal> {
    let _allowed = access::check(identity, actor, Operation::ReadReports, None).await?;
    let mut summary = Summary::default();
    let mut capable = Capable::begin_for_everybody(identity).await?;
    let mut place = String::new();
    loop {
        let batch = read(identity, &mut capable, &place, BATCH).await?;
        let ended = batch.len() < BATCH;
        for details in batch {
            place.clone_from(&details.place);
            if is_counted(identity, &details, kinds, roles).await? {
                summary.people += 1;
                summary.with_synced_passkey += i64::from(details.synced_passkeys > 0);
                summary.with_device_bound_passkey += i64::from(details.device_bound_passkeys > 0);
                summary.with_accepted_passkey += i64::from(details.is_capable);
            }
        }
        if ended {
            return Ok(summary);
        }
        give_way().await;
    }
}

/// Lets whoever waits for this thread run first.
async fn give_way() {
    let mut waited = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut waited, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

async fn is_counted(
    identity: &Identity,
    details: &RegistrationDetails,
    kinds: Kinds,
    roles: Roles,
) -> Result<bool, Refusal> {
    let kind = match kinds {
        Kinds::All => true,
        Kinds::Members => !details.guest,
        Kinds::Guests => details.guest,
    };
    Ok(kind
        && match roles {
            Roles::All => true,
            Roles::Administrators => details.is_administrator,
            Roles::Others => !details.is_administrator,
            Roles::PrivilegedAdministrators => {
                details.is_administrator && is_privileged(identity, details.person_id).await?
            }
        })
}

/// Reading reports and tending unprotected groups gives nobody power over accounts.
async fn is_privileged(identity: &Identity, person: Id) -> Result<bool, Refusal> {
    let held = identity
        .0
        .store
        .list_roles(identity.0.tenant_id, person)
        .await?;
    let harmless = [Role::ReportsReader, Role::GroupsAdministrator];
    Ok(held
        .into_iter()
        .filter_map(Role::find)
        .any(|role| !harmless.contains(&role)))
}
