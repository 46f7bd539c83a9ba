//! How mail is sent: the organisation's SMTP server, its password sealed (security 27). Said on the command line only: who
//! names the server reads what it is given.

use serde::{Deserialize, Serialize};
use store::{Log, Unit};
pub use zeroize::Zeroizing;

use crate::audit::{self, Entry};
use crate::tenant::refuse_write;
use crate::{Identity, Refusal, codes, names};

/// How the connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// From the first byte (`smtps://`).
    Tls,
    /// Begun in the clear and turned into TLS before anything is said, or not at all.
    StartTls,
    /// None: to this very machine only.
    Plain,
}

impl Security {
    #[must_use]
    pub fn default_port(self) -> u16 {
        match self {
            Security::Tls => 465,
            Security::StartTls => 587,
            Security::Plain => 25,
        }
    }
}

#[derive(Clone, Serialize, Deserialize)]
pub struct MailSettings {
    pub host: String,
    pub port: u16,
    pub security: Security,
    /// Whom mail comes from.
    pub from: String,
    /// Who signs in at the server, if anybody has to.
    pub user: Option<String>,
    password: Option<String>,
    /// The language of whoever has none in the directory; English, where it is left out.
    pub language: Option<String>,
}

/// Without the password.
impl std::fmt::Debug for MailSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MailSettings")
            .field("host", &self.host)
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

fn unfit(detail: &'static str) -> Refusal {
    Refusal {
        detail: Some(detail),
        ..Refusal::new(&codes::MAIL_SETTINGS_UNFIT)
    }
}

/// The names of this very machine.
fn is_here(host: &str) -> bool {
    let address = host.parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

impl MailSettings {
    /// Checked, alone and against each other.
    ///
    /// # Errors
    /// [`codes::MAIL_SETTINGS_UNFIT`] with what is wrong.
    pub fn new(
        host: &str,
        port: Option<u16>,
        security: Security,
        from: &str,
        login: Option<(String, Zeroizing<String>)>,
        language: Option<&str>,
    ) -> Result<MailSettings, Refusal> {
        let is_host = |c: char| c.is_ascii_alphanumeric() || ".-:".contains(c);
        if host.is_empty() || host.len() > 253 || !host.chars().all(is_host) {
            return Err(unfit("mail.host"));
        }
        if security == Security::Plain && !is_here(host) {
            return Err(unfit("mail.plain"));
        }
        let from = names::parse_mail(from).map_err(|_| unfit("mail.from"))?;
        if !from.is_ascii() {
            return Err(unfit("mail.from"));
        }
        let is_sound = |text: &str| {
            !text.is_empty() && text.len() <= 1024 && !text.chars().any(char::is_control)
        };
        if let Some((user, password)) = &login
            && !(is_sound(user) && is_sound(password))
        {
            return Err(unfit("mail.login"));
        }
        let is_tag = |tag: &str| {
            let letters = tag.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
            !tag.is_empty() && tag.len() <= 35 && letters
        };
        if language.is_some_and(|tag| !is_tag(tag)) {
            return Err(unfit("mail.language"));
        }
        let (user, password) = login.unzip();
        Ok(MailSettings {
            host: host.to_owned(),
            port: port.unwrap_or(security.default_port()),
            security,
            from,
            user,
            password: password.map(|it| it.as_str().to_owned()),
            language: language.map(str::to_owned),
        })
    }

    /// Of the user.
    #[must_use]
    pub fn password(&self) -> Option<&str> {
        self.password.as_deref()
    }
}

fn derive_associated(identity: &Identity) -> Vec<u8> {
    [b"mail_settings".as_slice(), &identity.0.tenant_id.0].concat()
}

/// As somebody with a shell on the server said it; `None`: there is no mail.
///
/// # Errors
/// If the database can't answer, or what it holds was sealed under another key.
pub async fn find(identity: &Identity) -> Result<Option<MailSettings>, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let Some(sealed) = store.find_mail_settings(tenant).await? else {
        return Ok(None);
    };
    let sealer = identity.0.outbox.mail_sealer();
    let opened = sealer
        .open(&derive_associated(identity), &sealed)
        .and_then(|plain| serde_json::from_slice(&plain).ok());
    match opened {
        Some(settings) => Ok(Some(settings)),
        None => {
            tracing::error!("the settings of mail can't be opened: set them anew");
            Err(Refusal::new(&codes::INTERNAL))
        }
    }
}

/// Puts settings in the place of those that there are.
pub async fn set(
    identity: &Identity,
    os_user: &str,
    settings: &MailSettings,
) -> Result<(), Refusal> {
    let (ambient, tenant) = (&identity.0.ambient, identity.0.tenant_id);
    let internal = |_| Refusal::new(&codes::INTERNAL);
    let plain = Zeroizing::new(serde_json::to_vec(settings).map_err(internal)?);
    let sealer = identity.0.outbox.mail_sealer();
    let sealed = sealer.seal(&ambient.random, &derive_associated(identity), &plain);
    let mut unit = Unit::new();
    unit.put_mail_settings(tenant, &sealed, ambient.now());
    let mut entry = Entry::default();
    entry
        .confide("actor", format!("cli:{os_user}"))
        .say("host", settings.host.as_str())
        .say("port", settings.port)
        .say("from", settings.from.as_str());
    record(identity, unit, "organisation.mail_set", entry).await
}

/// No mail any more; notices wait, and are shown as undelivered.
pub async fn remove(identity: &Identity, os_user: &str) -> Result<(), Refusal> {
    let mut unit = Unit::new();
    unit.delete_mail_settings(identity.0.tenant_id);
    let mut entry = Entry::default();
    entry.confide("actor", format!("cli:{os_user}"));
    record(identity, unit, "organisation.mail_removed", entry).await
}

async fn record(
    identity: &Identity,
    unit: Unit,
    word: &'static str,
    entry: Entry,
) -> Result<(), Refusal> {
    let about = (None, None);
    let written = audit::commit(identity, unit, Log::Audit, word, about, entry).await;
    written.map(drop).map_err(refuse_write)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login(user: &str, password: &str) -> Option<(String, Zeroizing<String>)> {
        Some((user.to_owned(), Zeroizing::new(password.to_owned())))
    }

    #[test]
    fn plain_mail_is_for_this_very_machine() {
        for host in ["localhost", "127.0.0.1", "::1"] {
            let made = MailSettings::new(host, None, Security::Plain, "a@b.example", None, None);
            assert_eq!(made.unwrap().port, 25, "{host}");
        }
        for host in ["mail.example.org", "localhost.example.org", "10.0.0.1"] {
            let made = MailSettings::new(host, None, Security::Plain, "a@b.example", None, None);
            assert_eq!(made.unwrap_err().detail, Some("mail.plain"), "{host}");
        }
    }

    #[test]
    fn what_is_unfit_says_what_it_is() {
        let make = |host, from, login, language| {
            let made = MailSettings::new(host, None, Security::Tls, from, login, language);
            made.map(|_| ()).map_err(|refusal| refusal.detail)
        };
        let (host, from) = ("mail.example.org", "no-reply@example.org");
        assert_eq!(make(host, from, login("ada", "secret"), Some("de")), Ok(()));
        for unfit in ["", "mail example", "mail.example.org\r\nX", "smtps://mail"] {
            assert_eq!(make(unfit, from, None, None), Err(Some("mail.host")));
        }
        for unfit in [
            "",
            "ada",
            "a@b@c",
            "a\r\nBcc: x@example.org",
            "ü@example.org",
        ] {
            assert_eq!(make(host, unfit, None, None), Err(Some("mail.from")));
        }
        for unfit in [login("", "x"), login("x", ""), login("x\r\n", "x")] {
            assert_eq!(make(host, from, unfit, None), Err(Some("mail.login")));
        }
        assert_eq!(
            make(host, from, None, Some("de de")),
            Err(Some("mail.language"))
        );
    }

    #[test]
    fn the_password_is_not_shown() {
        let made = MailSettings::new(
            "mail.example.org",
            None,
            Security::StartTls,
            "a@b.example",
            login("ada", "secret"),
            None,
        );
        assert!(!format!("{:?}", made.unwrap()).contains("secret"));
    }
}
