//! What a person sees about their own sign-in methods.

use crate::sessions::SessionView;
use crate::sign_in::Signals;
use crate::{Identity, Micros, Place, Refusal, Session};

#[derive(Debug, Clone)]
pub struct SecurityInfo {
    /// Newest first.
    pub passkeys: Vec<PasskeyCard>,
    pub max_passkeys: u32,
    pub sessions: Vec<SessionView>,
    /// Newest first, at most 20.
    pub activity: Vec<Activity>,
    pub signals: Signals,
    pub recommend_second: bool,
    /// Only one passkey, and it can't leave its device.
    pub only_device_bound: bool,
}

#[derive(Debug, Clone)]
pub struct PasskeyCard {
    /// The credential id in base64url.
    pub passkey_id: String,
    pub name: String,
    /// The provider's name where its AAGUID is known.
    pub provider: Option<String>,
    /// Synced (BE=1) or this device only.
    pub synced: bool,
    pub created_at: Micros,
    pub created_place: Option<Place>,
    pub last_used: Option<(Micros, Place)>,
    /// `None`: accepted now; otherwise the code of the rule that says no.
    pub refused_by: Option<&'static str>,
    /// Whether its owner can remove it (the last usable one can't be).
    pub removable: bool,
    /// It opened the session that asks.
    pub current: bool,
}

/// One line of recent activity; `what` is a stable word that pages translate.
#[derive(Debug, Clone)]
pub struct Activity {
    pub at: Micros,
    pub what: ActivityKind,
    /// The passkey's name, where one took part.
    pub passkey_name: Option<String>,
    pub place: Option<Place>,
    /// Somebody else did it (an administrator, the command line).
    pub by: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActivityKind {
    SignedIn,
    SignInRefused(&'static str),
    PasskeyAdded,
    PasskeyRenamed,
    PasskeyRemoved,
    SessionEnded,
    SignedOut,
    LinkMade,
    Renamed,
    Other,
}

pub async fn view(identity: &Identity, session: &Session) -> Result<SecurityInfo, Refusal> {
    todo!()
}
