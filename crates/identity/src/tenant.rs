//! The running identity system of one tenant: what every use case takes first.

use std::sync::Arc;

use store::Store;

use crate::Settings;
use crate::ambient::Ambient;

/// Everything that a use case needs. Cheap to clone; holds no state of a ceremony or a person.
#[derive(Clone, Debug)]
pub struct Identity(pub(crate) Arc<Inner>);

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) settings: Settings,
    pub(crate) ambient: Ambient,
}

/// What pages show about the organisation.
#[derive(Debug, Clone)]
pub struct Organisation {
    pub name: String,
    pub rp_id: String,
    /// Made on `localhost`: an evaluation, said so on every administrator's page.
    pub evaluation: bool,
}
