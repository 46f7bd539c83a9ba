//! What the server acknowledged, and whether it is still there.

use std::collections::BTreeMap;
use std::io::Result;

use serde_json::{Value, json};

use crate::client::{Person, SignedIn, expect};
use crate::http::{Browser, Door};
use crate::program::Installation;

#[derive(Debug, Default)]
pub(super) struct Ledger {
    passkey_name: Option<String>,
    /// A rename that was sent and not answered: it may have happened.
    pub(super) unanswered: Option<String>,
    people: Vec<String>,
    sessions: Vec<BTreeMap<String, String>>,
    /// Sign-ins that must not work twice.
    spent: Vec<(BTreeMap<String, String>, Value)>,
    count: u64,
}

impl Ledger {
    pub(super) fn rename_passkey(
        &mut self,
        person: &Person,
        signed_in: &mut SignedIn,
    ) -> Result<()> {
        self.count += 1;
        let name = format!("passkey number {}", self.count);
        let body = json!({ "passkeyId": person.passkey_id(), "name": name });
        expect(
            signed_in
                .browser
                .post("/security-info/passkeys/rename", &body)?,
        )?;
        self.passkey_name = Some(name);
        Ok(())
    }

    pub(super) fn add_person(&mut self, signed_in: &mut SignedIn, name: &str) -> Result<()> {
        // A token is bound to its session: the first change of a session opens a page for one.
        signed_in.browser.get("/people")?;
        let body = json!({ "userName": name, "displayName": name });
        expect(signed_in.browser.post("/people/add", &body)?)?;
        self.people.push(name.to_owned());
        Ok(())
    }

    pub(super) fn sign_in(&mut self, person: &mut Person) -> Result<()> {
        let before = person.sign_in()?;
        self.sessions.push(before.browser.cookies.clone());
        self.spent.push((before.browser.cookies, before.finish));
        Ok(())
    }

    pub(super) fn join(&mut self, other: Ledger) {
        self.people.extend(other.people);
        self.sessions.extend(other.sessions);
        self.spent.extend(other.spent);
    }

    /// Renames once more with an answer, so that the name is known again.
    pub(super) fn settle_name(&mut self, person: &mut Person, installation: &Installation) {
        let server = installation.start(&[]);
        let mut signed_in = person.sign_in().expect("a sign-in");
        signed_in.browser.get("/security-info").expect("the page");
        self.rename_passkey(person, &mut signed_in)
            .expect("a rename");
        server.kill();
    }

    /// Everything acknowledged that the running server doesn't have any more.
    pub(super) fn lost(&self, person: &mut Person) -> Vec<String> {
        let mut signed_in = match person.sign_in() {
            Ok(signed_in) => signed_in,
            Err(cause) => return vec![format!("the passkey itself: {cause}")],
        };
        let mut lost = Vec::new();
        let page = signed_in
            .browser
            .get("/security-info")
            .expect("the page")
            .body;
        let names = [&self.passkey_name, &self.unanswered];
        if self.passkey_name.is_some()
            && !names.iter().any(|name| {
                name.as_ref()
                    .is_some_and(|name| page.contains(name.as_str()))
            })
        {
            lost.push(format!("the passkey's name {:?}", self.passkey_name));
        }
        lost.extend(
            self.people
                .iter()
                .filter(|name| !is_taken(&mut signed_in, name))
                .map(|name| format!("person {name}")),
        );
        for cookies in &self.sessions {
            if !is_session(person.door, cookies) {
                lost.push(format!("session {cookies:?}"));
            }
        }
        for (cookies, finish) in self.spent.iter().rev().take(20) {
            if works_again(person.door, cookies, finish) {
                lost.push("a spent challenge".to_owned());
            }
        }
        lost
    }
}

/// Adding somebody again under the same name is refused.
fn is_taken(signed_in: &mut SignedIn, name: &str) -> bool {
    signed_in.browser.get("/people").expect("the page");
    let answer = signed_in
        .browser
        .post(
            "/people/add",
            &json!({ "userName": name, "displayName": name }),
        )
        .expect("an answer");
    answer.status == 409 && answer.body.contains("user.name_taken")
}

fn is_session(door: Door, cookies: &BTreeMap<String, String>) -> bool {
    let mut browser = Browser::open(door).expect("a connection");
    browser.cookies.clone_from(cookies);
    browser.get("/security-info").expect("an answer").status == 200
}

fn works_again(door: Door, cookies: &BTreeMap<String, String>, finish: &Value) -> bool {
    let mut browser = Browser::open(door).expect("a connection");
    // Without the session: the sign-in's state is bound to the browser's cookie only.
    browser.cookies = cookies
        .iter()
        .filter(|(name, _)| !name.contains("session"))
        .map(|(n, v)| (n.clone(), v.clone()))
        .collect();
    browser.get("/sign-in").expect("the page");
    let answer = browser.post("/sign-in/passkey", finish).expect("an answer");
    // Refused for any other reason, this would show nothing.
    assert!(
        answer.status == 200 || answer.body.contains("state.spent"),
        "{answer:?}"
    );
    answer.status == 200
}
