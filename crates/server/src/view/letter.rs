//! Mail to people about their account, as text and as HTML. Nothing in it is fetched, and nothing tells that it was read.

use askama::Template;
use identity::Place;
use identity::notices::{By, Notice};
use identity::outbox::Letter;

use crate::i18n::{self, Texts};

/// Mail without its envelope.
#[derive(PartialEq, Eq)]
pub struct Written {
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// Without the link that is in it.
impl std::fmt::Debug for Written {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Written")
            .field("subject", &self.subject)
            .finish_non_exhaustive()
    }
}

/// An address with words before it.
struct Way {
    lead: String,
    /// What is shown of it as a link.
    words: String,
    url: String,
}

#[derive(Template)]
#[template(path = "letter.html")]
struct LetterPage<'a> {
    texts: &'static Texts,
    subject: &'a str,
    paragraphs: &'a [String],
    ways: &'a [Way],
    why: &'a str,
}

/// Letters of any script, without what turns lines or breaks them: what people wrote stands in one line, in its place.
pub(crate) fn clean(name: &str) -> String {
    let is_turning = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}');
    let letters = name.chars().map(|c| match c {
        c if c.is_control() || is_turning(c) => ' ',
        c => c,
    });
    letters.collect::<String>().trim().to_owned()
}

/// What people named things, so that no mail program makes a link of it: whoever planted a passkey chose its name. A space
/// without width behind what holds an address together.
fn quote(name: &str) -> String {
    let mut quoted = String::with_capacity(name.len());
    for c in clean(name).chars() {
        quoted.push(c);
        if matches!(c, '.' | ':' | '/' | '@') {
            quoted.push('\u{200b}');
        }
    }
    quoted
}

/// Browser, system and network, as far as they are known.
fn write_place(place: &Place) -> String {
    let words = [&place.browser, &place.system, &place.network];
    let words: Vec<String> = words
        .into_iter()
        .filter(|word| !word.is_empty())
        .map(|word| quote(word))
        .collect();
    words.join(", ")
}

/// The person's language if we have it, else the organisation's, else English. A region counts as its language.
fn choose(own: Option<&str>, organisations: Option<&str>) -> &'static Texts {
    let find = |tag: &str| {
        let language = tag.split('-').next().unwrap_or_default();
        i18n::find(&language.to_ascii_lowercase())
    };
    let found = own.and_then(find).or_else(|| organisations.and_then(find));
    found.unwrap_or_else(|| i18n::negotiate(None, None))
}

/// Subject and what happened.
fn describe(notice: &Notice) -> (&'static str, &'static str) {
    match notice {
        Notice::PasskeyAdded { by: By::Owner, .. } => {
            ("letter-passkey-added-subject", "letter-passkey-added")
        }
        Notice::PasskeyAdded { .. } => (
            "letter-passkey-added-subject",
            "letter-passkey-added-by-administrator",
        ),
        Notice::PasskeyRemoved { by: By::Owner, .. } => {
            ("letter-passkey-removed-subject", "letter-passkey-removed")
        }
        Notice::PasskeyRemoved { .. } => (
            "letter-passkey-removed-subject",
            "letter-passkey-removed-by-administrator",
        ),
        Notice::PasskeyHeld { .. } => ("letter-passkey-held-subject", "letter-passkey-held"),
        Notice::PassIssued { .. } => ("letter-pass-issued-subject", "letter-pass-issued"),
        Notice::PassUsed => ("letter-pass-used-subject", "letter-pass-used"),
        Notice::RoleGranted { .. } => ("letter-role-granted-subject", "letter-role-granted"),
        Notice::CodesMade => ("letter-codes-made-subject", "letter-codes-made"),
        Notice::RecoveryBegun => ("letter-recovery-begun-subject", "letter-recovery-begun"),
        Notice::RecoveryFinished => (
            "letter-recovery-finished-subject",
            "letter-recovery-finished",
        ),
        Notice::ReportedLost { .. } => ("letter-reported-lost-subject", "letter-reported-lost"),
        Notice::PasswordSet => ("letter-password-set-subject", "letter-password-set"),
        Notice::PasswordRemoved => ("letter-password-removed-subject", "letter-password-removed"),
        Notice::AppAdded => ("letter-app-added-subject", "letter-app-added"),
        Notice::AppRemoved => ("letter-app-removed-subject", "letter-app-removed"),
        Notice::SignInCode { .. } => ("letter-sign-in-code-subject", "letter-sign-in-code"),
        Notice::PasskeyNewPlace { .. } => (
            "letter-passkey-new-place-subject",
            "letter-passkey-new-place",
        ),
        Notice::PasskeyEnding {
            moves_with_use: true,
            ..
        } => ("letter-passkey-ending-subject", "letter-passkey-unused"),
        Notice::PasskeyEnding { .. } => ("letter-passkey-ending-subject", "letter-passkey-ending"),
        Notice::RecoveryLetter { .. } => {
            ("letter-recovery-letter-subject", "letter-recovery-letter")
        }
        Notice::RecoveryWaiting { .. } => {
            ("letter-recovery-waiting-subject", "letter-recovery-waiting")
        }
        Notice::RecoveryReady => ("letter-recovery-ready-subject", "letter-recovery-ready"),
        Notice::RecoveryAsked { .. } => ("letter-recovery-asked-subject", "letter-recovery-asked"),
    }
}

/// The letter in its reader's language; `language` is that of the organisation.
///
/// # Errors
/// If the template fails, which only a broken build can cause.
pub fn write(letter: &Letter, language: Option<&str>) -> Result<Written, askama::Error> {
    let texts = choose(letter.language.as_deref(), language);
    let (subject, happened) = describe(&letter.notice);
    let passkey = match &letter.notice {
        Notice::PasskeyAdded { passkey, .. }
        | Notice::PasskeyRemoved { passkey, .. }
        | Notice::PasskeyHeld { passkey }
        | Notice::PasskeyNewPlace { passkey, .. }
        | Notice::PasskeyEnding { passkey, .. }
        | Notice::ReportedLost { passkey } => quote(passkey),
        _ => String::new(),
    };
    let until = match letter.notice {
        Notice::PassIssued { expires_at } | Notice::SignInCode { expires_at, .. } => {
            texts.moment(expires_at)
        }
        Notice::PasskeyEnding { ends_at, .. } => texts.moment(ends_at),
        Notice::RecoveryWaiting { ready_at } => texts.moment(ready_at),
        _ => String::new(),
    };
    let place = match &letter.notice {
        Notice::PasskeyNewPlace { place, .. } => write_place(place),
        _ => String::new(),
    };
    let role = match &letter.notice {
        Notice::RoleGranted { role } => role.as_str(),
        _ => "",
    };
    let code = match &letter.notice {
        Notice::SignInCode { code, .. } => code.as_str(),
        _ => "",
    };
    let person = match &letter.notice {
        Notice::RecoveryAsked { name } => quote(name),
        _ => String::new(),
    };
    let (name, account) = (quote(&letter.display_name), clean(&letter.user_name));
    let organisation = clean(&letter.organisation);
    let values = [
        ("passkey", passkey.as_str()),
        ("account", &account),
        ("organisation", &organisation),
        ("until", &until),
        ("role", role),
        ("code", code),
        ("place", &place),
        ("person", &person),
    ];
    let moment = texts.moment(letter.at);
    let link_until = texts.moment(letter.link_expires_at);
    let mut paragraphs = vec![
        texts.with("letter-hello", &[("name", &name)]).into_owned(),
        texts.with(happened, &values).into_owned(),
    ];
    if !letter.notice.is_reminder() {
        paragraphs.push(texts.with("letter-when", &[("when", &moment)]).into_owned());
    }
    if letter.notice.is_fine_if_own() {
        paragraphs.push(texts.text("letter-fine").into_owned());
    }
    let not_me = letter.link.as_ref().map(|link| Way {
        lead: texts
            .with("letter-not-me-lead", &[("until", &link_until)])
            .into_owned(),
        words: texts.text("letter-not-me").into_owned(),
        url: link.clone(),
    });
    let review = Way {
        lead: texts.text("letter-review-lead").into_owned(),
        words: letter.security_info.clone(),
        url: letter.security_info.clone(),
    };
    let way_in = letter.way_in.as_ref().map(|url| Way {
        lead: texts.text(way_in_lead(&letter.notice)).into_owned(),
        words: texts.text("letter-way-in").into_owned(),
        url: url.clone(),
    });
    let ways: Vec<Way> = way_in.into_iter().chain(not_me).chain([review]).collect();
    finish(texts, subject, &paragraphs, &ways, &organisation)
}

fn way_in_lead(notice: &Notice) -> &'static str {
    match notice {
        Notice::RecoveryAsked { .. } => "letter-approve-lead",
        _ => "letter-way-in-lead",
    }
}

/// A letter that says that mail works.
///
/// # Errors
/// As [`write`].
pub fn write_trial(organisation: &str, language: Option<&str>) -> Result<Written, askama::Error> {
    let texts = choose(None, language);
    let organisation = clean(organisation);
    let values = [("organisation", organisation.as_str())];
    let paragraphs = [texts.with("letter-trial", &values).into_owned()];
    finish(
        texts,
        "letter-trial-subject",
        &paragraphs,
        &[],
        &organisation,
    )
}

fn finish(
    texts: &'static Texts,
    subject: &str,
    paragraphs: &[String],
    ways: &[Way],
    organisation: &str,
) -> Result<Written, askama::Error> {
    let subject = texts.text(subject).into_owned();
    let why = texts.with("letter-why", &[("organisation", organisation)]);
    let page = LetterPage {
        texts,
        subject: &subject,
        paragraphs,
        ways,
        why: &why,
    };
    let html = page.render()?;
    let mut lines = paragraphs.to_vec();
    for way in ways {
        lines.push(format!("{}\n{}", way.lead, way.url));
    }
    lines.push(format!("-- \n{why}"));
    let text = format!("{}\n", lines.join("\n\n"));
    Ok(Written {
        subject,
        text,
        html,
    })
}

#[cfg(test)]
mod tests {
    use identity::notices::LetterToken;

    use super::*;
    use crate::i18n::languages;

    const NOW: i64 = 1_795_258_800 * 1_000_000;

    fn letter(notice: Notice, name: &str, language: Option<&str>) -> Letter {
        Letter {
            id: "id".to_owned(),
            addresses: vec!["ada@example.org".to_owned()],
            language: language.map(str::to_owned),
            notice,
            at: NOW,
            user_name: "ada@example.org".to_owned(),
            display_name: name.to_owned(),
            organisation: name.to_owned(),
            link: Some("https://login.example.org/not-me#token".to_owned()),
            link_expires_at: NOW,
            security_info: "https://login.example.org/security-info".to_owned(),
            way_in: Some("https://login.example.org/recover/letter#token".to_owned()),
        }
    }

    fn all(name: &str) -> Vec<Notice> {
        let passkey = || name.to_owned();
        let by = [By::Owner, By::Administrator];
        let added = by.map(|by| Notice::PasskeyAdded {
            passkey: passkey(),
            by,
        });
        let removed = by.map(|by| Notice::PasskeyRemoved {
            passkey: passkey(),
            by,
        });
        let others = [
            Notice::PasskeyHeld { passkey: passkey() },
            Notice::PassIssued { expires_at: NOW },
            Notice::PassUsed,
            Notice::RoleGranted {
                role: "User Administrator".to_owned(),
            },
            Notice::CodesMade,
            Notice::RecoveryBegun,
            Notice::RecoveryFinished,
            Notice::ReportedLost { passkey: passkey() },
            Notice::PasswordSet,
            Notice::PasswordRemoved,
            Notice::AppAdded,
            Notice::AppRemoved,
            Notice::SignInCode {
                code: "123456".to_owned(),
                expires_at: NOW,
            },
            Notice::PasskeyNewPlace {
                passkey: passkey(),
                place: Place {
                    browser: "Firefox".to_owned(),
                    system: String::new(),
                    network: "203.0.113.0/24".to_owned(),
                },
            },
            Notice::RecoveryLetter {
                token: LetterToken("token".to_owned()),
            },
            Notice::RecoveryWaiting { ready_at: NOW },
            Notice::RecoveryReady,
            Notice::RecoveryAsked { name: passkey() },
        ];
        let endings = [false, true].map(|moves_with_use| Notice::PasskeyEnding {
            passkey: passkey(),
            ends_at: NOW,
            moves_with_use,
        });
        let others = others.into_iter().chain(endings);
        added.into_iter().chain(removed).chain(others).collect()
    }

    #[test]
    fn every_notice_is_written_in_every_language() {
        for texts in languages() {
            for notice in all("Key") {
                let topic = notice.topic();
                let written = write(&letter(notice, "Ada", Some(texts.lang())), None).unwrap();
                let all = format!("{}{}{}", written.subject, written.text, written.html);
                assert!(!all.contains("letter-"), "{topic}: a text is missing");
                assert!(
                    !all.contains("{ $") && !all.contains("{$"),
                    "{topic}: {all}"
                );
                for part in [&written.text, &written.html] {
                    assert!(part.contains("https://login.example.org/not-me#token"));
                    assert!(part.contains("https://login.example.org/security-info"));
                }
                let opening = format!("<html lang=\"{}\" dir=\"{}\">", texts.lang(), texts.dir());
                assert!(written.html.contains(&opening), "{topic}");
                for fetched in ["<img", "src=", "<link", "@import", "<script", "url("] {
                    assert!(!written.html.contains(fetched), "{topic}: {fetched}");
                }
            }
        }
    }

    #[test]
    fn past_mistake_12_names_are_no_markup_and_no_lines() {
        let hostile = "<script>alert(1)</script>\"\r\nBcc: eve@example.net\r\n\r\n\u{202e}x";
        for notice in all(hostile) {
            let written = write(&letter(notice, hostile, None), None).unwrap();
            assert!(!written.html.contains("<script"), "{}", written.html);
            assert!(!written.subject.contains(['\r', '\n']));
            assert!(!written.text.contains("\nBcc:") && !written.text.contains('\r'));
            assert!(!written.text.contains('\u{202e}'));
        }
    }

    #[test]
    fn names_make_no_links() {
        let planted = "Confirm at https://evil.example/x or ask eve@evil.example";
        for notice in all(planted) {
            let mut letter = letter(notice, planted, None);
            letter.organisation = "Northwind".to_owned();
            let written = write(&letter, None).unwrap();
            for part in [&written.text, &written.html] {
                for link in ["https://evil", "evil.example", "eve@evil"] {
                    assert!(!part.contains(link), "{part}");
                }
            }
        }
    }

    #[test]
    fn the_link_is_in_no_log_and_a_dead_one_in_no_letter() {
        let mut letter = letter(Notice::PassUsed, "Ada", None);
        let written = write(&letter, None).unwrap();
        assert!(!format!("{written:?} {letter:?}").contains("not-me"));
        letter.link = None;
        let written = write(&letter, None).unwrap();
        let all = format!("{}{}", written.text, written.html);
        assert!(!all.contains("not-me"), "{all}");
        assert!(all.contains("https://login.example.org/security-info"));
    }

    #[test]
    fn the_language_is_the_persons_then_the_organisations() {
        let subject = |own, organisations| {
            write(&letter(Notice::PassUsed, "Ada", own), organisations)
                .unwrap()
                .subject
        };
        assert_eq!(
            subject(Some("de-CH"), Some("ar")),
            subject(Some("de"), None)
        );
        assert_eq!(subject(Some("fi"), Some("ar")), subject(Some("ar"), None));
        assert_eq!(subject(None, Some("xx")), subject(Some("en"), None));
        assert_eq!(subject(Some(""), None), subject(Some("en-GB"), None));
    }
}
