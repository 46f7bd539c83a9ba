//! Sample values of every page.

use std::sync::LazyLock;

use askama::Template;
use identity::applications::{OpenApplication, OwnConsent};
use identity::authorize::{ConsentApi, ConsentScope};
use identity::password::Standing as Owned;
use identity::people::PersonView;
use identity::permissions::Permission;
use identity::providers::Provider;
use identity::provisioning::Planted;
use identity::recovery::{AskedOfManager, Progress, Rung, UnderWay};
use identity::recovery_code::Standing;
use identity::security_info::{Activity, ActivityKind, Ending, PasskeyCard};
use identity::sessions::{self, SessionView};

use identity::{DAY, HOUR, Id, MINUTE, Micros, Place, Session, codes};
use serde_json::{Value, json};
use testkit::{Backend, House};

use super::super::{
    Frame, answer_form, applications, approve, at_application, consent, device, error, not_me,
    pass, password, people, reauthenticate, recover, register, security_info, set_up, sign_in,
    sign_out, wrong_host,
};
use crate::i18n::Texts;

/// 21 November 2026, 11:00 UTC.
const NOW: Micros = 1_795_258_800 * 1_000_000;

/// What people call themselves, their organisation and their passkeys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    Ordinary,
    Hostile,
}

const HOSTILE: &str =
    "<script>alert(1)</script>\"><img src=x onerror=\"alert(2)\">{{ 7 }} ' & \u{202e}";

impl Names {
    fn or(self, ordinary: &str) -> &str {
        if self == Names::Hostile {
            HOSTILE
        } else {
            ordinary
        }
    }
}

pub(super) fn frame<'a>(
    texts: &'static Texts,
    address: &'a str,
    session: Option<&'a Session>,
) -> Frame<'a> {
    Frame {
        texts,
        address,
        csrf_token: "0b1c2d",
        organisation: Some("Northwind Traders"),
        evaluation: false,
        session,
    }
}

/// A session has parts that only a sign-in makes, so somebody signed in.
static SIGNED_IN: LazyLock<Session> = LazyLock::new(|| {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let house = House::open(Backend::Sqlite).await;
        let person = house.administrator("miriam").await;
        let token = person.browser.cookie("session").unwrap();
        sessions::authenticate(house.identity(), token)
            .await
            .unwrap()
            .unwrap()
    })
});

fn session(names: Names) -> Session {
    let mut session = SIGNED_IN.clone();
    session.user_name = names.or("miriam@northwind.example").to_owned();
    session.display_name = names.or("Miriam Adler").to_owned();
    session
}

fn place(browser: &str, system: &str) -> Place {
    Place {
        browser: browser.into(),
        system: system.into(),
        network: "192.0.2.0/24".into(),
    }
}

fn passkey(id: &str, name: &str, provider: Option<&str>) -> PasskeyCard {
    PasskeyCard {
        passkey_id: id.into(),
        name: name.into(),
        provider: Provider {
            name: provider.map(str::to_owned),
            aaguid: Some("01020304-0506-0708-090a-0b0c0d0e0f10".to_owned()),
            has_icon: provider.is_some(),
            has_dark_icon: provider == Some("Apple"),
        },
        synced: true,
        created_at: NOW - 90 * DAY,
        created_place: Some(place("Safari", "iOS")),
        last_used: Some((NOW - 2 * MINUTE, place("Chrome", "macOS"))),
        refused_by: None,
        ends: None,
        removable: true,
        current: false,
        recovered_at: (id == "b2xk").then_some(NOW - 4 * HOUR),
        held: None,
    }
}

fn passkeys(names: Names) -> Vec<PasskeyCard> {
    let phone = PasskeyCard {
        current: true,
        ends: Some(Ending {
            at: NOW + 29 * DAY,
            moves_with_use: false,
        }),
        ..passkey(
            "aGVsbG8",
            names.or("iCloud Keychain"),
            Some(names.or("Apple")),
        )
    };
    let key = PasskeyCard {
        synced: false,
        last_used: Some((NOW - 20 * DAY, place("Firefox", "Linux"))),
        ends: Some(Ending {
            at: NOW + 10 * DAY,
            moves_with_use: true,
        }),
        ..passkey(
            "a2V5",
            names.or("YubiKey at my desk"),
            Some("YubiKey 5 Series"),
        )
    };
    let old = PasskeyCard {
        synced: false,
        last_used: None,
        created_place: None,
        refused_by: Some("policy.no_profile"),
        removable: false,
        ..passkey("b2xk", names.or("Passkey 3"), None)
    };
    let held = |id: &str, by: Option<&str>| PasskeyCard {
        synced: false,
        last_used: None,
        refused_by: Some("passkey_active"),
        held: Some(Planted {
            by: by.map(str::to_owned),
            at: NOW - 2 * HOUR,
            ..Planted::default()
        }),
        ..passkey(id, names.or("Red key"), Some("YubiKey 5 Series"))
    };
    let by_somebody = held("aGVsZA", Some(names.or("Bea Jones")));
    vec![phone, key, old, by_somebody, held("aGVsZDI", None)]
}

fn sessions(names: Names) -> Vec<SessionView> {
    let one = |id: u8, current, place, name: Option<&str>| SessionView {
        session_id: Id([id; 16]),
        current,
        started_at: NOW - 3 * HOUR,
        last_seen_at: NOW - i64::from(id) * MINUTE,
        place,
        passkey_name: name.map(str::to_owned),
    };
    vec![
        one(
            1,
            true,
            place("Chrome", "macOS"),
            Some(names.or("iCloud Keychain")),
        ),
        one(
            20,
            false,
            place("Safari", "iOS"),
            Some(names.or("iCloud Keychain")),
        ),
        one(90, false, place("", ""), None),
    ]
}

fn activity(names: Names) -> Vec<Activity> {
    use ActivityKind::{
        AppAdded, AppRemoved, CodesMade, Disabled, Enabled, LinkMade, Other, PassMade, PassRefused,
        PassRemoved, PassUsed, PasskeyAdded, PasskeyConfirmed, PasskeyNotPrepared, PasskeyPrepared,
        PasskeyRefused, PasskeyRemoved, PasskeyRenamed, PasswordRemoved, PasswordSet,
        RecoveryBegun, RecoveryRefused, Renamed, ReportedLost, SessionEnded, SignInRefused,
        SignedIn, SignedOut,
    };
    let kinds = [
        SignedIn,
        SignInRefused("sign_in.passkey_refused"),
        PasskeyAdded,
        PasskeyRenamed,
        PasskeyRemoved,
        PasskeyPrepared,
        PasskeyNotPrepared,
        PasskeyConfirmed,
        SessionEnded,
        SignedOut,
        LinkMade,
        PassMade,
        PassRemoved,
        PassUsed,
        PassRefused,
        CodesMade,
        PasswordSet,
        PasswordRemoved,
        AppAdded,
        AppRemoved,
        RecoveryBegun,
        RecoveryRefused,
        ReportedLost,
        Renamed,
        PasskeyRefused,
        Disabled,
        Enabled,
        Other,
    ];
    let entry = |(index, what): (usize, ActivityKind)| Activity {
        at: NOW - index as i64 * 7 * HOUR,
        what,
        passkey_name: (index % 3 != 1).then(|| names.or("iCloud Keychain").to_owned()),
        place: (index % 4 != 3).then(|| place("Chrome", "macOS")),
        by: matches!(what, LinkMade | PassMade | PassRemoved | Renamed)
            .then(|| names.or("jonas@northwind.example").to_owned()),
    };
    kinds.into_iter().enumerate().map(entry).collect()
}

fn open_applications(names: Names) -> Vec<OpenApplication> {
    let one = |id: u8, name: &str, description: &str, home: &str| OpenApplication {
        app_id: Id([id; 16]),
        display_name: names.or(name).to_owned(),
        description: names.or(description).to_owned(),
        home_uri: home.to_owned(),
        logo_id: (id == 2).then_some(Id([id; 16])),
    };
    vec![
        one(
            1,
            "Travel expenses",
            "What a journey cost, and who pays it back",
            "https://expenses.northwind.example/start?a=\"<",
        ),
        one(2, "المكتبة", "", "https://library.northwind.example"),
    ]
}

fn consents(names: Names) -> Vec<OwnConsent> {
    let consent = |id, permissions, api| OwnConsent {
        grant_id: Id([id; 16]),
        application: names.or("Travel expenses").to_owned(),
        permissions,
        api,
        created_at: NOW - 90 * DAY,
    };
    let low = vec![Permission::OpenId, Permission::OfflineAccess];
    vec![
        consent(1, low, None),
        consent(2, Vec::new(), apis(names).pop()),
    ]
}

fn apis(names: Names) -> Vec<ConsentApi> {
    let scope = |name, description: &str| ConsentScope {
        name: names.or(name).to_owned(),
        description: description.to_owned(),
    };
    vec![ConsentApi {
        name: names.or("Ledger").to_owned(),
        scopes: vec![
            scope("Read your expenses", ""),
            scope(
                "Hand in expenses",
                names.or("New ones, and changes of those that nobody approved yet."),
            ),
        ],
    }]
}

fn people(names: Names) -> Vec<PersonView> {
    let person = |id: u8, user_name: &str, display_name: &str, passkeys| PersonView {
        person_id: Id([id; 16]),
        user_name: names.or(user_name).into(),
        display_name: names.or(display_name).into(),
        enabled: id != 4,
        passkeys,
        created_at: NOW - 90 * DAY,
        last_sign_in_at: (passkeys > 0).then_some(NOW - i64::from(id) * DAY),
        is_administrator: id == 1,
        link_open: id == 3,
    };
    vec![
        person(1, "miriam@northwind.example", "Miriam Adler", 2),
        person(2, "jonas@northwind.example", "Jonas Weber", 1),
        person(3, "layla@northwind.example", "ليلى حداد", 0),
        person(
            4,
            "a.very.long.user.name.that.wraps.somewhere@subsidiary.northwind.example",
            "Maximiliane Oberlechner-Freudenreich",
            5,
        ),
    ]
}

fn public_key() -> Value {
    json!({ "challenge": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", "rpId": "localhost", "allowCredentials": [], "userVerification": "required" })
}

fn show(page: &impl Template) -> String {
    page.render().unwrap()
}

/// What applications lead people to.
fn application_pages(frame: Frame<'_>, names: Names) -> Vec<(&'static str, String)> {
    let inside = |address| Frame { address, ..frame };
    vec![
        (
            "reauthenticate-hardware",
            show(&reauthenticate::Reauthenticate {
                renewal: "/reauthenticate/challenge",
                frame: inside("/reauthenticate"),
                user_name: names.or("miriam@northwind.example"),
                state: "c2VhbGVk",
                public_key: public_key(),
                only: Some(&[names.or("YubiKey at my desk").to_owned()]),
                return_path: "/oauth2/v2.0/authorize?client_id=x",
            }),
        ),
        (
            "applications",
            show(&applications::Applications {
                frame: inside("/applications"),
                open: &open_applications(names),
            }),
        ),
        (
            "applications-none",
            show(&applications::Applications {
                frame: inside("/applications"),
                open: &[],
            }),
        ),
        (
            "enter_code",
            show(&device::EnterCode {
                frame: inside("/device"),
                unknown: "",
                of: &device::OF_DEVICE,
            }),
        ),
        (
            "enter_code-unknown",
            show(&device::EnterCode {
                frame: inside("/device?user_code=x"),
                unknown: names.or("BCDF-GHJX"),
                of: &device::OF_RECOVERY,
            }),
        ),
        (
            "allow_device",
            show(&device::AllowDevice {
                frame: inside("/device?user_code=BCDF-GHJK"),
                logo: Some("/logos/01010101-0101-0101-0101-010101010101.png".to_owned()),
                user_name: names.or("miriam@northwind.example"),
                application: names.or("Departures board"),
                user_code: "BCDF-GHJK",
                place: &place("", "Linux"),
                permissions: &[Permission::OpenId, Permission::OfflineAccess],
                apis: &apis(names),
                since: "1795258800000000.c2VhbGVk",
            }),
        ),
        (
            "answer_form",
            show(&answer_form::AnswerForm {
                frame: inside("/oauth2/v2.0/authorize?client_id=x&scope=openid"),
                address: "https://expenses.northwind.example/back?a=\"<",
                host: "expenses.northwind.example",
                fields: &[("state".to_owned(), names.or("a b").to_owned())],
            }),
        ),
        (
            "consent",
            show(&consent::Consent {
                frame: inside("/oauth2/v2.0/authorize?client_id=x&scope=openid"),
                logo: None,
                user_name: names.or("miriam@northwind.example"),
                application: names.or("Travel expenses"),
                host: "expenses.northwind.example",
                permissions: &[
                    Permission::OpenId,
                    Permission::Profile,
                    Permission::Email,
                    Permission::UserRead,
                    Permission::UserReadAll,
                ],
                apis: &apis(names),
                query: "client_id=x&scope=openid%20\"<",
                tenant: None,
            }),
        ),
        (
            "sign_out",
            show(&sign_out::SignOut {
                frame: inside("/oauth2/v2.0/logout?client_id=x"),
                user_name: names.or("miriam@northwind.example"),
                application: Some(names.or("Travel expenses")),
                location: Some("https://expenses.northwind.example/bye?a=\"<"),
            }),
        ),
    ]
}

/// With every way back in, and with none; and while one is under way.
fn recover_pages(frame: Frame<'_>) -> Vec<(&'static str, String)> {
    let page = |is_rich: bool, progress: Option<Progress>| recover::Recover {
        frame,
        rp_id: "localhost",
        sign_in: "/sign-in".to_owned(),
        registered: "/sign-in?notice=registered".to_owned(),
        has_codes: is_rich,
        rungs: match is_rich {
            true => Rung::ALL.to_vec(),
            false => Vec::new(),
        },
        progress,
        pass: is_rich.then(|| "/pass".to_owned()),
        reported: !is_rich,
    };
    let asked = |rung| Progress::Asked {
        rung,
        code: "BCDF-GHJK".to_owned(),
    };
    let ready_at = NOW + DAY;
    let request_id = "0".repeat(32);
    vec![
        ("recover", show(&page(true, None))),
        ("recover-nothing", show(&page(false, None))),
        (
            "recover-device",
            show(&page(true, Some(asked(Rung::Device)))),
        ),
        (
            "recover-manager",
            show(&page(true, Some(asked(Rung::Manager)))),
        ),
        (
            "recover-waiting",
            show(&page(true, Some(Progress::Waiting { ready_at }))),
        ),
        (
            "recover-ready",
            show(&page(true, Some(Progress::Ready { request_id }))),
        ),
        ("recover-letter", show(&recover::RecoverLetter { frame })),
    ]
}

/// What somebody is asked who typed a code.
fn approve_pages(frame: Frame<'_>, names: Names) -> [(&'static str, String); 2] {
    let place = place("Firefox", "macOS");
    let page = |rung| approve::Approve {
        frame,
        rung,
        display_name: names.or("Miriam Adler"),
        user_name: names.or("miriam@northwind.example"),
        place: &place,
        code: "BCDF-GHJK",
        since: "1.x",
    };
    [
        ("approve-device", show(&page(Rung::Device))),
        ("approve-manager", show(&page(Rung::Manager))),
    ]
}

/// For whoever has a link or a code.
fn invited_pages<'a>(quiet: impl Fn(&'static str) -> Frame<'a>) -> [(&'static str, String); 6] {
    let rp_id = "login.northwind.example";
    let register = register::Register {
        frame: quiet("/register"),
        rp_id,
    };
    let pass = pass::Pass {
        frame: quiet("/pass"),
        rp_id,
        sign_in: "/sign-in".to_owned(),
    };
    let not_me = not_me::NotMe {
        frame: quiet("/not-me"),
    };
    let password = |is_on| password::Password {
        frame: quiet("/password"),
        is_on,
        sign_in: "/sign-in".to_owned(),
        recover: "/recover".to_owned(),
        return_path: "/applications",
        hint: "",
    };
    let upgrade = password::Upgrade {
        frame: quiet("/upgrade"),
        return_path: "/applications",
        rp_id,
    };
    [
        ("register", show(&register)),
        ("pass", show(&pass)),
        ("not-me", show(&not_me)),
        ("password", show(&password(true))),
        ("password-off", show(&password(false))),
        ("upgrade", show(&upgrade)),
    ]
}

/// Every page with its name, in one language.
pub(super) fn pages(texts: &'static Texts, names: Names) -> Vec<(String, String)> {
    let session = session(names);
    let organisation = names.or("Northwind Traders");
    let quiet = |address| Frame {
        organisation: Some(organisation),
        ..frame(texts, address, None)
    };
    let inside = |address| Frame {
        organisation: Some(organisation),
        ..frame(texts, address, Some(&session))
    };
    let sign_in = |notice| sign_in::SignIn {
        frame: quiet("/sign-in?return=%2Fsecurity-info"),
        state: "c2VhbGVk",
        public_key: public_key(),
        return_path: "/security-info",
        notice,
        hint: names.or(""),
        pass: Some("/pass".to_owned()),
        password: Some("/password".to_owned()),
        recover: "/recover".to_owned(),
    };
    let security = security_pages(inside("/security-info"), names);
    let mut pages = vec![
        ("sign-in", show(&sign_in(None))),
        (
            "sign-in-reported-lost",
            show(&sign_in(sign_in::Notice::parse("reported-lost"))),
        ),
        (
            "sign-in-signed-out",
            show(&sign_in(sign_in::Notice::parse("signed-out"))),
        ),
        (
            "set-up",
            show(&set_up::SetUp {
                frame: Frame {
                    organisation: None,
                    evaluation: true,
                    ..frame(texts, "/set-up", None)
                },
                rp_id: "localhost",
                origin: "http://localhost:8080",
            }),
        ),
        (
            "reauthenticate",
            show(&reauthenticate::Reauthenticate {
                renewal: "/reauthenticate/challenge",
                frame: inside("/reauthenticate"),
                user_name: names.or("miriam@northwind.example"),
                state: "c2VhbGVk",
                public_key: public_key(),
                only: None,
                return_path: "/security-info#add",
            }),
        ),
        (
            "people",
            show(&people::People {
                frame: Frame {
                    evaluation: true,
                    ..inside("/people")
                },
                people: &people(names),
                next: Some("zoë&<x>"),
                offers_pass: true,
            }),
        ),
        (
            "error",
            show(&error::ErrorPage {
                frame: quiet("/nowhere"),
                code: &codes::LINK_UNUSABLE,
                detail: Some("link.used"),
                reference: "7K2M-9QXD",
                way_on: None,
            }),
        ),
        (
            "at-application",
            show(&at_application::AtApplication {
                texts,
                code: &codes::FORWARD_CODE_UNUSABLE,
                detail: Some("code.other_browser"),
                reference: "7K2M-9QXD",
            }),
        ),
        (
            "wrong-host",
            show(&wrong_host::WrongHost {
                texts,
                origin: "https://login.northwind.example",
                reference: "7K2M-9QXD",
            }),
        ),
    ];
    pages.extend(security);
    pages.extend(invited_pages(quiet));
    pages.extend(recover_pages(quiet("/recover")));
    pages.extend(approve_pages(inside("/approve"), names));
    pages.extend(application_pages(inside("/"), names));
    pages
        .into_iter()
        .map(|(name, html)| (format!("{name}.{}", texts.lang()), html))
        .collect()
}

/// Several passkeys; one that is bound to its device; none.
fn security_pages(frame: Frame<'_>, names: Names) -> [(&'static str, String); 5] {
    let many = passkeys(names);
    let only = [PasskeyCard {
        synced: false,
        removable: false,
        current: true,
        ..passkey("b25l", names.or("Windows Hello"), Some("Windows Hello"))
    }];
    let (sessions, activity) = (sessions(names), activity(names));
    let consents = consents(names);
    let accepts = Ok(identity::policies::Accepts {
        synced: true,
        device_bound: true,
        ..Default::default()
    });
    let off = Err("policy.self_service_off");
    let keys_only = Ok(identity::policies::Accepts {
        device_bound: true,
        models: vec![names.or("Key 5 NFC").to_owned(), "Key 6".to_owned()],
        ..Default::default()
    });
    let under_way = [UnderWay {
        ready_at: NOW + DAY,
        place: place("Chrome", "Windows"),
    }];
    let asked = [AskedOfManager {
        display_name: names.or("Bob Brown").to_owned(),
        asked_at: NOW,
        place: place("Safari", "iOS"),
    }];
    let page = |passkeys, recommend_second: bool| security_info::SecurityInfo {
        frame,
        user_name: names.or("miriam@northwind.example"),
        display_name: names.or("Miriam Adler"),
        passwords: Some(Owned {
            password_set_at: Some(NOW - 90 * HOUR),
            is_given: true,
            app_added_at: Some(NOW - 80 * HOUR),
            has_apps: true,
            minimum_length: 12,
        }),
        by_password: false,
        passkeys,
        max_passkeys: 10,
        sessions: &sessions,
        activity: &activity,
        consents: &consents,
        recommend_second,
        only_device_bound: recommend_second,
        codes: Some(Standing {
            left: 7,
            made_at: Some(NOW - 30 * DAY),
        }),
        under_way: &under_way[usize::from(!recommend_second)..],
        asked: &asked[usize::from(!recommend_second)..],
        approves: recommend_second,
        recovered_until: recommend_second.then_some(NOW + 20 * HOUR),
        accepts: &accepts,
        signals: json!({ "allAccepted": { "rpId": "localhost", "userId": "AA", "allAcceptedCredentialIds": [] },
            "currentUser": { "rpId": "localhost", "userId": "AA", "name": names.or("miriam"), "displayName": names.or("Miriam") } }),
    };
    let none = security_info::SecurityInfo {
        sessions: &[],
        activity: &[],
        consents: &[],
        codes: Some(Standing {
            left: 0,
            made_at: None,
        }),
        max_passkeys: 0,
        ..page(&[], false)
    };
    let restricted = security_info::SecurityInfo {
        accepts: &keys_only,
        ..page(&many, false)
    };
    let closed = security_info::SecurityInfo {
        accepts: &off,
        codes: None,
        passwords: Some(Owned {
            password_set_at: None,
            is_given: false,
            app_added_at: None,
            has_apps: false,
            minimum_length: 12,
        }),
        by_password: true,
        ..page(&many, false)
    };
    [
        ("security-info", show(&page(&many, false))),
        ("security-info-one", show(&page(&only, true))),
        ("security-info-none", show(&none)),
        ("security-info-restricted", show(&restricted)),
        ("security-info-closed", show(&closed)),
    ]
}
