//! Every way in and back in, in any order (past mistakes 3 to 9, 22, 27, 28, 30): a session comes of the proofs that its policy
//! names, a passkey of what gives the right to one, and of nothing else.

use identity::access_pass::{self, NewPass};
use identity::{Actor, Id, MINUTE, Micros};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};
use testkit::{Answer, Browser, Device, House, Offer, Person, on_each_backend};

use crate::passwords::{GOOD, STEP, add_app, allow, code_at, enter, prove, set};

const COMMAND_LINE: Actor<'static> = Actor::CommandLine { os_user: "test" };
/// How long a page may stay open.
const OPEN: Micros = 5 * MINUTE;
/// How long a shown pass or recovery code gives the right to a passkey.
const GIVEN: Micros = 10 * MINUTE;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Move {
    SignInByPasskey,
    EnterPassword,
    EnterWrongPassword,
    /// In another browser.
    EnterElsewhere,
    ProveNewest,
    /// With a state that was proved before.
    ProveSpent,
    /// With a state of the other browser.
    ProveForeign,
    ProveWrong,
    /// With the code that was taken last.
    ProveOldCode,
    /// With what a pass gave.
    ProveByPass,
    ProveNothing,
    /// The password's state where every other step's is due.
    TakePasswordElsewhere,
    EnterPass,
    FinishPass,
    /// In the other browser.
    FinishPassElsewhere,
    EnterCode,
    FinishCode,
    /// What a pass gave where a recovery code's is due, and the other way round.
    SwapGiven,
    AddPasskey,
    BeginUpgrade,
    SignOut,
    Wait,
}

const MOVES: [Move; 22] = {
    use Move::*;
    [
        SignInByPasskey,
        EnterPassword,
        EnterWrongPassword,
        EnterElsewhere,
        ProveNewest,
        ProveSpent,
        ProveForeign,
        ProveWrong,
        ProveOldCode,
        ProveByPass,
        ProveNothing,
        TakePasswordElsewhere,
        EnterPass,
        FinishPass,
        FinishPassElsewhere,
        EnterCode,
        FinishCode,
        SwapGiven,
        AddPasskey,
        BeginUpgrade,
        SignOut,
        Wait,
    ]
};

/// What leads on comes more often, or hardly a walk would arrive anywhere.
fn weigh() -> Vec<Move> {
    use Move::*;
    let on = [
        EnterPassword,
        ProveNewest,
        EnterPass,
        FinishPass,
        EnterCode,
        FinishCode,
    ];
    [MOVES.as_slice(), &on, &on, &on].concat()
}

/// What a step before gave, and when.
type Held = Option<(Value, Micros)>;

/// How somebody is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Passkey,
    Password,
}

struct Walk<'a> {
    house: &'a House,
    bob: Person,
    secret: String,
    pass: String,
    code: String,
    here: Browser,
    there: Browser,
    entered: Held,
    /// Nothing else happened to the account since.
    is_undisturbed: bool,
    entered_there: Held,
    proved: Option<Value>,
    given_by_pass: Held,
    given_by_code: Held,
    /// The code of the app that was taken last.
    taken: Option<String>,
    signed_in: Option<(By, Micros)>,
    passkeys: usize,
    tally: &'a mut Tally,
}

/// What came of all walks: a test in which nothing ever succeeds proves nothing.
#[derive(Debug, Default)]
struct Tally {
    by_password: usize,
    by_pass: usize,
    by_code: usize,
    added: usize,
}

fn count_passkeys(house: &House) -> usize {
    house.run_sql("SELECT created_proof FROM credential").len()
}

impl Walk<'_> {
    fn is_open(&self, held: &Held, limit: Micros) -> bool {
        let now = self.house.now();
        held.as_ref().is_some_and(|(_, at)| now - at <= limit)
    }

    fn has_signed_in(&mut self, by: By) {
        self.signed_in = Some((by, self.house.now()));
    }

    async fn enter_password(&mut self) {
        let answer = enter(&mut self.here, &self.bob.user_name, GOOD).await;
        self.entered = Some((answer.ok()["state"].clone(), self.house.now()));
        self.is_undisturbed = true;
    }

    fn has_registered(&mut self) {
        self.passkeys += 1;
        self.is_undisturbed = false;
    }

    async fn prove_newest(&mut self) {
        let Some((state, _)) = self.entered.clone() else {
            return;
        };
        let code = code_at(&self.secret, self.house.now());
        let answer = prove(&mut self.here, &state, "software_oath", &code).await;
        let due = self.is_open(&self.entered, OPEN) && self.taken.as_ref() != Some(&code);
        let done = answer.status == 200;
        assert!(due || !done, "{}", answer.text());
        assert!(done || !(due && self.is_undisturbed), "{}", answer.text());
        if done {
            self.tally.by_password += 1;
            self.has_signed_in(By::Password);
            self.taken = Some(code);
            self.proved = Some(state);
            self.entered = None;
        }
    }

    /// The right code with a state that gives no right to it.
    async fn prove_with(&mut self, state: Option<Value>) {
        let Some(state) = state else { return };
        self.house.advance(STEP);
        let code = code_at(&self.secret, self.house.now());
        let answer = prove(&mut self.here, &state, "software_oath", &code).await;
        refuse(&answer);
    }

    async fn take_password_elsewhere(&mut self) {
        let Some((state, _)) = self.entered.clone() else {
            return;
        };
        let offer = self.here.challenge().await;
        let response = self.here.answer(&mut self.bob.device, &offer);
        for path in [
            "/sign-in/passkey",
            "/reauthenticate/passkey",
            "/register/finish",
            "/set-up/finish",
            "/pass/finish",
            "/recover/finish",
            "/recover/request/finish",
            "/upgrade/finish",
            "/security-info/passkeys/finish",
            "/security-info/app/finish",
        ] {
            let body = json!({ "state": state, "response": response, "code": "000000" });
            refuse(&self.here.post(path, body).await);
        }
    }

    /// Registers with what was given; whether it was taken.
    async fn finish(&mut self, path: &str, begun: &Value, is_elsewhere: bool) -> bool {
        let browser = match is_elsewhere {
            true => &mut self.there,
            false => &mut self.here,
        };
        let response = browser.create(&mut Device::synced(), &Offer::of(begun));
        let body = json!({ "state": begun["state"], "response": response });
        let answer = browser.post(path, body).await;
        assert!(
            answer.status == 200 || answer.status.is_client_error(),
            "{path}: {}",
            answer.text()
        );
        answer.status == 200
    }

    async fn finish_pass(&mut self) {
        let Some((begun, _)) = self.given_by_pass.clone() else {
            return;
        };
        if self.finish("/pass/finish", &begun, false).await {
            assert!(self.is_open(&self.given_by_pass, GIVEN), "too late");
            self.given_by_pass = None;
            self.has_registered();
            self.tally.by_pass += 1;
        }
    }

    async fn finish_code(&mut self) {
        let Some((begun, _)) = self.given_by_code.clone() else {
            return;
        };
        if self.finish("/recover/finish", &begun, false).await {
            assert!(self.is_open(&self.given_by_code, GIVEN), "too late");
            self.given_by_code = None;
            self.has_registered();
            self.tally.by_code += 1;
        }
    }

    async fn add_passkey(&mut self) {
        let begun = self.here.post("/security-info/passkeys/begin", json!({}));
        let begun = begun.await;
        // By password to nobody who has a passkey.
        let may =
            matches!(self.signed_in, Some((By::Passkey, at)) if self.house.now() - at <= OPEN);
        assert_eq!(begun.status == 200, may, "{}", begun.text());
        if may {
            let offer = Offer::of(&begun.ok());
            let response = self.here.create(&mut Device::synced(), &offer);
            self.here.finish_add(&offer, &response).await.ok();
            self.has_registered();
            self.tally.added += 1;
        }
    }

    async fn take(&mut self, step: Move) {
        let name = self.bob.user_name.clone();
        match step {
            Move::SignInByPasskey => {
                self.here.sign_in(&mut self.bob.device).await.ok();
                self.has_signed_in(By::Passkey);
            }
            Move::EnterPassword => self.enter_password().await,
            Move::EnterWrongPassword => {
                refuse(&enter(&mut self.here, &name, "wrong and wrong").await);
            }
            Move::EnterElsewhere => {
                let answer = enter(&mut self.there, &name, GOOD).await;
                self.entered_there = Some((answer.ok()["state"].clone(), self.house.now()));
            }
            Move::ProveNewest => self.prove_newest().await,
            Move::ProveSpent => self.prove_with(self.proved.clone()).await,
            Move::ProveForeign => {
                let state = self.entered_there.clone().map(|(state, _)| state);
                self.prove_with(state).await;
            }
            Move::ProveByPass => {
                let begun = self.given_by_pass.clone().map(|(begun, _)| begun);
                self.prove_with(begun.map(|it| it["state"].clone())).await;
            }
            Move::ProveWrong => {
                if let Some((state, _)) = self.entered.clone() {
                    refuse(&prove(&mut self.here, &state, "software_oath", "000000").await);
                }
            }
            Move::ProveOldCode => {
                if let (Some((state, _)), Some(code)) = (self.entered.clone(), self.taken.clone()) {
                    refuse(&prove(&mut self.here, &state, "software_oath", &code).await);
                }
            }
            Move::ProveNothing => {
                refuse(&prove(&mut self.here, &json!(""), "software_oath", "").await);
                refuse(&self.here.post("/password/code", json!({})).await);
            }
            Move::TakePasswordElsewhere => self.take_password_elsewhere().await,
            Move::EnterPass => {
                let body = json!({ "name": name, "code": self.pass });
                let answer = self.here.post("/pass/enter", body).await;
                if answer.status == 200 {
                    self.given_by_pass = Some((answer.ok(), self.house.now()));
                }
            }
            Move::FinishPass => self.finish_pass().await,
            Move::FinishPassElsewhere => {
                if let Some((begun, _)) = self.given_by_pass.clone() {
                    assert!(
                        !self.finish("/pass/finish", &begun, true).await,
                        "elsewhere"
                    );
                }
            }
            Move::EnterCode => {
                let body = json!({ "name": name, "code": self.code });
                let answer = self.here.post("/recover/enter", body).await;
                if answer.status == 200 {
                    self.given_by_code = Some((answer.ok(), self.house.now()));
                }
            }
            Move::FinishCode => self.finish_code().await,
            Move::SwapGiven => {
                for (given, path) in [
                    (self.given_by_pass.clone(), "/recover/finish"),
                    (self.given_by_code.clone(), "/pass/finish"),
                    (self.given_by_code.clone(), "/security-info/passkeys/finish"),
                    (self.given_by_pass.clone(), "/upgrade/finish"),
                ] {
                    if let Some((begun, _)) = given {
                        assert!(!self.finish(path, &begun, false).await, "{path}");
                    }
                }
            }
            Move::AddPasskey => self.add_passkey().await,
            Move::BeginUpgrade => refuse(&self.here.post("/upgrade/begin", json!({})).await),
            Move::SignOut => {
                self.here.sign_out().await.ok();
                self.signed_in = None;
            }
            Move::Wait => self.house.advance(2 * MINUTE),
        }
    }
}

fn refuse(answer: &Answer) {
    assert!(
        answer.status.is_client_error(),
        "{} {}",
        answer.status,
        answer.text()
    );
}

async fn walk(house: &House, ada: &mut Person, tally: &mut Tally, moves: &[Move]) {
    ada.sign_in().await.ok();
    let name = format!("bob{}", count_passkeys(house));
    let mut bob = house.person(ada, &name).await;
    set(&mut bob.browser, GOOD).await.ok();
    let secret = add_app(house, &mut bob.browser).await;
    let made = bob.browser.post("/security-info/codes/make", json!({}));
    let code = made.await.ok()["codes"][0].as_str().unwrap().to_owned();
    let new = NewPass {
        reason: Some("seen on site".to_owned()),
        ..NewPass::default()
    };
    let id = Id::parse(&bob.person_id).unwrap();
    let pass = access_pass::make(house.identity(), COMMAND_LINE, id, &new).await;
    let mut walk = Walk {
        house,
        bob,
        secret,
        pass: pass.unwrap().1,
        code,
        here: house.browser(),
        there: house.browser(),
        entered: None,
        is_undisturbed: true,
        entered_there: None,
        proved: None,
        given_by_pass: None,
        given_by_code: None,
        taken: None,
        signed_in: None,
        passkeys: count_passkeys(house),
        tally,
    };
    for step in moves {
        walk.take(*step).await;
        let expected = walk.signed_in.map(|(by, _)| by);
        let found = match walk.here.is_signed_in().await {
            true if house.security_info(&walk.here).await.by_password => Some(By::Password),
            true => Some(By::Passkey),
            false => None,
        };
        assert_eq!(found, expected, "after {step:?} in {moves:?}");
        assert!(!walk.there.has_session(), "after {step:?} in {moves:?}");
        let passkeys = count_passkeys(house);
        assert_eq!(passkeys, walk.passkeys, "after {step:?} in {moves:?}");
    }
}

#[test]
fn past_mistakes_27_and_28_no_order_of_any_ways_gives_more_than_they_prove() {
    on_each_backend(async |backend| {
        let house = House::open_with(backend, |settings| {
            settings.changes_per_person = 100_000;
            settings.tries_per_address = 100_000;
        })
        .await;
        let mut ada = house.administrator("ada").await;
        allow(&house, |_| {}).await;
        let mut runner = TestRunner::new_with_rng(
            Config {
                cases: 40,
                failure_persistence: None,
                ..Config::default()
            },
            TestRng::deterministic_rng(RngAlgorithm::ChaCha),
        );
        let any = prop::collection::vec(prop::sample::select(weigh()), 4..18);
        let handle = tokio::runtime::Handle::current();
        let mut tally = Tally::default();
        let (walker, counted) = (
            std::cell::RefCell::new(&mut ada),
            std::cell::RefCell::new(&mut tally),
        );
        let outcome = tokio::task::block_in_place(|| {
            runner.run(&any, |moves| {
                let (mut ada, mut tally) = (walker.borrow_mut(), counted.borrow_mut());
                handle.block_on(walk(&house, &mut ada, &mut tally, &moves));
                Ok(())
            })
        });
        if let Err(error) = outcome {
            panic!("{error}");
        }
        let Tally {
            by_password,
            by_pass,
            by_code,
            added,
        } = tally;
        assert!(
            by_password > 2 && by_pass > 2 && by_code > 2 && added > 2,
            "{tally:?}"
        );
    });
}
