//! Sends mail: notices from the outbox, through the organisation's SMTP server. When and how often is [`identity::outbox`]'s to
//! say. The server's certificate is verified, or it is this very machine; what it answers is not logged.

mod careful;

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::{Duration, UNIX_EPOCH};

use identity::mail::{MailSettings, Security};
use identity::outbox::{self, Dispatch, Sent, Settled};
use identity::{Id, Identity, Micros, Refusal};
use lettre::address::Address;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{
    AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters,
};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use lettre::{Message, transport::smtp::response::Response};
use tokio::task::JoinSet;

use self::careful::Careful;
use crate::config::Authorities;
use crate::delivery::{self, Deliver};
use crate::jobs::report;
use crate::view::letter::{self, Written, clean};

/// How long a letter may take in all: less than its lease.
const TIME: Duration = Duration::from_secs(30);
/// The longest name of a sender.
const MAX_NAME: usize = 64;

/// Sends letters.
#[derive(Debug, Clone)]
pub struct Mailer {
    /// Certificate authorities that are believed besides those that browsers believe.
    authorities: Authorities,
}

/// Why a letter is where it was; with what the server answered, for whoever tries it by hand.
#[derive(Debug)]
struct Trouble {
    cause: &'static str,
    status: Option<u16>,
    text: String,
}

impl Trouble {
    fn of(cause: &'static str, error: &SmtpError) -> Trouble {
        let cause = match error {
            error if error.is_tls() || is_about_tls(error) => "tls",
            error if error.is_timeout() => "too_slow",
            _ => cause,
        };
        Trouble {
            cause,
            status: error.status().map(u16::from),
            text: error.to_string(),
        }
    }

    fn local(cause: &'static str, text: impl Into<String>) -> Trouble {
        Trouble {
            cause,
            status: None,
            text: text.into(),
        }
    }
}

/// A handshake that fails comes as an error of the connection.
fn is_about_tls(error: &SmtpError) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        let below = inner.downcast_ref::<std::io::Error>();
        let below = below.and_then(std::io::Error::get_ref);
        if inner.is::<rustls::Error>() || below.is_some_and(|it| it.is::<rustls::Error>()) {
            return true;
        }
        cause = inner.source();
    }
    false
}

impl From<Trouble> for Sent {
    fn from(trouble: Trouble) -> Sent {
        Sent::Failed {
            cause: trouble.cause,
            status: trouble.status,
        }
    }
}

/// A letter for one address: nobody reads who else got it.
fn compose(
    settings: &MailSettings,
    written: &Written,
    to: &Address,
    (organisation, id, at): (&str, &str, Micros),
) -> Result<Message, Trouble> {
    let unfit = |cause: String| Trouble::local("message", cause);
    let from: Address = settings
        .from
        .parse()
        .map_err(|_| unfit("the sender's address can't be used".to_owned()))?;
    let name: String = clean(organisation).chars().take(MAX_NAME).collect();
    let domain = from.domain().to_owned();
    let seconds = u64::try_from(at / identity::SECOND).unwrap_or(0);
    let header = |name, value: &str| HeaderValue::new(name, value.to_owned());
    let mut message = Message::builder()
        .from(Mailbox::new(Some(name).filter(|it| !it.is_empty()), from))
        .to(Mailbox::new(None, to.clone()))
        .subject(written.subject.as_str())
        .date(UNIX_EPOCH + Duration::from_secs(seconds))
        .message_id(Some(format!("<{id}@{domain}>")))
        .multipart(MultiPart::alternative_plain_html(
            written.text.clone(),
            written.html.clone(),
        ))
        .map_err(|cause| unfit(cause.to_string()))?;
    // No holiday notes, please (RFC 3834).
    let name = HeaderName::new_from_ascii_str("Auto-Submitted");
    message
        .headers_mut()
        .insert_raw(header(name, "auto-generated"));
    Ok(message)
}

impl Mailer {
    #[must_use]
    pub fn new(authorities: &Authorities) -> Mailer {
        Mailer {
            authorities: authorities.clone(),
        }
    }

    fn tls(&self, settings: &MailSettings) -> Result<TlsParameters, Trouble> {
        let mut builder = TlsParameters::builder(settings.host.clone())
            .certificate_store(CertificateStore::WebpkiRoots);
        for der in self.authorities.ders() {
            let certificate =
                Certificate::from_der(der.to_vec()).map_err(|error| Trouble::of("tls", &error))?;
            builder = builder.add_root_certificate(certificate);
        }
        builder
            .build_rustls()
            .map_err(|error| Trouble::of("tls", &error))
    }

    /// A connection that is protected, and signed in.
    async fn connect(
        &self,
        settings: &MailSettings,
        hello: &ClientId,
    ) -> Result<AsyncSmtpConnection, Trouble> {
        let failed = |error: SmtpError| Trouble::of("connect", &error);
        let server = (settings.host.as_str(), settings.port);
        let (time, none) = (Some(TIME), None);
        let mut connection = match settings.security {
            Security::Tls => {
                let tls = Some(self.tls(settings)?);
                AsyncSmtpConnection::connect_tokio1(server, time, hello, tls, none)
                    .await
                    .map_err(failed)?
            }
            Security::StartTls => {
                let tls = self.tls(settings)?;
                let mut connection = Careful::connect(server, hello).await?;
                if !connection.can_starttls() {
                    return Err(Trouble::local(
                        "no_tls",
                        "the server does not offer STARTTLS",
                    ));
                }
                connection.starttls(tls, hello).await.map_err(failed)?;
                connection
            }
            Security::Plain => {
                // Never to where a name leads by a resolver's word: this very machine has these addresses.
                let port = settings.port;
                let here = match settings.host.parse() {
                    Ok(address) => vec![SocketAddr::new(address, port)],
                    Err(_) => vec![
                        SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
                        SocketAddr::from((Ipv6Addr::LOCALHOST, port)),
                    ],
                };
                if !here.iter().all(|address| address.ip().is_loopback()) {
                    return Err(Trouble::local("no_tls", "plain mail leaves this machine"));
                }
                Careful::connect(here.as_slice(), hello).await?
            }
        };
        if let (Some(user), Some(password)) = (&settings.user, settings.password()) {
            let credentials = Credentials::new(user.clone(), password.to_owned());
            connection
                .auth(DEFAULT_MECHANISMS, &credentials)
                .await
                .map_err(|error| Trouble::of("login", &error))?;
        }
        Ok(connection)
    }

    /// One letter in a connection that is open: what the server says of this address, or why it says nothing.
    async fn transfer(
        connection: &mut AsyncSmtpConnection,
        settings: &MailSettings,
        to: &Address,
        message: &Message,
    ) -> Result<Sent, Trouble> {
        let from = settings.from.parse().ok();
        let is_ascii = <Address as AsRef<str>>::as_ref(to).is_ascii();
        let speaks_utf8 = connection
            .server_info()
            .supports_feature(Extension::SmtpUtfEight);
        let parameters = match (is_ascii, speaks_utf8) {
            (true, _) => Vec::new(),
            (false, true) => vec![MailParameter::SmtpUtfEight],
            (false, false) => return Ok(Sent::Refused { status: None }),
        };
        // Whoever doesn't take our sender takes nothing from us: that is no word about the address.
        connection
            .command(Mail::new(from, parameters))
            .await
            .map_err(|error| Trouble::of("sender", &error))?;
        let taken = connection.command(Rcpt::new(to.clone(), Vec::new())).await;
        if let Err(error) = taken {
            return judge(&error);
        }
        let answer = match connection.command(Data).await {
            Ok(_) => connection.message(&message.formatted()).await,
            Err(error) => Err(error),
        };
        match answer {
            Ok(_) => Ok(Sent::Delivered),
            Err(error) => judge(&error),
        }
    }

    async fn converse(
        &self,
        settings: &MailSettings,
        hello: &ClientId,
        (to, message): &(Address, Message),
    ) -> Result<Sent, Trouble> {
        let mut connection = self.connect(settings, hello).await?;
        let sent = Mailer::transfer(&mut connection, settings, to, message).await?;
        let _: Result<Response, SmtpError> = connection.quit().await;
        Ok(sent)
    }

    /// To one address, in a connection of its own: what becomes of one says nothing about another.
    async fn post(
        &self,
        identity: &Identity,
        settings: &MailSettings,
        letter: &(Address, Message),
        time: Duration,
    ) -> Result<Sent, Trouble> {
        let host = identity.settings().public_origin.host().to_owned();
        let hello = ClientId::Domain(host);
        tokio::time::timeout(time, self.converse(settings, &hello, letter))
            .await
            .unwrap_or_else(|_| {
                let seconds = time.as_secs();
                let text = format!("it took longer than {seconds} seconds");
                Err(Trouble::local("too_slow", text))
            })
    }

    async fn send(
        &self,
        identity: &Identity,
        settings: &MailSettings,
        dispatch: &Dispatch,
    ) -> (Sent, Settled) {
        let (letter, mut settled) = (&dispatch.letter, Settled::default());
        let written = match letter::write(letter, settings.language.as_deref()) {
            Ok(written) => written,
            Err(error) => {
                tracing::error!(%error, "a letter's template failed");
                return (Trouble::local("message", "").into(), settled);
            }
        };
        let now = identity.ambient().now();
        let envelope = (letter.organisation.as_str(), letter.id.as_str(), now);
        let (mut letters, mut names) = (Vec::new(), Vec::new());
        // Those of a while ago first: whoever changed the address last may hold up the one of now.
        for address in letter.addresses.iter().rev() {
            // What is no address of mail can't be told.
            let Ok(to) = address.parse::<Address>() else {
                continue;
            };
            match compose(settings, &written, &to, envelope) {
                Ok(message) => {
                    letters.push((to, message));
                    names.push(address);
                }
                Err(trouble) => return (trouble.into(), settled),
            }
        }
        if letters.is_empty() {
            return (Sent::Refused { status: None }, settled);
        }
        let share = TIME / u32::try_from(letters.len()).unwrap_or(1);
        let mut sent = Vec::with_capacity(letters.len());
        for (letter, name) in letters.iter().zip(names) {
            let posted = self.post(identity, settings, letter, share).await;
            let posted = posted.unwrap_or_else(Sent::from);
            if matches!(posted, Sent::Delivered | Sent::Refused { .. }) {
                settled.addresses.push(name.clone());
                settled.is_told |= posted == Sent::Delivered;
            }
            sent.push(posted);
        }
        (combine(&sent), settled)
    }

    async fn deliver(self, identity: Identity, settings: MailSettings, dispatch: Dispatch) {
        let (sent, settled) = self.send(&identity, &settings, &dispatch).await;
        Mailer::count(
            match sent {
                Sent::Delivered => "delivered",
                Sent::Refused { .. } => "refused",
                Sent::Deferred { .. } | Sent::Failed { .. } => "failed",
            },
            1,
        );
        if let Err(refusal) = outbox::finish_notice(&identity, dispatch, sent, settled).await {
            report("mail", &refusal);
        }
    }

    /// Sends what is due now, as much as goes at once, and waits for what comes of it; gives how much that was.
    ///
    /// # Errors
    /// If the database can't answer.
    pub async fn step(&self, identity: &Identity) -> Result<usize, Refusal> {
        delivery::step(self, identity).await
    }

    /// Sends a letter that says that mail works.
    ///
    /// # Errors
    /// What went wrong, with what the server answered, and what to look at.
    pub async fn try_out(
        &self,
        identity: &Identity,
        settings: &MailSettings,
        address: &str,
    ) -> Result<(), String> {
        let to: Address = address
            .parse()
            .map_err(|_| format!("{address} is no mail address."))?;
        let found = identity.organisation().await;
        let found = found.map_err(|refusal| refusal.to_string())?;
        let organisation = found.map(|it| it.name).unwrap_or_default();
        let written = letter::write_trial(&organisation, settings.language.as_deref())
            .map_err(|cause| cause.to_string())?;
        let ambient = identity.ambient();
        let (id, now) = (Id(ambient.random.make()).to_string(), ambient.now());
        let tried = async {
            let message = compose(settings, &written, &to, (&organisation, &id, now))?;
            self.post(identity, settings, &(to, message), TIME).await
        };
        match tried.await {
            Ok(Sent::Delivered) => Ok(()),
            Ok(sent) => Err(format!(
                "The server takes mail from {}, but not for {address}: {sent:?}.",
                settings.from
            )),
            Err(trouble) => Err(explain(settings, &trouble)),
        }
    }
}

impl Deliver for Mailer {
    const KIND: &'static str = "notice";
    const JOB: &'static str = "mail";

    async fn begin(
        &self,
        identity: &Identity,
        under_way: &mut JoinSet<()>,
    ) -> Result<usize, Refusal> {
        let taken = outbox::take_due_notices(identity).await?;
        if taken.unaddressed > 0 {
            Mailer::count("dropped", taken.unaddressed);
        }
        let begun = taken.dispatches.len() + taken.unaddressed;
        let Some(settings) = taken.settings else {
            return Ok(begun);
        };
        for dispatch in taken.dispatches {
            let (mailer, identity) = (self.clone(), identity.clone());
            under_way.spawn(mailer.deliver(identity, settings.clone(), dispatch));
        }
        Ok(begun)
    }

    async fn give_up(&self, identity: &Identity) -> Result<(), Refusal> {
        identity::recovery::mail::tell_ready(identity).await?;
        let given_up = outbox::give_up_notices(identity).await?;
        Mailer::count("given_up", given_up.messages);
        metrics::counter!("claviger_alerts_total", "kind" => "notices_undelivered")
            .increment(given_up.alerts);
        Ok(())
    }
}

/// 5xx is for good, 4xx for now; what is neither is no word about the letter.
fn judge(error: &SmtpError) -> Result<Sent, Trouble> {
    let status = error.status().map(u16::from);
    match error {
        error if error.is_permanent() => Ok(Sent::Refused { status }),
        error if error.is_transient() => Ok(Sent::Deferred { status }),
        error => Err(Trouble::of("broken_off", error)),
    }
}

/// All addresses are told, or it is tried again; somebody who was told at one of several is told (the others take nothing).
fn combine(sent: &[Sent]) -> Sent {
    let failed = sent.iter().find(|it| matches!(it, Sent::Failed { .. }));
    let deferred = sent.iter().find(|it| matches!(it, Sent::Deferred { .. }));
    let delivered = sent.iter().find(|it| **it == Sent::Delivered);
    let first = failed.or(deferred).or(delivered).or(sent.first());
    first.copied().unwrap_or(Sent::Refused { status: None })
}

/// For whoever set it up.
fn explain(settings: &MailSettings, trouble: &Trouble) -> String {
    let (host, port) = (&settings.host, settings.port);
    let advice = match trouble.cause {
        "connect" => {
            "Is this the right host and port, and does a firewall let this machine through?"
        }
        "tls" => {
            "Its certificate must be for this host and from an authority that is believed; outbound-authority names one of \
             your own."
        }
        "no_tls" => "Use --security tls, or a server that protects the connection.",
        "login" => "Check --user and the password.",
        "sender" => "The server must let this user send as the address in --from.",
        "too_slow" => "Is it reachable from here?",
        _ => "Its log may say more.",
    };
    // A server may repeat the password in what it says.
    let text = match (trouble.cause, trouble.status) {
        ("login", Some(status)) => format!("the server said {status}"),
        _ => trouble.text.clone(),
    };
    format!(
        "Mail can't be sent through {host}:{port} ({}): {text}. {advice}",
        trouble.cause
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const REFUSED: Sent = Sent::Refused { status: Some(550) };
    const DEFERRED: Sent = Sent::Deferred { status: Some(451) };

    #[test]
    fn all_addresses_are_told_or_it_is_tried_again() {
        assert_eq!(combine(&[Sent::Delivered, REFUSED]), Sent::Delivered);
        assert_eq!(combine(&[REFUSED, Sent::Delivered]), Sent::Delivered);
        assert_eq!(combine(&[Sent::Delivered, DEFERRED]), DEFERRED);
        assert_eq!(combine(&[REFUSED, REFUSED]), REFUSED);
        let failed = Sent::Failed {
            cause: "too_slow",
            status: None,
        };
        assert_eq!(combine(&[DEFERRED, failed, Sent::Delivered]), failed);
    }

    #[test]
    fn no_name_adds_a_header() {
        let settings = MailSettings::new(
            "localhost",
            None,
            Security::Plain,
            "no-reply@example.org",
            None,
            None,
        )
        .unwrap();
        let written = Written {
            subject: "Subject\r\nBcc: eve@example.net".to_owned(),
            text: "Text".to_owned(),
            html: "<p>Text</p>".to_owned(),
        };
        let to: Address = "ada@example.org".parse().unwrap();
        let organisation = "Example\r\nBcc: eve@example.net\r\n\r\n<script>";
        let message = compose(&settings, &written, &to, (organisation, "id", 0)).unwrap();
        let formatted = String::from_utf8(message.formatted()).unwrap();
        let (head, _) = formatted.split_once("\r\n\r\n").unwrap();
        let names: Vec<&str> = head
            .lines()
            .filter(|line| !line.starts_with([' ', '\t']))
            .map(|line| line.split(':').next().unwrap())
            .collect();
        for name in &names {
            let known = [
                "From",
                "To",
                "Subject",
                "Date",
                "Message-ID",
                "MIME-Version",
                "Content-Type",
                "Auto-Submitted",
            ];
            assert!(known.contains(name), "{name} in {head}");
        }
        assert_eq!(names.len(), 8, "{head}");
        assert!(head.contains("Auto-Submitted: auto-generated"), "{head}");
    }
}
