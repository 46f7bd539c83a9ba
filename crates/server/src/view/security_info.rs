//! A person's own passkeys, sessions and activity.

use askama::Template;
use identity::Micros;
use identity::applications::OwnConsent;
use identity::authorize::ConsentApi;
use identity::password;
use identity::policies::Accepts;
use identity::provisioning::Planted;
use identity::recovery::{AskedOfManager, UnderWay};
use identity::recovery_code::{self, Standing};
use identity::security_info::{Activity, ActivityKind, PasskeyCard};
use identity::sessions::SessionView;
use serde_json::{Value, json};

use super::{Frame, consent};

/// Texts that `security-info.js` needs.
pub(super) const SCRIPT_TEXTS: &[&str] = &[
    "script-creating",
    "script-saving",
    "script-cancelled-creation",
    "script-stranded",
    "script-continue",
    "script-added",
    "script-removed",
    "script-held-confirmed",
    "script-renamed",
    "script-session-ended",
    "script-consent-withdrawn",
    "script-field-empty",
    "script-remove-title",
    "script-lost-title",
    "script-lost-all",
    "script-copied",
    "script-recovery-cancelled",
];

/// Texts that `own-password.js` needs.
pub(super) const PASSWORD_TEXTS: &[&str] = &[
    "script-continue",
    "script-field-empty",
    "script-password-set",
    "script-password-removed",
    "script-app-added",
    "script-app-removed",
    "script-passwords-differ",
];

#[derive(Debug, Template)]
#[template(path = "security_info.html")]
pub struct SecurityInfo<'a> {
    pub frame: Frame<'a>,
    pub user_name: &'a str,
    pub display_name: &'a str,
    pub passkeys: &'a [PasskeyCard],
    pub max_passkeys: u32,
    pub sessions: &'a [SessionView],
    pub activity: &'a [Activity],
    /// What applications may do because the person said so.
    pub consents: &'a [OwnConsent],
    pub recommend_second: bool,
    pub only_device_bound: bool,
    /// The recovery codes; `None` where the policy gives the person none.
    pub codes: Option<Standing>,
    /// Password and authenticator app; `None` where the policy gives the person none, and they have none.
    pub passwords: Option<password::Standing>,
    /// A password opened this session: it can change less.
    pub by_password: bool,
    /// Recoveries under way for this account.
    pub under_way: &'a [UnderWay],
    /// What those ask who report to the person.
    pub asked: &'a [AskedOfManager],
    /// There may be codes to type.
    pub approves: bool,
    /// Until when nothing can be removed here, because a recovery led to this session.
    pub recovered_until: Option<Micros>,
    /// Which passkeys can be added, or the code of what says that none can.
    pub accepts: &'a Result<Accepts, &'static str>,
    /// `{allAccepted, currentUser}`: sent to the provider on every visit.
    pub signals: Value,
}

impl SecurityInfo<'_> {
    fn script_texts(&self) -> String {
        let mut texts = SCRIPT_TEXTS.to_vec();
        if self.passwords.is_some() {
            texts.extend(PASSWORD_TEXTS.iter().skip(2));
        }
        self.frame.script_texts(&texts)
    }

    fn script_data(&self) -> String {
        json!({ "signals": self.signals }).to_string()
    }

    /// "Know who you are · See your name and user name".
    fn allowed(&self, consent: &OwnConsent) -> String {
        let words = consent.permissions.iter();
        let words = words.map(|permission| consent::describe(&self.frame, *permission));
        words.collect::<Vec<_>>().join(" · ")
    }

    /// The same at another application's API.
    fn allowed_at(&self, api: &ConsentApi) -> String {
        let words: Vec<&str> = api.scopes.iter().map(|it| it.name.as_str()).collect();
        words.join(" · ")
    }

    /// "7 of 10 left".
    fn codes_left(&self, codes: &Standing) -> String {
        let (left, most) = (codes.left.to_string(), recovery_code::COUNT.to_string());
        let texts = self.frame.texts;
        texts
            .with("codes-left", &[("left", &left), ("most", &most)])
            .into_owned()
    }

    /// "At least 12 characters; …"
    fn password_rule(&self, passwords: &password::Standing) -> String {
        let least = passwords.minimum_length.to_string();
        let texts = self.frame.texts;
        texts
            .with("password-rule", &[("least", &least)])
            .into_owned()
    }

    /// "Bob asks you to let them back in".
    fn asks(&self, asked: &AskedOfManager) -> String {
        let values = [("name", asked.display_name.as_str())];
        let texts = self.frame.texts;
        texts.with("under-way-asked", &values).into_owned()
    }

    /// By whom passkeys belong together; empty where the maker does not say who they are.
    fn maker<'a>(&self, passkey: &'a PasskeyCard) -> &'a str {
        passkey.provider.aaguid.as_deref().unwrap_or_default()
    }

    fn is_full(&self) -> bool {
        self.passkeys.len() >= self.max_passkeys as usize
    }

    fn count(&self) -> String {
        let (used, most) = (
            self.passkeys.len().to_string(),
            self.max_passkeys.to_string(),
        );
        self.frame
            .texts
            .with(
                "security-passkeys-count",
                &[("used", &used), ("most", &most)],
            )
            .into_owned()
    }

    /// The passkeys that would let the person in today.
    fn usable(&self) -> impl Iterator<Item = &PasskeyCard> {
        self.passkeys
            .iter()
            .filter(|passkey| passkey.refused_by.is_none())
    }

    fn is_ready(&self) -> bool {
        self.usable().count() > 1
    }

    /// Readiness has a line of its own, unless the advice to add a second passkey says it.
    fn shows_readiness(&self) -> bool {
        !self.recommend_second || self.usable().next().is_none()
    }

    /// "You could get back in with: …"
    fn readiness(&self) -> String {
        let names: Vec<&str> = self.usable().map(|passkey| passkey.name.as_str()).collect();
        if names.is_empty() {
            return self
                .frame
                .texts
                .text("security-readiness-none")
                .into_owned();
        }
        let separator = self.frame.texts.text("list-separator");
        let names = names.join(&format!("{separator} "));
        self.frame
            .texts
            .with("security-readiness", &[("names", &names)])
            .into_owned()
    }

    /// The address of the maker's icon for this background, if there is one.
    fn provider_icon(&self, passkey: &PasskeyCard, background: &str) -> Option<String> {
        let provider = &passkey.provider;
        let has = match background {
            "dark" => provider.has_dark_icon,
            _ => provider.has_icon,
        };
        let aaguid = provider.aaguid.as_deref().filter(|_| has)?;
        Some(format!("/providers/{aaguid}/{background}.png"))
    }

    /// Empty where the name stands beside the icon: it would be read twice.
    fn provider_alt(&self, passkey: &PasskeyCard) -> String {
        match passkey.provider.name {
            Some(_) => String::new(),
            None => self.frame.texts.text("provider-unknown").into_owned(),
        }
    }

    fn icon_of(&self, passkey: &PasskeyCard) -> &'static str {
        if passkey.synced { "cloud" } else { "device" }
    }

    /// The name in the label of a button, for those who hear the page.
    fn label(&self, key: &str, name: &str) -> String {
        self.frame.texts.with(key, &[("name", name)]).into_owned()
    }

    /// Why no passkey can be added, and what to do.
    fn why_none(&self) -> Option<String> {
        let code = self.accepts.as_ref().err()?;
        self.explained(code)
    }

    /// What the organisation accepts, where that is not everything.
    fn accepted(&self) -> Option<String> {
        let accepts = self.accepts.as_ref().ok()?;
        let texts = self.frame.texts;
        if !accepts.models.is_empty() {
            let separator = texts.text("list-separator");
            let names = accepts.models.join(&format!("{separator} "));
            let named = texts.with("add-accepts-models", &[("names", &names)]);
            return Some(named.into_owned());
        }
        let key = match (accepts.synced, accepts.device_bound) {
            (true, false) => "add-accepts-synced",
            (false, true) if accepts.proven => "add-accepts-proven",
            (false, true) => "add-accepts-device-bound",
            _ => return None,
        };
        Some(texts.text(key).into_owned())
    }

    /// What a code says and what to do, where it has a text.
    fn explained(&self, code: &str) -> Option<String> {
        let (message, remedy) = self.frame.texts.explain(code)?;
        Some(format!("{message} {remedy}"))
    }

    /// Who registered it; the page says when behind it.
    fn planted(&self, held: &Planted) -> String {
        let texts = self.frame.texts;
        match &held.by {
            Some(who) => texts.with("held-by", &[("who", who)]).into_owned(),
            None => texts.text("held-unknown").into_owned(),
        }
    }

    fn refused(&self, code: &str) -> String {
        self.frame
            .texts
            .with("security-refused-by", &[("code", code)])
            .into_owned()
    }

    fn network(&self, session: &SessionView) -> String {
        super::network::describe(self.frame.texts, &session.place.network)
    }

    fn sentence(&self, activity: &Activity) -> String {
        let key = match activity.what {
            ActivityKind::SignedIn => "activity-signed-in",
            ActivityKind::SignInRefused(_) => "activity-sign-in-refused",
            ActivityKind::PasskeyAdded => "activity-passkey-added",
            ActivityKind::PasskeyRefused => "activity-passkey-refused",
            ActivityKind::PasskeyRenamed => "activity-passkey-renamed",
            ActivityKind::PasskeyRemoved => "activity-passkey-removed",
            ActivityKind::PasskeyConfirmed => "activity-passkey-confirmed",
            ActivityKind::PasskeyPrepared => "activity-passkey-prepared",
            ActivityKind::PasskeyNotPrepared => "activity-passkey-not-prepared",
            ActivityKind::SessionEnded => "activity-session-ended",
            ActivityKind::SignedOut => "activity-signed-out",
            ActivityKind::LinkMade => "activity-link-made",
            ActivityKind::PassMade => "activity-pass-made",
            ActivityKind::PassRemoved => "activity-pass-removed",
            ActivityKind::PassUsed => "activity-pass-used",
            ActivityKind::PassRefused => "activity-pass-refused",
            ActivityKind::CodesMade => "activity-codes-made",
            ActivityKind::RecoveryBegun => "activity-recovery-begun",
            ActivityKind::RecoveryRefused => "activity-recovery-refused",
            ActivityKind::RecoveryWaiting => "activity-recovery-waiting",
            ActivityKind::RecoveryApproved => "activity-recovery-approved",
            ActivityKind::RecoveryDenied => "activity-recovery-denied",
            ActivityKind::RecoveryCancelled => "activity-recovery-cancelled",
            ActivityKind::ReportedLost => "activity-reported-lost",
            ActivityKind::PasswordSet => "activity-password-set",
            ActivityKind::PasswordRemoved => "activity-password-removed",
            ActivityKind::AppAdded => "activity-app-added",
            ActivityKind::AppRemoved => "activity-app-removed",
            ActivityKind::Renamed => "activity-renamed",
            ActivityKind::Disabled => "activity-disabled",
            ActivityKind::Enabled => "activity-enabled",
            ActivityKind::Other => "activity-other",
        };
        self.frame
            .texts
            .naming(key, activity.passkey_name.as_deref())
            .into_owned()
    }

    fn activity_icon(&self, activity: &Activity) -> &'static str {
        match activity.what {
            ActivityKind::SignedIn
            | ActivityKind::Enabled
            | ActivityKind::PassUsed
            | ActivityKind::RecoveryBegun
            | ActivityKind::RecoveryApproved
            | ActivityKind::PasskeyConfirmed => "check",
            ActivityKind::SignInRefused(_)
            | ActivityKind::PasskeyRefused
            | ActivityKind::PassRefused
            | ActivityKind::RecoveryRefused
            | ActivityKind::RecoveryWaiting
            | ActivityKind::RecoveryDenied
            | ActivityKind::RecoveryCancelled
            | ActivityKind::ReportedLost
            | ActivityKind::Disabled => "alert",
            ActivityKind::PasskeyAdded
            | ActivityKind::LinkMade
            | ActivityKind::PassMade
            | ActivityKind::PasswordSet
            | ActivityKind::AppAdded
            | ActivityKind::CodesMade => "plus",
            ActivityKind::PasskeyRenamed | ActivityKind::Renamed => "pencil",
            ActivityKind::PasskeyRemoved
            | ActivityKind::PassRemoved
            | ActivityKind::PasswordRemoved
            | ActivityKind::AppRemoved => "bin",
            ActivityKind::SessionEnded | ActivityKind::SignedOut => "leave",
            ActivityKind::PasskeyPrepared
            | ActivityKind::PasskeyNotPrepared
            | ActivityKind::Other => "info",
        }
    }

    fn by(&self, by: &str) -> String {
        self.frame
            .texts
            .with("activity-by", &[("who", by)])
            .into_owned()
    }
}
