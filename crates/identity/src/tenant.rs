//! The running identity system of one tenant: what every use case takes first.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, RwLock};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use oidc::jwt::Algorithm;
use store::{Guard, Id, Store, StoreError, Tenant, Unit, WriteError};
use webauthn::attestation::AndroidRevocationList;
use webauthn::metadata::SharedAnchors;
use webauthn::{Origin, RpId, base64url};

use crate::ambient::{Ambient, Clock};
use crate::audit::NodeLog;
use crate::keys::{KeyEncryptionKey, KeyError, Keys};
use crate::limits::{Limit, Seen};
use crate::outbox::Outbox;
use crate::password::Hashers;
use crate::policies::Policies;
use crate::seal::{Sealer, derive_mac};
use crate::{BrowserId, MINUTE, Micros, Refusal, SECOND, Settings, codes, keys, possession};

/// More than this between a node's clock and the database's, and ceremonies are refused (security 6).
pub(crate) const MAX_SKEW: Micros = 30 * SECOND;

/// Spent states stay this long past their expiry (security 6).
const SPENT_KEPT: Micros = 15 * MINUTE;

/// Everything that a use case needs. Cheap to clone; holds no state of a ceremony or a person.
#[derive(Clone, Debug)]
pub struct Identity(pub(crate) Arc<Inner>);

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) settings: Settings,
    pub(crate) ambient: Ambient,
    pub(crate) tenant_id: Id,
    pub(crate) log: NodeLog,
    pub(crate) address_limit: Limit,
    pub(crate) name_limit: Limit,
    pub(crate) person_limit: Limit,
    /// Records of refused reads.
    pub(crate) refused_read_limit: Limit,
    /// Requests of one connector.
    pub(crate) connector_limit: Limit,
    /// A /48 of IPv6, in which one subscriber may have many addresses.
    pub(crate) site_limit: Limit,
    /// Applications that failed to prove themselves, by network; and tokens of one application.
    pub(crate) client_failure_limit: Limit,
    pub(crate) client_limit: Limit,
    /// How often a device may ask whether it was allowed.
    pub(crate) device_limit: Limit,
    /// Proofs of possession that this node saw.
    pub(crate) proofs: Seen,
    pub(crate) outbox: Outbox,
    pub(crate) hashers: Hashers,
    /// Of authenticator apps' seeds.
    pub(crate) seed_sealer: Sealer,
    pub(crate) reminders: crate::reminders::Walk,
    kek: KeyEncryptionKey,
    snapshot: RwLock<Arc<Snapshot>>,
    skew: AtomicI64,
    /// For the metadata's signer; replaced whole when the operator's files change.
    revocation_lists: RwLock<Arc<Vec<Vec<u8>>>>,
    /// The Android list last read, by its hash: the database says which one is in use.
    pub(crate) android_list: RwLock<Option<ReadAndroidList>>,
    /// The revocation lists for attestations last read, by their hash.
    pub(crate) attestation_lists: RwLock<Option<ReadAttestationLists>>,
    /// Which roots of the metadata vouch for several models, by the generation of the blob that says so.
    pub(crate) shared_anchors: RwLock<Option<(store::Id, Arc<SharedAnchors>)>>,
}

/// SHA-256 of a list's text, and the list.
pub(crate) type ReadAndroidList = (Vec<u8>, Arc<AndroidRevocationList>);

/// SHA-256 of lists, and the lists, DER.
pub(crate) type ReadAttestationLists = (Vec<u8>, Arc<Vec<Vec<u8>>>);

/// What is read once and replaced whole when its version moves: never the status of a person,
/// credential or session (security 8).
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub(crate) tenant: Tenant,
    pub(crate) keys: Keys,
    /// As of [`Tenant::policy_version`], or newer: then a unit that guards that version is refused.
    pub(crate) policies: Policies,
}

/// What pages show about the organisation.
#[derive(Debug, Clone)]
pub struct Organisation {
    pub name: String,
    pub rp_id: String,
    /// Made on `localhost`: an evaluation, said so on every administrator's page.
    pub evaluation: bool,
}

/// Whether opening may make a new tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmptyDatabase {
    /// The key was made just now, or `init` was asked for.
    Accept,
    /// The key is older than the database: something was lost (security 18).
    Refuse,
}

/// Why the system can't start; each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(
        "there is a key, but the database holds no organisation: was the database moved or lost? \
         Restore a backup, or run `claviger init` to begin anew"
    )]
    LostDatabase,
    #[error(
        "this organisation's passkeys are bound to the RP ID \"{stored}\", but \"{configured}\" is configured; passkeys \
         can't move between RP IDs. Start with --public-origin and --rp-id that fit \"{stored}\""
    )]
    RpIdMoved { stored: String, configured: String },
    #[error(
        "the public origin {origin} does not fit the RP ID \"{rp_id}\": its host must be the RP ID or end in \".{rp_id}\""
    )]
    UnfitOrigin { origin: String, rp_id: String },
}

impl Identity {
    /// Opens the tenant of this database, making an unclaimed one in an empty database.
    pub async fn open(
        store: Store,
        settings: Settings,
        ambient: Ambient,
        kek: KeyEncryptionKey,
        empty: EmptyDatabase,
    ) -> Result<Identity, OpenError> {
        check_origins(&settings)?;
        let tenant = match store.find_sole_tenant().await? {
            Some(tenant) => tenant,
            None if empty == EmptyDatabase::Refuse => return Err(OpenError::LostDatabase),
            None => make_tenant(&store, &settings, &ambient, &kek).await?,
        };
        Identity::serve(store, settings, ambient, kek, tenant).await
    }

    /// Serves one tenant of the database.
    async fn serve(
        store: Store,
        settings: Settings,
        ambient: Ambient,
        kek: KeyEncryptionKey,
        tenant: Tenant,
    ) -> Result<Identity, OpenError> {
        if tenant.claimed_at.is_some() && tenant.rp_id != settings.rp_id.as_str() {
            let configured = settings.rp_id.as_str().to_owned();
            return Err(OpenError::RpIdMoved {
                stored: tenant.rp_id,
                configured,
            });
        }
        let tenant_id = tenant.tenant_id;
        let keys = keys::load(&store, &kek, tenant_id).await?;
        let policies = Policies::load(&store, tenant_id).await?;
        let log = NodeLog::new(ambient.make_id());
        let address_limit = Limit::new(settings.tries_per_address);
        let name_limit = Limit::new(settings.tries_per_name);
        let person_limit = Limit::new(settings.changes_per_person);
        let site_limit = Limit::new(settings.tries_per_address.saturating_mul(10));
        let lists = RwLock::new(Arc::new(settings.metadata.revocation_lists.clone()));
        let client_failure_limit = Limit::new(settings.tries_per_address);
        let client_limit = Limit::new(settings.tokens_per_client);
        let device_limit = Limit::new(DEVICE_ASKS);
        crate::applications::ensure_own_api(&store, &ambient, tenant_id).await?;
        let hashers = Hashers::new(settings.passwords.clone());
        let inner = Inner {
            store,
            settings,
            ambient,
            tenant_id,
            log,
            address_limit,
            name_limit,
            person_limit,
            refused_read_limit: Limit::new(1),
            connector_limit: Limit::new(6_000),
            site_limit,
            client_failure_limit,
            client_limit,
            device_limit,
            proofs: Seen::default(),
            outbox: Outbox::new(&kek),
            hashers,
            seed_sealer: Sealer::new(&kek.derive("totp")),
            reminders: crate::reminders::Walk::default(),
            kek,
            snapshot: RwLock::new(Arc::new(Snapshot {
                tenant,
                keys,
                policies,
            })),
            skew: AtomicI64::new(0),
            revocation_lists: lists,
            android_list: RwLock::new(None),
            attestation_lists: RwLock::new(None),
            shared_anchors: RwLock::new(None),
        };
        let identity = Identity(Arc::new(inner));
        // Keys may have retired while no node ran, and the clock may be off from the start.
        rotate_keys(&identity).await?;
        measure_clock(&identity).await?;
        crate::people::fold_names(&identity)
            .await
            .map_err(|_| StoreError::Unusable("display names could not be prepared".into()))?;
        Ok(identity)
    }

    /// Another tenant in the database of this one, under a key of its own.
    #[cfg(test)]
    pub(crate) async fn open_beside(
        &self,
        ambient: Ambient,
        kek: KeyEncryptionKey,
    ) -> Result<Identity, OpenError> {
        let (store, settings) = (self.0.store.clone(), self.0.settings.clone());
        let tenant = make_tenant(&store, &settings, &ambient, &kek).await?;
        Identity::serve(store, settings, ambient, kek, tenant).await
    }

    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    pub fn ambient(&self) -> &Ambient {
        &self.0.ambient
    }

    pub fn store(&self) -> &Store {
        &self.0.store
    }

    pub fn tenant_id(&self) -> Id {
        self.0.tenant_id
    }

    /// The organisation, or `None` until set-up has claimed it.
    pub async fn organisation(&self) -> Result<Option<Organisation>, Refusal> {
        let mut snapshot = self.snapshot();
        if snapshot.tenant.claimed_at.is_none() {
            // Another node may have done the set-up.
            snapshot = self.refresh().await?;
        }
        let settings = &self.0.settings;
        Ok(snapshot.tenant.claimed_at.map(|_| Organisation {
            name: snapshot.tenant.name.clone(),
            rp_id: settings.rp_id.as_str().to_owned(),
            evaluation: settings.public_origin.is_localhost(),
        }))
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), Refusal> {
        self.0.store.database_time().await?;
        Ok(())
    }

    /// Before the process ends: seals the chain, marks the node as stopped, closes the database.
    pub async fn close(&self) {
        if let Err(refusal) = crate::audit::stop(self).await {
            tracing::warn!(%refusal, "the audit chain's end is sealed by the next start");
        }
        self.0.store.clone().close().await;
    }

    /// A token that a page carries and each change sends back: bound to browser and session.
    pub fn csrf_token(&self, browser: &BrowserId, session: Option<Id>) -> String {
        let session = session.map_or([0; 16], |id| id.0);
        base64url::encode(&derive_mac(
            &self.snapshot().keys.mac,
            &[b"csrf", &browser.0, &session],
        ))
    }

    /// Compares in constant time.
    pub fn check_csrf(&self, browser: &BrowserId, session: Option<Id>, presented: &str) -> bool {
        let expected = self.csrf_token(browser, session);
        verify_slices_are_equal(expected.as_bytes(), presented.as_bytes()).is_ok()
    }

    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        // The lock is held only to clone or to store an Arc: a panic can't leave it half changed.
        self.0
            .snapshot
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .clone()
    }

    /// Reads tenant, keys and policies anew.
    pub(crate) async fn refresh(&self) -> Result<Arc<Snapshot>, Refusal> {
        let tenant = self.0.store.find_tenant(self.0.tenant_id).await?;
        let tenant = tenant.ok_or(&codes::INTERNAL)?;
        let keys = keys::load(&self.0.store, &self.0.kek, self.0.tenant_id)
            .await
            .map_err(|cause| {
                tracing::error!(%cause, "keys");
                Refusal::new(&codes::INTERNAL)
            })?;
        // After the tenant: these are of its version, or newer.
        let policies = Policies::load(&self.0.store, self.0.tenant_id).await?;
        let snapshot = Arc::new(Snapshot {
            tenant,
            keys,
            policies,
        });
        self.replace_snapshot(snapshot.clone());
        Ok(snapshot)
    }

    /// The snapshot of this version, which was read from the database in this decision: read anew once, if this node
    /// holds another (security 8).
    ///
    /// # Errors
    /// [`codes::MOVED`] when the version moved meanwhile.
    pub(crate) async fn snapshot_at(&self, policy_version: i64) -> Result<Arc<Snapshot>, Refusal> {
        let mut snapshot = self.snapshot();
        if snapshot.tenant.policy_version != policy_version {
            snapshot = self.refresh().await?;
        }
        match snapshot.tenant.policy_version == policy_version {
            true => Ok(snapshot),
            false => Err(Refusal::new(&codes::MOVED)),
        }
    }

    /// The tenant's versions as they are now, and the snapshot of that version.
    pub(crate) async fn current(&self) -> Result<(Tenant, Arc<Snapshot>), Refusal> {
        let found = self.0.store.find_tenant(self.0.tenant_id).await?;
        let tenant = found.ok_or(&codes::INTERNAL)?;
        let snapshot = self.snapshot_at(tenant.policy_version).await?;
        Ok((tenant, snapshot))
    }

    /// Of the metadata's signer, DER.
    pub(crate) fn revocation_lists(&self) -> Arc<Vec<Vec<u8>>> {
        let held = self.0.revocation_lists.read();
        held.unwrap_or_else(std::sync::PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn replace_revocation_lists(&self, lists: Vec<Vec<u8>>) {
        let held = self.0.revocation_lists.write();
        *held.unwrap_or_else(std::sync::PoisonError::into_inner) = Arc::new(lists);
    }

    /// Makes the first key of an algorithm that is not needed everywhere. Nodes that do so together make one each.
    pub(crate) async fn ensure_signing_key(&self, algorithm: Algorithm) -> Result<(), Refusal> {
        if self.snapshot().keys.signing.has(algorithm)
            || self.refresh().await?.keys.signing.has(algorithm)
        {
            return Ok(());
        }
        let inner = &self.0;
        let key = keys::make_signing_key(&inner.kek, &inner.ambient, inner.tenant_id, algorithm)
            .ok_or(&codes::INTERNAL)?;
        let mut unit = Unit::new();
        unit.insert_secret_key(inner.tenant_id, &key);
        self.write(unit).await.map_err(refuse_write)?;
        self.refresh().await.map(drop)
    }

    fn replace_snapshot(&self, snapshot: Arc<Snapshot>) {
        let held = self.0.snapshot.write();
        *held.unwrap_or_else(std::sync::PoisonError::into_inner) = snapshot;
    }

    /// Ceremonies are refused while this node's clock is off the database's.
    pub(crate) fn check_clock(&self) -> Result<(), Refusal> {
        let skew = self.0.skew.load(Ordering::Relaxed);
        if skew.abs() > MAX_SKEW {
            Err(Refusal::new(&codes::CLOCK_SKEWED))
        } else {
            Ok(())
        }
    }

    pub(crate) async fn write(&self, unit: Unit) -> Result<store::Written, WriteError> {
        self.0.store.write(unit).await
    }
}

/// The refusal for a unit that no guard should have stopped but this one did.
pub(crate) fn refuse_write(error: WriteError) -> Refusal {
    match error {
        WriteError::Refused(Guard::Moved) => Refusal::new(&codes::MOVED),
        WriteError::Refused(Guard::Spent) => Refusal::new(&codes::STATE_SPENT),
        WriteError::Refused(Guard::ProofSpent) => possession::replayed(),
        WriteError::Refused(Guard::SessionOver) => Refusal::new(&codes::NO_SESSION),
        WriteError::Refused(guard) => {
            tracing::error!(?guard, "unexpected guard");
            Refusal::new(&codes::INTERNAL)
        }
        WriteError::Store(cause) => cause.into(),
    }
}

fn check_origins(settings: &Settings) -> Result<(), OpenError> {
    let unfit = |origin: &Origin| OpenError::UnfitOrigin {
        origin: origin.as_str().to_owned(),
        rp_id: settings.rp_id.as_str().to_owned(),
    };
    if !settings.public_origin.fits_rp_id(&settings.rp_id) {
        return Err(unfit(&settings.public_origin));
    }
    Ok(())
}

/// The id follows from the key, so that nodes that start together on an empty database make one tenant.
async fn make_tenant(
    store: &Store,
    settings: &Settings,
    ambient: &Ambient,
    kek: &KeyEncryptionKey,
) -> Result<Tenant, OpenError> {
    let mut tenant_id = [0; 16];
    tenant_id.copy_from_slice(&kek.derive("tenant_id").expose()[..16]);
    let tenant = Tenant {
        tenant_id: Id(tenant_id),
        name: String::new(),
        rp_id: settings.rp_id.as_str().to_owned(),
        public_origin: settings.public_origin.as_str().to_owned(),
        policy_version: 1,
        administrator_version: 1,
        epoch: ambient.make_id(),
        created_at: ambient.now(),
        claimed_at: None,
    };
    let mut unit = Unit::new();
    unit.insert_tenant(&tenant);
    for key in keys::make_first_keys(kek, ambient, tenant.tenant_id) {
        unit.insert_secret_key(tenant.tenant_id, &key);
    }
    match store.write(unit).await {
        Ok(_) | Err(WriteError::Refused(_)) => {}
        Err(WriteError::Store(cause)) => return Err(cause.into()),
    }
    let found = store.find_tenant(tenant.tenant_id).await?;
    found.ok_or_else(|| StoreError::Unusable("the tenant could not be made".into()).into())
}

/// Once a second: seals the chain of this node's records, and learns of policies and keys that another node or the command
/// line changed. Decisions compare the version themselves; this is for what pages offer.
pub async fn tick_second(identity: &Identity) -> Result<(), Refusal> {
    crate::audit::seal_chain(identity).await?;
    match identity.current().await {
        // It moved once more meanwhile: the next second sees it.
        Err(refusal) if refusal.code == &codes::MOVED => Ok(()),
        other => other.map(drop),
    }
}

/// Once a minute: purges, rotates, measures the clock, tends the audit chain.
pub async fn tick_minute(identity: &Identity) -> Result<(), Refusal> {
    let database_time = measure_clock(identity).await?;
    identity.refresh().await?;
    rotate_keys(identity).await.map_err(|cause| {
        tracing::error!(%cause, "keys");
        Refusal::new(&codes::INTERNAL)
    })?;
    purge(identity, database_time).await?;
    crate::applications::purge(identity).await?;
    crate::people::fold_names(identity).await?;
    crate::people::purge(identity, identity.0.ambient.now()).await?;
    crate::groups::purge(identity, identity.0.ambient.now()).await?;
    crate::audit::tend(identity).await?;
    crate::reminders::tick(identity).await
}

/// Notes how far this node's clock is from the database's; returns the database's time.
pub async fn measure_clock(identity: &Identity) -> Result<Micros, StoreError> {
    if let Clock::Frozen(_) = identity.0.ambient.clock {
        // A test's clock is the database's, too.
        return Ok(identity.0.ambient.now());
    }
    let database_time = identity.0.store.database_time().await?;
    let skew = identity.0.ambient.now().saturating_sub(database_time);
    identity.0.skew.store(skew, Ordering::Relaxed);
    Ok(database_time)
}

async fn rotate_keys(identity: &Identity) -> Result<(), OpenError> {
    let inner = &identity.0;
    let mut unit = Unit::new();
    if !identity
        .snapshot()
        .keys
        .rotate(&mut unit, &inner.kek, &inner.ambient, inner.tenant_id)
    {
        return Ok(());
    }
    match identity.write(unit).await {
        Ok(_) => {}
        Err(WriteError::Refused(guard)) => {
            return Err(StoreError::Unusable(format!("keys: {guard:?}")).into());
        }
        Err(WriteError::Store(cause)) => return Err(cause.into()),
    }
    let found = inner.store.find_tenant(inner.tenant_id).await?;
    let tenant = found.ok_or_else(|| StoreError::Unusable("the tenant is gone".into()))?;
    let keys = keys::load(&inner.store, &inner.kek, inner.tenant_id).await?;
    let policies = Policies::load(&inner.store, inner.tenant_id).await?;
    identity.replace_snapshot(Arc::new(Snapshot {
        tenant,
        keys,
        policies,
    }));
    Ok(())
}

/// What waits for an answer waits for a quarter of an hour at most.
const ASKED_KEPT: Micros = 20 * MINUTE;
/// In a minute: one question each five seconds, and a few at once.
const DEVICE_ASKS: u32 = 15;
/// The most batches of one kind that a minute deletes; what is left waits for the next.
const PURGE_BATCHES: usize = 1000;

/// Deletes what is over, in small units between which others are written.
async fn purge(identity: &Identity, database_time: Micros) -> Result<(), Refusal> {
    let tenant = identity.0.tenant_id;
    let settings = &identity.0.settings;
    let issued_before = database_time - settings.challenge_lifetime - SPENT_KEPT;
    let opened_before = identity.0.ambient.now() - settings.session_absolute - crate::DAY;
    for _ in 0..PURGE_BATCHES {
        let mut unit = Unit::new();
        unit.purge_spent(tenant, issued_before);
        unit.purge_access_passes(tenant, database_time - crate::people::RESTORABLE);
        unit.purge_secret_tries(tenant, database_time - crate::HOUR);
        unit.purge_sessions(tenant, opened_before);
        unit.purge_codes(tenant, database_time - crate::HOUR);
        unit.purge_forward_codes(tenant, database_time - crate::HOUR);
        unit.purge_forward_sessions(tenant, opened_before);
        unit.purge_pushed_requests(tenant, database_time - ASKED_KEPT);
        unit.purge_device_grants(tenant, database_time - ASKED_KEPT);
        crate::token::purge_refresh(identity, &mut unit);
        crate::provisioning::purge(&mut unit, tenant, database_time);
        crate::notices::purge(&mut unit, tenant, database_time);
        crate::reminders::purge(&mut unit, tenant, database_time);
        crate::recovery::purge(&mut unit, tenant, database_time);
        let written = identity.write(unit).await.map_err(refuse_write)?;
        if written.rows.iter().all(Vec::is_empty) {
            break;
        }
    }
    Ok(())
}

/// The public origin and RP ID that `init` or set-up stored; `None` in an empty database.
pub async fn stored_names(store: &Store) -> Result<Option<(Origin, RpId)>, OpenError> {
    let Some(tenant) = store.find_sole_tenant().await? else {
        return Ok(None);
    };
    let unusable = |what: &str| StoreError::Unusable(format!("the stored {what} can't be read"));
    let origin = Origin::parse(&tenant.public_origin).map_err(|_| unusable("public origin"))?;
    let rp_id = RpId::parse(&tenant.rp_id).map_err(|_| unusable("RP ID"))?;
    Ok(Some((origin, rp_id)))
}
