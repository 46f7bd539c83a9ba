//! Every endpoint x every permission, every directory role, plain and privileged targets, fresh and not: what the
//! server answers, held against a page that was written by hand and knows nothing of the server's own table.

mod callers;
mod scene;
mod table;

use std::collections::BTreeSet;

use http::Method;
use identity::MINUTE;
use identity::permissions::Permission;
use identity::roles::Role;
use server::graph_api::ENDPOINTS;
use testkit::{Answer, House, on_each_backend};

use callers::{Caller, Kind, Near, Told, User};
use scene::{Level, Maker, Scene};
use table::{Alone, Row, Table};

const LOOK: &str = "Application.Read.All";

/// A house in which one person may do much within a minute that never ends.
fn in_each_busy_house(test: impl AsyncFn(House)) {
    on_each_backend(async |backend| {
        let house = House::open_with(backend, |settings| {
            settings.changes_per_person = 100_000;
            settings.tokens_per_client = 100_000;
            settings.tries_per_address = 100_000;
        });
        test(house.await).await;
    });
}

/// Sends the requests of the page in the name of each caller, and notes what was answered otherwise.
struct Trial<'a> {
    maker: Maker<'a>,
    version: &'static str,
    wrong: Vec<String>,
    asked: usize,
}

impl<'a> Trial<'a> {
    async fn of(house: &'a House, version: &'static str) -> Trial<'a> {
        let ada = house.administrator("ada").await;
        Trial {
            maker: Maker::of(house, ada).await,
            version,
            wrong: Vec::new(),
            asked: 0,
        }
    }

    /// One row about something that is made for it, and made anew when a success used it up.
    async fn run(&mut self, row: &Row, level: Level, callers: &[Caller<'_>]) {
        let mut scene = self.maker.make(row, level).await;
        for caller in callers {
            let told = self.ask(row, level, caller, &mut scene).await;
            if told == Told::Success && row.method != Method::GET {
                scene = self.maker.make(row, level).await;
            }
        }
    }

    /// One row about the callers themselves.
    async fn run_about_self(&mut self, row: &Row, callers: &[Caller<'_>]) {
        for caller in callers {
            let mut scene = self.maker.make(row, Level::Plain).await;
            if let Kind::Person { id, passkey, .. } = &caller.kind {
                for (word, text) in [
                    ("person", &id.to_string()),
                    ("holder", &id.to_string()),
                    ("passkey", passkey),
                ] {
                    scene.entry(word).and_modify(|it| it.clone_from(text));
                }
            }
            self.ask_about(row, (Level::Plain, Near::Oneself), caller, &mut scene)
                .await;
        }
    }

    /// One row about something that the caller owns; nothing where it is about nothing that has owners.
    async fn run_as_owner(&mut self, row: &Row, level: Level, caller: &Caller<'_>) {
        let Kind::Person { id, .. } = caller.kind else {
            panic!("{caller} owns nothing");
        };
        let mut scene = self.maker.make(row, level).await;
        if self.maker.own_all(&scene, id).await {
            self.ask_about(row, (level, Near::Owner), caller, &mut scene)
                .await;
        }
    }

    async fn ask(
        &mut self,
        row: &Row,
        level: Level,
        caller: &Caller<'_>,
        scene: &mut Scene,
    ) -> Told {
        // Whoever holds a role is privileged: who asks about themselves, too.
        let level = match row.rule.about_caller && !caller.roles.is_empty() {
            true => Level::Privileged,
            false => level,
        };
        let near = match row.rule.about_caller {
            true => Near::Oneself,
            false => Near::Stranger,
        };
        self.ask_about(row, (level, near), caller, scene).await
    }

    async fn ask_about(
        &mut self,
        row: &Row,
        (level, near): (Level, Near),
        caller: &Caller<'_>,
        scene: &mut Scene,
    ) -> Told {
        if row.words().contains(&"my-passkey") {
            let passkey = match &caller.kind {
                Kind::Person { passkey, .. } => passkey.clone(),
                Kind::Application => "none".to_owned(),
            };
            scene.insert("my-passkey", passkey);
        }
        let (path, body) = scene::write(row, self.version, scene);
        let expected = caller.judge(row, level, near);
        let method = row.method.clone();
        let answer = caller.client.ask(method, &path, body.as_ref()).await;
        self.asked += 1;
        if read(&answer, row.status) != Some(expected) {
            let text = answer.text();
            let status = answer.status.as_u16();
            self.wrong.push(format!(
                "{} {path} ({level:?}, {near:?}) by {caller}: {status} instead of {expected:?}: {text}",
                row.method
            ));
        }
        expected
    }

    #[track_caller]
    fn finish(self, at_least: usize) {
        assert!(self.asked >= at_least, "only {} requests", self.asked);
        assert!(
            self.wrong.is_empty(),
            "{} of {}:\n{}",
            self.wrong.len(),
            self.asked,
            self.wrong.join("\n")
        );
    }
}

/// What an answer says; `None` for one that no page foresees.
fn read(answer: &Answer, success: u16) -> Option<Told> {
    let status = answer.status.as_u16();
    if status == success {
        return Some(Told::Success);
    }
    let known = [
        (400, "Request_BadRequest", "graph.me_needs_person"),
        (403, "Authorization_RequestDenied", "permission.missing"),
        (403, "Authorization_RequestDenied", "role.insufficient"),
        (403, "Authorization_RequestDenied", "session.not_fresh"),
        (404, "Request_ResourceNotFound", "directory.object_missing"),
    ];
    let error = &answer.json()["error"];
    let (code, inner) = (&error["code"], &error["innerError"]["code"]);
    known
        .into_iter()
        .find(|(at, one, other)| status == *at && code == one && inner == other)
        .map(|(at, _, inner)| Told::Refused(at, inner))
}

/// The levels that a row has.
fn levels(row: &Row) -> &'static [Level] {
    match row.rule.privileged {
        Some(_) if !row.rule.about_caller => &[Level::Plain, Level::Privileged],
        _ => &[Level::Plain],
    }
}

#[test]
fn the_page_of_rights_leaves_out_no_endpoint_no_permission_and_no_role() {
    let table = Table::read();
    let written: BTreeSet<(String, String, bool)> = table
        .rows
        .iter()
        .map(|row| (row.pattern(), row.method.to_string(), row.is_own()))
        .collect();
    let routed: BTreeSet<(String, String, bool)> = ENDPOINTS
        .iter()
        .map(|endpoint| {
            let own = endpoint.versions.contains(&graph::Version::Own);
            assert!(!own || endpoint.versions.len() == 1);
            (
                endpoint.pattern.to_owned(),
                endpoint.method.to_string(),
                own,
            )
        })
        .collect();
    let forgotten: Vec<_> = routed.difference(&written).collect();
    assert!(forgotten.is_empty(), "without a row: {forgotten:#?}");
    let unknown: Vec<_> = written.difference(&routed).collect();
    assert!(unknown.is_empty(), "no endpoints: {unknown:#?}");
    for name in &table.permissions {
        assert!(Permission::parse(name).is_some(), "{name}");
    }
    let roles: BTreeSet<Role> = table.roles.iter().map(callers::find).collect();
    assert_eq!(roles, Role::ALL.iter().copied().collect());
    for role in &table.roles {
        assert_eq!(callers::find(role).name(), role.name);
    }
    let known: BTreeSet<&str> = table.roles.iter().map(|role| role.short).collect();
    for row in &table.rows {
        let named = row.rule.privileged.iter().flatten().chain(&row.rule.plain);
        for role in named {
            assert!(known.contains(role), "{role}");
        }
        // What changes something is fresh, and what only reads is not: nobody forgets it.
        // Options are given out by GET, and drafts and tokens that are only looked at come by POST.
        let gives_options = row.path.contains("/creationOptions");
        let only_looks = ["policy/preview", "/tokenPreview"]
            .iter()
            .any(|end| row.path.ends_with(end));
        let changes = gives_options || (row.method != Method::GET && !only_looks);
        assert_eq!(row.rule.fresh, changes, "{} {}", row.method, row.path);
    }
}

/// The page without what the version lacks: beta alone takes a time for creation options.
fn page_of(version: &str) -> Table {
    let mut table = Table::read();
    table
        .rows
        .retain(|row| version == "beta" || !row.path.contains("challengeTimeoutInMinutes"));
    table
}

#[test]
fn every_endpoint_for_every_permission_of_an_application() {
    in_each_busy_house(async |house| {
        let table = page_of("v1.0");
        let mut trial = Trial::of(&house, "v1.0").await;
        let mut singles = Vec::new();
        for permission in callers::app_roles() {
            singles.push(callers::application(&house, &[permission], None).await);
        }
        for row in &table.rows {
            trial.run(row, Level::Plain, &singles).await;
            for main in row
                .rule
                .application
                .iter()
                .filter(|_| !row.rule.and.is_empty())
            {
                let both = callers::application(&house, &[main, LOOK], None).await;
                trial.run(row, Level::Plain, &[both]).await;
            }
        }
        trial.finish(table.rows.len() * singles.len());
    });
}

#[test]
fn every_endpoint_for_every_scope() {
    in_each_busy_house(async |house| {
        let table = Table::read();
        let all = callers::scopes();
        let travel = house.client("Travel", &all.join(" ")).await;
        let mut trial = Trial::of(&house, "beta").await;
        let global = table.roles.iter().find(|role| role.short == "GA");
        let mut zoe = User::of(&house, &travel, &mut trial.maker, global).await;
        let mut eve = User::of(&house, &travel, &mut trial.maker, None).await;
        let (mut of_zoe, mut of_eve) = (Vec::new(), Vec::new());
        for scope in &all {
            of_zoe.push(zoe.with(&[scope]).await);
            of_eve.push(eve.with(&[scope]).await);
        }
        for row in &table.rows {
            trial.run(row, Level::Plain, &of_zoe).await;
            for main in row
                .rule
                .delegated
                .iter()
                .filter(|_| !row.rule.and.is_empty())
            {
                let both = zoe.with(&[main, LOOK]).await;
                trial.run(row, Level::Plain, &[both]).await;
            }
            let words = row.words();
            if row.rule.about_caller {
                trial.run(row, Level::Plain, &of_eve).await;
            } else if words.contains(&"person") || words.contains(&"holder") {
                trial.run_about_self(row, &of_eve).await;
            }
        }
        trial.finish(table.rows.len() * all.len());
    });
}

#[test]
fn past_mistake_49_every_endpoint_for_every_directory_role() {
    in_each_busy_house(async |house| {
        let table = page_of("v1.0");
        let (scopes, permissions) = (callers::scopes(), callers::app_roles());
        let travel = house.client("Travel", &scopes.join(" ")).await;
        let mut trial = Trial::of(&house, "v1.0").await;
        let (mut people, mut applications) = (Vec::new(), Vec::new());
        for role in table.roles.iter().map(Some).chain([None]) {
            let mut user = User::of(&house, &travel, &mut trial.maker, role).await;
            people.push(user.with(&scopes).await);
            applications.push(callers::application(&house, &permissions, role).await);
        }
        for row in &table.rows {
            for level in levels(row) {
                trial.run(row, *level, &people).await;
                if row.rule.alone != Alone::Always {
                    trial.run(row, *level, &applications).await;
                }
                // The last has no role: what they may, they may as an owner.
                let nobody = people.last().unwrap();
                assert!(nobody.roles.is_empty());
                trial.run_as_owner(row, *level, nobody).await;
            }
        }
        // Six minutes later: whoever may do everything only reads.
        house.advance(6 * MINUTE);
        trial.maker.ada().reauthenticate().await.ok();
        for caller in &mut people {
            if let Kind::Person { fresh, .. } = &mut caller.kind {
                *fresh = false;
            }
        }
        let stale: Vec<_> = people
            .into_iter()
            .filter(|caller| caller.roles.contains("GA"))
            .collect();
        for row in &table.rows {
            trial.run(row, Level::Plain, &stale).await;
        }
        trial.finish(table.rows.len() * table.roles.len());
    });
}
