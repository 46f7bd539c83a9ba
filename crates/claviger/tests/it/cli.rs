//! The commands, each as a process of its own in a folder of its own.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use crate::client::Person;
use crate::folder::Folder;
use crate::program::Installation;

mod bad_day;
mod telling;

/// What a command did.
#[derive(Debug)]
struct Outcome {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Outcome {
    fn of(output: Output) -> Outcome {
        let text = |bytes| String::from_utf8(bytes).expect("output is text");
        Outcome {
            code: output.status.code(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    #[track_caller]
    fn ok(self) -> String {
        assert_eq!(self.code, Some(0), "{self:?}");
        self.stdout
    }

    #[track_caller]
    fn json(self) -> Value {
        let text = self.ok();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    /// It ended with this code and said why, on stderr alone.
    #[track_caller]
    fn refused(self, code: i32, why: &str) {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert!(
            self.stderr.starts_with("claviger: ") && self.stderr.contains(why),
            "{self:?}"
        );
        assert!(self.stdout.is_empty(), "{self:?}");
    }
}

/// The binary, with nothing of this machine's settings in its environment.
fn claviger(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_claviger"));
    command.args(arguments);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("CLAVIGER_") {
            command.env_remove(name);
        }
    }
    command
}

fn run_on(data: &Path, arguments: &[&str]) -> Outcome {
    let output = claviger(arguments).arg("--data").arg(data).output();
    Outcome::of(output.expect("claviger runs"))
}

/// An installation with its first administrator, and where its server is.
fn set_up(folder: &Folder) -> (Installation, crate::program::Server, Person) {
    let installation = Installation::new(folder.path());
    let server = installation.start(&[]);
    let person = Person::set_up(installation.port, &server.set_up_token()).expect("set-up");
    (installation, server, person)
}

fn text(path: &Path) -> &str {
    path.to_str().expect("paths of tests are text")
}

/// Every command that has no further ones below it, found in the help itself.
fn list_commands(above: &[&str]) -> Vec<Vec<String>> {
    let mut arguments = above.to_vec();
    arguments.push("--help");
    let help = Outcome::of(claviger(&arguments).output().expect("claviger runs")).ok();
    let Some((_, listed)) = help.split_once("\nCommands:\n") else {
        return vec![above.iter().map(|&word| word.to_owned()).collect()];
    };
    let names = listed
        .lines()
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.strip_prefix("  ")?.split(' ').next())
        .filter(|name| !name.is_empty());
    let below = names.flat_map(|name| {
        let mut path = above.to_vec();
        path.push(name);
        list_commands(&path)
    });
    below.collect()
}

#[test]
fn help_shows_examples_for_every_command() {
    let commands = list_commands(&[]);
    assert!(commands.len() >= 12, "{commands:?}");
    for command in commands {
        let mut arguments: Vec<&str> = command.iter().map(String::as_str).collect();
        arguments.push("--help");
        let help = Outcome::of(claviger(&arguments).output().expect("claviger runs")).ok();
        let example = format!("\n  claviger {}", command.join(" "));
        assert!(help.contains(&example), "{example} is not in:\n{help}");
    }
    let help = Outcome::of(claviger(&["--help"]).output().expect("claviger runs")).ok();
    assert!(help.contains("Examples:") && help.contains("--key-command"));
}

#[test]
fn a_wrong_command_line_ends_with_2() {
    let folder = Folder::make();
    for wrong in [
        &["serv"][..],
        &["user", "add"],
        &["serve", "--listne", "127.0.0.1:1"],
    ] {
        assert_eq!(run_on(folder.path(), wrong).code, Some(2), "{wrong:?}");
    }
    let data = folder.path().join("data");
    run_on(
        &data,
        &["doctor", "--public-origin", "http://login.example.org"],
    )
    .refused(2, "use https");
    assert!(!data.exists());
}

#[test]
fn init_begins_once_and_only_for_a_named_origin() {
    let folder = Folder::make();
    let data = folder.path().join("data");
    run_on(&data, &["init"]).refused(1, "--public-origin");
    assert!(!data.exists());
    let origin = ["--public-origin", "https://login.example.org"];
    let init = [&["init", "--rp-id", "example.org"], &origin[..]].concat();
    let said = run_on(&data, &init).ok();
    assert!(said.contains("https://login.example.org") && said.contains("example.org"));
    let mode = |path: &Path| {
        fs::metadata(path)
            .expect("it is there")
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!(mode(&data), 0o700);
    assert_eq!(mode(&data.join("claviger.key")), 0o600);
    // What was chosen is stored: doctor asks for it no more.
    let findings = run_on(&data, &["doctor", "--json"]);
    assert_eq!(findings.code, Some(1), "the key lies beside the database");
    assert!(findings.stdout.contains("https://login.example.org"));
}

#[test]
fn a_second_start_finds_everything_as_it_was() {
    let folder = Folder::make();
    let (installation, server, mut ada) = set_up(&folder);
    let mut signed_in = ada.sign_in().expect("a sign-in");
    let key = fs::read(installation.data.join("claviger.key")).expect("the key");
    server.kill();
    let _server = installation.start(&[]);
    let mut browser = crate::http::Browser::open(installation.port).expect("a connection");
    browser.cookies.clone_from(&signed_in.browser.cookies);
    signed_in.browser = browser;
    let page = signed_in.browser.get("/security-info").expect("an answer");
    assert_eq!(page.status, 200, "the session lives on");
    ada.sign_in().expect("the passkey works on");
    let same = fs::read(installation.data.join("claviger.key")).expect("the key");
    assert_eq!(key, same);
}

#[test]
fn serve_prints_where_it_listens_and_a_set_up_link() {
    let folder = Folder::make();
    let installation = Installation::new(folder.path());
    let server = installation.start(&[("CLAVIGER_METRICS_LISTEN", "127.0.0.1:0".to_owned())]);
    let said = server.read_until("/set-up#");
    assert!(said.contains(&format!("127.0.0.1:{}", installation.port)));
    assert!(said.contains(&format!("http://localhost:{}/set-up#", installation.port)));
    assert!(said.contains("Figures: http://127.0.0.1:"), "{said}");
}

/// With port 0 the system chooses, and the origin follows.
#[test]
fn serve_takes_a_free_port() {
    let folder = Folder::make();
    let mut installation = Installation::new(folder.path());
    installation.port = 0;
    let server = installation.spawn(&["--listen", "127.0.0.1:0"], &[]);
    let said = server.read_until("/set-up#");
    let (_, after) = said
        .split_once("listens on 127.0.0.1:")
        .expect("an address");
    let port: u16 = after
        .split(';')
        .next()
        .and_then(|text| text.parse().ok())
        .expect("a port");
    assert_ne!(port, 0);
    assert!(said.contains(&format!("http://localhost:{port}/set-up#")));
    Person::set_up(port, &crate::program::token_of(&said)).expect("set-up on that port");
}

#[test]
fn people_are_added_listed_renamed_and_disabled_while_it_serves() {
    let folder = Folder::make();
    let (installation, _server, _ada) = set_up(&folder);
    let run = |arguments: &[&str]| run_on(&installation.data, arguments);
    let added = run(&[
        "user",
        "add",
        "bob@example.org",
        "--display-name",
        "Bob Bell",
        "--link",
    ])
    .ok();
    assert!(added.starts_with("Added bob@example.org (Bob Bell)."));
    let link = format!("http://localhost:{}/register#", installation.port);
    assert!(added.contains(&link), "{added}");
    let carol = run(&["user", "add", "carol", "--link", "--json"]).json();
    assert_eq!(carol["userName"], "carol");
    assert!(
        carol["link"]["url"]
            .as_str()
            .is_some_and(|url| url.starts_with(&link))
    );
    run(&["user", "add", "carol"]).refused(1, "user.name_taken");
    run(&["user", "add", "no spaces"]).refused(1, "user.name_unfit");
    run(&["user", "disable", "nobody"]).refused(1, "user.missing");
    assert!(
        run(&["user", "disable", "carol"])
            .ok()
            .contains("carol is disabled")
    );
    run(&["user", "disable", "admin"]).refused(1, "user.last_administrator");
    run(&["user", "rename", "bob@example.org", "--to", "robert"]).ok();
    let listed = run(&["user", "list", "--json"]).json();
    let people = listed.as_array().expect("a list");
    let find = |name: &str| {
        people
            .iter()
            .find(|person| person["userName"] == name)
            .unwrap_or_else(|| panic!("{name} is not in {listed}"))
    };
    assert_eq!(people.len(), 3);
    assert_eq!(find("admin")["administrator"], true);
    assert_eq!(find("admin")["passkeys"], 1);
    assert_eq!(find("robert")["displayName"], "Bob Bell");
    assert_eq!(find("robert")["linkOpen"], true);
    assert_eq!(find("carol")["enabled"], false);
    assert_eq!(find("carol")["lastSignInAt"], Value::Null);
    let table = run(&["user", "list"]).ok();
    assert!(table.starts_with("USER NAME") && table.lines().count() == 4);
    run(&["user", "link", "admin"]).refused(1, "link.not_needed");
    assert!(run(&["admin", "link", "admin"]).ok().contains(&link));
    run(&["admin", "link", "robert"]).refused(1, "user.not_administrator");
    let made = run(&["user", "pass", "robert", "--json"]).json();
    let code = made["pass"].as_str().unwrap();
    assert_eq!((code.len(), &made["works"]), (8, &Value::from("once")));
    let shown = run(&["user", "pass", "robert", "--show"]).ok();
    assert!(
        shown.contains("(works, once") && !shown.contains(code),
        "{shown}"
    );
    run(&["user", "pass", "robert", "--minutes", "9"]).refused(1, "pass.unfit");
    run(&["user", "pass", "robert", "--remove"]).ok();
    run(&["user", "pass", "robert", "--show"]).refused(1, "pass.missing");
    let policy = run(&["policy", "pass", "--least-minutes", "10", "--length", "12"]).ok();
    assert!(policy.contains("from 10 to 480"), "{policy}");
    run(&["policy", "pass", "--length", "7"]).refused(1, "pass_policy.unfit");
    let made = run(&["user", "pass", "robert", "--minutes", "10"]).ok();
    assert!(made.contains("(works, once"), "{made}");
}

#[test]
fn the_directory_is_kept_while_it_serves() {
    for backend in testkit::backends() {
        let folder = Folder::make();
        let database = match &backend {
            testkit::Backend::Sqlite => None,
            testkit::Backend::Postgres { url } => {
                Some(testkit::postgres::Database::create(url).expect("a database"))
            }
        };
        let environment: Vec<_> = database
            .iter()
            .map(|database| ("CLAVIGER_DATABASE_URL", database.url()))
            .collect();
        let installation = Installation::new(folder.path());
        let server = installation.start(&environment);
        Person::set_up(installation.port, &server.set_up_token()).expect("set-up");
        keep_directory(&|arguments: &[&str]| {
            let mut command = claviger(arguments);
            command.arg("--data").arg(&installation.data);
            command.envs(environment.iter().map(|(name, value)| (name, value)));
            Outcome::of(command.output().expect("claviger runs"))
        });
    }
}

/// The same on either database.
fn keep_directory(run: &dyn Fn(&[&str]) -> Outcome) {
    run(&["user", "add", "bob", "--display-name", "Bob"]).ok();
    let shown = run(&[
        "user",
        "set",
        "bob",
        "--mail",
        "bob@example.org",
        "--manager",
        "admin",
        "--property",
        "jobTitle=Pilot",
        "--type",
        "guest",
        "--json",
    ])
    .json();
    assert_eq!(shown["mail"], "bob@example.org");
    assert_eq!(shown["manager"], "admin");
    assert_eq!(shown["properties"]["jobTitle"], "Pilot");
    assert_eq!(shown["userType"], "guest");
    run(&["user", "set", "bob", "--mail", "nowhere"]).refused(1, "user.mail_unfit");
    run(&["user", "set", "bob", "--property", "shoe=44"]).refused(1, "jobTitle");
    run(&["user", "set", "bob", "--manager", "nobody"]).refused(1, "user.missing");

    let group = run(&[
        "group",
        "add",
        "Pilots",
        "--description",
        "Who fly",
        "--json",
    ])
    .json();
    let id = group["groupId"].as_str().expect("an id");
    assert_eq!(group["protectedBy"], serde_json::json!([]));
    run(&["group", "add", "Crew", "--role-assignable"]).ok();
    run(&["group", "join", "pilots", "bob"]).ok();
    run(&["group", "join", "Crew", id]).ok();
    run(&["group", "join", "Pilots", "Crew"]).refused(1, "group.cycle");
    run(&["group", "join", "Pilots", "nobody"]).refused(1, "directory.object_missing");
    let members = run(&["group", "members", "Crew", "--transitive", "--json"]).json();
    let kinds: Vec<_> = members
        .as_array()
        .expect("a list")
        .iter()
        .map(|it| it["kind"].as_str())
        .collect();
    assert_eq!(kinds.len(), 2, "{members}");
    assert!(kinds.contains(&Some("person")) && kinds.contains(&Some("group")));
    let shown = run(&["group", "show", "Pilots"]).ok();
    assert!(shown.contains("protected: roleAssignable"), "{shown}");
    let listed = run(&["group", "list", "--prefix", "PI", "--json"]).json();
    assert_eq!(listed.as_array().map(Vec::len), Some(1));

    run(&["role", "assign", "user administrator", "Crew"]).ok();
    run(&["role", "assign", "User Administrator", "Pilots"])
        .refused(1, "group.not_role_assignable");
    run(&["role", "assign", "Emperor", "bob"]).refused(1, "role.missing");
    let shown = run(&["user", "show", "bob", "--json"]).json();
    assert_eq!(shown["roles"], serde_json::json!(["User Administrator"]));
    assert_eq!(shown["groups"], serde_json::json!(["Pilots"]));
    let holders = run(&["role", "members", "User Administrator", "--json"]).json();
    assert_eq!(holders[0]["name"], "Crew");
    let last = ["role", "unassign", "Global Administrator", "admin"];
    run(&last).refused(1, "user.last_administrator");
    run(&["role", "unassign", "User Administrator", "Crew"]).ok();
    let listed = run(&["role", "list", "--json"]).json();
    assert_eq!(listed.as_array().map(Vec::len), Some(13));

    run(&["group", "add", "Pilots"]).ok();
    run(&["group", "show", "Pilots"]).refused(1, "group.ambiguous");
    run(&["group", "leave", "Crew", id]).ok();
    run(&["group", "delete", id]).ok();
    let deleted = run(&["group", "deleted", "--json"]).json();
    assert_eq!(deleted[0]["groupId"], *id);
    run(&["group", "restore", id]).ok();
    run(&["user", "delete", "bob"]).ok();
    run(&["user", "show", "bob"]).refused(1, "user.missing");
    assert_eq!(
        run(&["user", "deleted", "--json"]).json()[0]["userName"],
        "bob"
    );
    run(&["user", "restore", "bob"]).ok();
    let shown = run(&["user", "show", "bob"]).ok();
    assert!(
        shown.contains("Pilots") && shown.contains("jobTitle"),
        "{shown}"
    );
    keep_owners(run);
    say_tokens(run);
    say_apis(run);
}

fn say_apis(run: &dyn Fn(&[&str]) -> Outcome) {
    let id = |name: &str| {
        let app = run(&["app", "create", name, "--json"]).json();
        app["clientId"].as_str().expect("an id").to_owned()
    };
    let (ledger, client) = (id("Books"), id("Travels"));
    let api = |more: &[&str]| {
        let mut all = vec!["app", "api", ledger.as_str()];
        all.extend(more);
        run(&all)
    };
    assert!(api(&[]).ok().contains("no API"));
    let uri = "https://ledger.example.org";
    let said = api(&[
        "--uri",
        uri,
        "--scope",
        "read=Read your expenses",
        "--admin-scope",
        "audit=Read all expenses",
        "--app-role",
        "Import=Bring expenses in",
        "--json",
    ])
    .json();
    assert_eq!(said["identifierUris"][0], uri);
    assert_eq!(said["scopes"][0]["consent"], "people");
    assert_eq!(said["scopes"][1]["consent"], "administrators");
    assert_eq!(said["appRoles"][0]["value"], "Import");
    let said = api(&[]).ok();
    assert!(
        said.contains(uri) && said.contains("audit (Read all expenses; administrators consent)")
    );
    for wrong in [
        "ledger",
        "https://ledger.example.org/#x",
        "http://ledger.example.org",
    ] {
        api(&["--uri", wrong]).refused(1, "application.identifier_uri_unfit");
    }
    api(&["--scope", "User.Read=X"]).refused(1, "application.api_scope_unfit");
    api(&["--no-scope", "nothing"]).refused(1, "no scope nothing");
    let audit = format!("{uri}/audit");
    run(&["app", "grant", &client, "User.Read", &audit]).ok();
    run(&["app", "grant", &client, &format!("{uri}/nothing")]).refused(1, "permission.unknown");
    run(&["app", "role", &client, &format!("{uri}/Import")]).ok();
    run(&["app", "role", &client, &format!("{uri}/nothing")]).refused(1, "permission.unknown");
    let shown = run(&["app", "show", &client]).ok();
    assert!(
        shown.contains("everybody: audit") && shown.contains("at Books"),
        "{shown}"
    );
    let said = api(&["--no-uri", uri, "--no-scope", "audit", "--json"]).json();
    assert_eq!(said["identifierUris"].as_array().map(Vec::len), Some(0));
    assert_eq!(said["scopes"].as_array().map(Vec::len), Some(1));
    run(&["app", "grant", &client, &audit]).refused(1, "is called");
}

fn say_tokens(run: &dyn Fn(&[&str]) -> Outcome) {
    let app = run(&["app", "create", "Ledger", "--json"]).json();
    let client = app["clientId"].as_str().expect("an id");
    let tokens = |more: &[&str]| {
        let mut all = vec!["app", "tokens", client];
        all.extend(more);
        run(&all)
    };
    let said = tokens(&[
        "--claim",
        "email=userName",
        "--role",
        "clerk=Clerk",
        "--json",
    ])
    .json();
    assert_eq!(said["algorithm"], "RS256");
    assert_eq!(said["pkce"], "required");
    assert_eq!(said["claims"][0]["source"], "userName");
    let said = tokens(&["--algorithm", "EdDSA", "--pkce", "optional"]).ok();
    assert!(
        said.contains("EdDSA") && said.contains("email from userName"),
        "{said}"
    );
    tokens(&["--claim", "sub=mail"]).refused(1, "application.token_settings_unfit");
    run(&["app", "assign", client, "bob", "--role", "boss"]).refused(1, "permission.unknown");
    run(&["app", "assign", client, "bob", "--role", "clerk"]).ok();
    assert!(run(&["app", "assigned", client]).ok().contains("clerk"));
    let told = run(&["app", "preview", client, "bob", "--json"]).json();
    assert_eq!(told["idToken"]["email"], "bob");
    assert_eq!(told["userInfo"]["roles"][0], "clerk");
    run(&["app", "unassign", client, "bob"]).ok();
    let told = run(&["app", "preview", client, "bob", "--json"]).json();
    assert!(told["idToken"].get("roles").is_none());
    let said = tokens(&["--no-claim", "email", "--no-role", "clerk", "--json"]).json();
    assert_eq!(
        (said["claims"].clone(), said["roles"].clone()),
        (vec![0; 0].into(), vec![0; 0].into())
    );
}

fn keep_owners(run: &dyn Fn(&[&str]) -> Outcome) {
    run(&["group", "add", "Gliders"]).ok();
    let app = run(&["app", "create", "Planner", "--json"]).json();
    let (client, principal) = (
        app["clientId"].as_str().expect("an id"),
        app["principalId"].as_str().expect("an id"),
    );
    let owned: [&[&str]; 3] = [
        &["group", "Gliders"],
        &["app", client],
        &["app", client, "--service-principal"],
    ];
    for words in owned {
        let (family, of) = (words[0], &words[1..]);
        let say = |verb: &'static str, more: &[&'static str]| {
            let mut all = vec![family, verb];
            all.extend(of);
            all.extend(more);
            run(&all)
        };
        say("add-owner", &["bob"]).ok();
        say("add-owner", &["bob"]).refused(1, "directory.owner_exists");
        say("add-owner", &["Crew"]).refused(1, "directory.owner_unfit");
        let mut by_application = vec![family, "add-owner"];
        by_application.extend(of);
        by_application.push(principal);
        run(&by_application).ok();
        let shown = say("owners", &["--json"]).json();
        let mut names: Vec<_> = shown
            .as_array()
            .expect("a list")
            .iter()
            .map(|owner| (owner["kind"].as_str(), owner["name"].as_str()))
            .collect();
        names.sort_unstable();
        let expected = [
            (Some("application"), Some("Planner")),
            (Some("person"), Some("bob")),
        ];
        assert_eq!(names, expected);
        assert!(say("owners", &[]).ok().contains("bob"));
        say("remove-owner", &["bob"]).ok();
        say("remove-owner", &["bob"]).refused(1, "directory.owner_missing");
    }
}

#[test]
fn nobody_can_act_under_another_name() {
    let folder = Folder::make();
    let (installation, _server, _ada) = set_up(&folder);
    let add = |name: &str, sudo: Option<&str>| {
        let mut command = claviger(&["user", "add", name, "--data", text(&installation.data)]);
        command
            .env("LOGNAME", "forged-logname")
            .env("USER", "forged-user");
        match sudo {
            Some(sudo) => command.env("SUDO_USER", sudo),
            None => command.env_remove("SUDO_USER"),
        };
        Outcome::of(command.output().expect("claviger runs")).ok();
    };
    add("bob", None);
    add("carol", Some("claimed-anna"));
    let id = Command::new("id").arg("-un").output().expect("id runs");
    let me = String::from_utf8(id.stdout).expect("a name");
    let copy = folder.path().join("copy.db");
    run_on(&installation.data, &["backup", text(&copy)]).ok();
    let records = String::from_utf8_lossy(&fs::read(&copy).expect("the copy")).into_owned();
    assert!(!records.contains("forged-"));
    assert!(records.contains(&format!("cli:{}\"", me.trim())));
    assert!(records.contains(&format!("cli:{} (sudo: claimed-anna)", me.trim())));
}

#[test]
fn a_backup_is_taken_while_serving_and_restored_elsewhere() {
    let folder = Folder::make();
    let (installation, server, mut ada) = set_up(&folder);
    let signed_in = ada.sign_in().expect("a sign-in");
    let copy = folder.path().join("copy.db");
    let said = run_on(&installation.data, &["backup", text(&copy)]).ok();
    assert!(said.contains("claviger.key is not in it"), "{said}");
    run_on(&installation.data, &["backup", text(&copy)]).refused(1, "exists already");
    run_on(&installation.data, &["restore", text(&copy)]).refused(1, "");
    let key = fs::read(installation.data.join("claviger.key")).expect("the key");
    let bytes = fs::read(&copy).expect("the copy");
    let key_text = String::from_utf8(key.clone()).expect("base64");
    assert!(!String::from_utf8_lossy(&bytes).contains(key_text.trim()));
    server.kill();

    let elsewhere = Folder::make();
    let mut restored = Installation::new(elsewhere.path());
    restored.port = installation.port;
    let restore = ["restore", text(&copy)];
    run_on(&restored.data, &restore).refused(2, "is missing");
    write_key(&restored.data, &[b'A'; 43], "=");
    run_on(&restored.data, &restore).refused(1, "key");
    assert!(!restored.data.join("claviger.db").exists());
    fs::remove_file(restored.data.join("claviger.key")).expect("the wrong key");
    write_key(&restored.data, &key, "");
    let said = run_on(&restored.data, &restore).ok();
    assert!(said.contains("session"), "{said}");
    let _server = restored.start(&[]);
    let mut old = crate::http::Browser::open(restored.port).expect("a connection");
    old.cookies.clone_from(&signed_in.browser.cookies);
    let page = old.get("/security-info").expect("an answer");
    assert_eq!(page.status, 303, "the old session is void");
    let mut anew = ada.sign_in().expect("the passkey works as before");
    let page = anew.browser.get("/security-info").expect("an answer");
    assert_eq!(page.status, 200);
}

fn write_key(data: &Path, bytes: &[u8], end: &str) -> PathBuf {
    let path = data.join("claviger.key");
    fs::write(&path, [bytes, end.as_bytes()].concat()).expect("a key file");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("its mode");
    path
}

#[test]
fn doctor_says_by_its_code_whether_something_is_wrong() {
    let folder = Folder::make();
    let nowhere = folder.path().join("nowhere");
    for looks in [
        &["doctor"][..],
        &["audit", "verify"],
        &["audit", "checkpoint"],
    ] {
        run_on(&nowhere, looks).refused(2, "--data");
        assert!(!nowhere.exists(), "looking makes nothing");
    }
    let (installation, _server, _ada) = set_up(&folder);
    let port = format!("127.0.0.1:{}", installation.port);
    let findings = run_on(&installation.data, &["doctor", "--json", "--listen", &port]).json();
    let grade = |name: &str| {
        let findings = findings.as_array().expect("a list");
        let found = findings.iter().find(|finding| finding["name"] == name);
        found.expect("the finding")["grade"].clone()
    };
    assert_eq!(grade("configuration.key_place"), "advice");
    assert_eq!(grade("keys"), "good");
    assert_eq!(grade("audit"), "good");
    let plain = run_on(&installation.data, &["doctor"]).ok();
    assert!(plain.lines().any(|line| line.starts_with("good ")));
}

/// The key beside the database is advice on localhost and wrong under a real origin.
#[test]
fn the_key_may_live_elsewhere() {
    let folder = Folder::make();
    let data = folder.path().join("data");
    let origin = "https://login.example.org";
    run_on(&data, &["init", "--public-origin", origin]).ok();
    let doctor = ["doctor", "--trusted-proxy", "127.0.0.1"];
    let beside = run_on(&data, &doctor);
    assert_eq!(beside.code, Some(1));
    assert!(
        beside
            .stdout
            .lines()
            .any(|line| line.starts_with("bad ") && line.contains("key_place"))
    );
    let away = folder.path().join("away.key");
    fs::rename(data.join("claviger.key"), &away).expect("the key moves");
    run_on(&data, &doctor).refused(2, "is missing, but the database");
    run_on(&data, &[&doctor[..], &["--key-file", text(&away)]].concat()).ok();
    let command = format!("cat '{}'", away.display());
    run_on(&data, &[&doctor[..], &["--key-command", &command]].concat()).ok();
    let given = |key: &str| {
        let mut doctor = claviger(&doctor);
        doctor.arg("--data").arg(&data).env("CLAVIGER_KEY", key);
        Outcome::of(doctor.output().expect("claviger runs"))
    };
    let key = fs::read_to_string(&away).expect("the key");
    given(key.trim()).ok();
    let wrong = "A".repeat(43) + "=";
    given(&wrong).refused(1, "does not open this database's keys");
    assert!(!data.join("claviger.key").exists(), "no second key is made");
}

#[test]
fn a_key_that_others_can_read_or_that_lost_its_database_starts_nothing() {
    let folder = Folder::make();
    let data = folder.path().join("data");
    run_on(
        &data,
        &["init", "--public-origin", "https://login.example.org"],
    )
    .ok();
    let key = data.join("claviger.key");
    let serve = ["serve", "--listen", "127.0.0.1:0"];
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).expect("its mode");
    for command in [&serve[..], &["doctor"], &["user", "list"]] {
        run_on(&data, command).refused(2, "chmod 600");
    }
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).expect("its mode");
    for end in ["", "-wal", "-shm"] {
        // SQLite takes the last two away by itself.
        let _ = fs::remove_file(data.join(format!("claviger.db{end}")));
    }
    for command in [&serve[..], &["doctor"], &["user", "list"]] {
        run_on(&data, command).refused(1, "moved or lost");
    }
    assert!(!data.join("claviger.db").exists());
}

#[test]
fn metadata_is_updated_shown_and_never_goes_back() {
    const MODEL: &str = "01020304-0506-0708-090a-0b0c0d0e0f10";
    let folder = Folder::make();
    let data = folder.path().join("data");
    let init = ["init", "--public-origin", "https://login.example.org"];
    run_on(&data, &init).ok();
    let service = testkit::MetadataService::make();
    let write = |name: &str, contents: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, contents).expect("a file");
        path
    };
    let entry = testkit::model_entry(
        MODEL,
        "Key \u{1b}[31m",
        &[
            ("FIDO_CERTIFIED_L1", "2025-01-01"),
            ("REVOKED", "2025-06-01"),
        ],
    );
    let blob = |number| service.blob(number, "2090-01-01", std::slice::from_ref(&entry));
    let older = write("older.jwt", &blob(3));
    let newer = write("newer.jwt", &blob(4));
    let unsigned = write("unsigned.jwt", b"{\"no\": 9}");
    let anchor = write("root.pem", service.root_pem().as_bytes());
    let config = write(
        "claviger.toml",
        format!(
            "metadata-anchor = {:?}\nmetadata-source = \"newer.jwt\"\n",
            text(&anchor)
        )
        .as_bytes(),
    );
    let run = |arguments: &[&str]| {
        let arguments = [arguments, &["--config", text(&config)]].concat();
        run_on(&data, &arguments)
    };
    run(&["metadata", "show"]).refused(1, "there is no metadata");
    run(&["metadata", "approve"]).refused(1, "nothing waits");
    // The FIDO Alliance's anchors don't vouch for a service of ours.
    run_on(&data, &["metadata", "update", text(&newer)]).refused(1, "metadata.chain");
    run_on(&data, &["metadata", "update"]).refused(1, "metadata-source");
    let said = run(&["metadata", "update"]).ok();
    assert!(said.contains("Blob 4 is in use now: 1 models."), "{said}");
    let again = run(&["metadata", "update", text(&newer), "--json"]).json();
    assert_eq!(
        (&again["number"], &again["replaced"]),
        (&4.into(), &false.into())
    );
    run(&["metadata", "update", text(&older)]).refused(1, "metadata.rollback");
    run(&["metadata", "update", text(&unsigned)]).refused(1, "metadata.not_compact");
    run(&["metadata", "update", "/nowhere"]).refused(1, "/nowhere");
    run(&["metadata", "update", "http://example.org/"]).refused(1, "https://");
    run(&["metadata", "update", "https://127.0.0.1/"]).refused(1, "outbound-private");
    let shown = run(&["metadata", "show", "--json"]).json();
    assert_eq!((&shown["number"], &shown["models"]), (&4.into(), &1.into()));
    let model = run(&["metadata", "show", MODEL]).ok();
    assert!(
        model.contains("revoked") && !model.contains('\u{1b}'),
        "{model}"
    );
    let listed = run(&["metadata", "show", "--models", "--json"]).json();
    assert_eq!(listed[0]["keys"][0], MODEL);
    assert_eq!(listed[0]["revoked"], true);
    run(&["metadata", "show", "nonsense"]).refused(1, "names no model");
    let findings = run(&["doctor", "--json"]);
    let findings: Value = serde_json::from_str(&findings.stdout).expect("JSON");
    let finding = findings
        .as_array()
        .and_then(|all| all.iter().find(|it| it["name"] == "metadata"));
    assert_eq!(finding.expect("a line about metadata")["grade"], "good");
}

/// Only a picture becomes a logo.
fn say_logo(run: &dyn Fn(&[&str]) -> Outcome, folder: &Folder, client: &str) {
    let file = |name: &str, bytes: &[u8]| {
        let file = folder.path().join(name);
        fs::write(&file, bytes).expect("a file");
        text(&file).to_owned()
    };
    let picture = file(
        "logo.jpg",
        include_bytes!("../../../raster/tests/data/baseline.jpg"),
    );
    let drawing = file("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>");
    run(&["app", "logo", client, "--remove"]).refused(1, "application.logo_missing");
    let said = run(&["app", "logo", client, &picture]).ok();
    assert!(said.contains("Travel expenses"), "{said}");
    run(&["app", "logo", client, &drawing]).refused(1, "application.logo_unfit");
    run(&["app", "logo", client, "/nowhere.png"]).refused(1, "/nowhere.png");
    run(&["app", "logo", client, "--remove"]).ok();
}

#[test]
fn applications_are_managed_while_the_server_runs() {
    let folder = Folder::make();
    let (installation, _server, _ada) = set_up(&folder);
    let run = |arguments: &[&str]| run_on(&installation.data, arguments);
    let made = run(&[
        "app",
        "create",
        "Travel expenses",
        "--redirect",
        "web=https://expenses.example.org/callback",
        "--json",
    ])
    .json();
    let id = made["clientId"].as_str().expect("a client id").to_owned();
    let secret = run(&["app", "add-secret", &id, "--days", "90", "--json"]).json();
    let text = secret["secret"].as_str().expect("a secret").to_owned();
    assert_eq!(text.len(), 43);
    run(&["app", "role", &id, "User.Read.All"]).ok();
    run(&["app", "grant", &id, "User.Read"]).ok();
    run(&["app", "grant", &id, "Group.Read.All"]).ok();
    let jwk = folder.path().join("key.json");
    let key = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    fs::write(&jwk, key).expect("a file");
    run(&["app", "add-key", &id, "--file", self::text(&jwk)]).ok();
    let shown = run(&["app", "show", &id, "--json"]).json();
    assert_eq!(shown["roles"], serde_json::json!(["User.Read.All"]));
    assert_eq!(
        shown["grants"],
        serde_json::json!(["everybody: User.Read Group.Read.All"])
    );
    assert_eq!(shown["keys"].as_array().map(Vec::len), Some(1));
    // Asked back, a secret is its first characters.
    assert!(!shown.to_string().contains(&text));
    assert_eq!(shown["secrets"][0]["hint"], text[..3]);
    let secret_id = shown["secrets"][0]["keyId"].as_str().expect("an id");
    run(&["app", "remove-credential", &id, secret_id]).ok();
    run(&["app", "role", &id, "Nothing.Read"]).refused(1, "permission.unknown");
    run(&["app", "role", &id, "User.Read.All"]).refused(1, "permission.held");
    run(&["app", "create", "x", "--redirect", "web=http://a.example"])
        .refused(1, "application.redirect_unfit");
    say_logo(&run, &folder, &id);
    run(&["app", "delete", &id]).ok();
    run(&["app", "show", &id]).refused(1, "application.missing");
    assert_eq!(
        run(&["app", "list", "--json"]).json(),
        serde_json::json!([])
    );
    run(&["app", "restore", &id]).ok();
    let list = run(&["app", "list"]).ok();
    assert!(list.contains("Travel expenses") && list.contains(&id));
}

#[test]
fn the_policy_is_previewed_saved_and_restored_while_it_serves() {
    let folder = Folder::make();
    let (installation, _server, mut ada) = set_up(&folder);
    let run = |arguments: &[&str]| run_on(&installation.data, arguments);
    let user_name = run(&["user", "list", "--json"]).json()[0]["userName"].clone();
    let name = user_name.as_str().expect("a name").to_owned();
    let file = folder.path().join("policy.json");
    let write = |policy: &Value| fs::write(&file, policy.to_string()).expect("a file");
    let mut policy = run(&["policy", "show", "--json"]).json();
    assert_eq!(policy["state"], "enabled");
    assert!(run(&["policy", "show"]).ok().contains("The default"));
    // What the last administrator could not sign in under is shown, and refused.
    let mut shut = policy.clone();
    shut["profiles"][0]["types"] = serde_json::json!(["deviceBound"]);
    write(&shut);
    let preview = run(&["policy", "preview", text(&file), "--json"]).json();
    assert_eq!(preview["wouldStop"], 1);
    assert_eq!(preview["byRule"]["policy.synced_not_allowed"], 1);
    assert_eq!(preview["keepsAdministrator"], false);
    let said = run(&["policy", "preview", text(&file)]).ok();
    assert!(
        said.contains("1 of their 1 passkeys would stop working"),
        "{said}"
    );
    assert!(said.contains(&format!("Left with none: {name}")), "{said}");
    run(&["policy", "set", text(&file)]).refused(1, "policy.last_administrator");
    // Faults are named with their places.
    shut["profiles"][0]["name"] = "".into();
    shut["profiles"][0]["maxAgeDays"] = 0.into();
    write(&shut);
    let refused = run(&["policy", "set", text(&file)]);
    for place in ["/profiles/0/name: ", "/profiles/0/maxAgeDays: "] {
        assert!(refused.stderr.contains(place), "{refused:?}");
    }
    refused.refused(1, "policy.unfit");
    fs::write(&file, "{\"state\":1}").expect("a file");
    run(&["policy", "set", text(&file)]).refused(1, "policy.unreadable");
    run(&["policy", "set", "no/such/file"]).refused(1, "no/such/file");

    let model = "01020304-0506-0708-090a-0b0c0d0e0f10";
    policy["profiles"][0]["blocked"] = serde_json::json!([model]);
    write(&policy);
    let saved = run(&["policy", "set", text(&file), "--note", "a model", "--json"]).json();
    assert_eq!(
        (&saved["version"], &saved["revision"]),
        (&1.into(), &1.into())
    );
    run(&["policy", "set", text(&file), "--expect", "0"]).refused(1, "record.outdated");
    assert_eq!(run(&["policy", "show", "--json"]).json(), policy);
    // The server that runs keeps to it: the next sign-in says which version decided.
    ada.sign_in().expect("a sign-in");
    write(&shut);
    let mut tried = policy.clone();
    tried["profiles"][0]["types"] = serde_json::json!(["deviceBound"]);
    write(&tried);
    let said = run(&["policy", "report-only", text(&file)]).ok();
    assert!(said.contains("Version 2 is tried out"), "{said}");
    let effective = run(&["policy", "effective", &name, "--json"]).json();
    assert_eq!(effective["passkeys"][0]["decision"]["accepted"], true);
    let report = &effective["passkeys"][0]["report"];
    assert_eq!(report["refusedBy"], "policy.synced_not_allowed");
    assert!(
        run(&["policy", "effective", &name])
            .ok()
            .contains("accepted")
    );
    run(&["policy", "report-only", "--off"]).ok();
    run(&["policy", "report-only"])
        .code
        .filter(|code| *code == 2)
        .expect("a file or --off");
    let changes = run(&["policy", "compare", "0", "1", "--json"]).json();
    assert_eq!(changes[0]["after"][0], model);
    assert_eq!(run(&["policy", "reset", "--json"]).json()["version"], 4);
    assert_eq!(
        run(&["policy", "restore", "1", "--json"]).json()["version"],
        5
    );
    run(&["policy", "restore", "99"]).refused(1, "policy.version_missing");
    let versions = run(&["policy", "versions", "--json"]).json();
    let numbers: Vec<_> = versions
        .as_array()
        .expect("a list")
        .iter()
        .map(|it| it["version"].clone())
        .collect();
    assert_eq!(numbers, [5, 4, 2, 1]);
    assert_eq!(versions[3]["note"], "a model");
    assert!(run(&["policy", "versions"]).ok().contains("command line"));
    run(&["user", "break-glass", &name, "on"]).ok();
    let effective = run(&["policy", "effective", &name, "--json"]).json();
    assert_eq!(effective["breakGlass"], true);
    run(&["user", "break-glass", &name, "off"]).ok();
    assert!(run(&["user", "break-glass", &name, "perhaps"]).code == Some(2));
}

#[test]
fn passkeys_for_others_are_watched_over_while_it_serves() {
    let folder = Folder::make();
    let (installation, _server, _ada) = set_up(&folder);
    let run = |arguments: &[&str]| run_on(&installation.data, arguments);
    run(&["user", "add", "bob"]).ok();
    let hold = |arguments: &[&str]| {
        let words = [&["user", "hold"], arguments, &["--json"]].concat();
        run(&words).json()["hold"].clone()
    };
    assert_eq!(hold(&[]), "existing");
    assert_eq!(hold(&["all"]), "all");
    assert_eq!(hold(&[]), "all");
    assert_eq!(run(&["user", "hold", "some"]).code, Some(2));
    assert!(run(&["user", "hold", "none"]).ok().starts_with("Nobody's"));
    let open = run(&["user", "options", "bob", "--json"]).json();
    assert_eq!(open, Value::Array(Vec::new()));
    let table = run(&["user", "options", "bob"]).ok();
    assert!(table.starts_with("ID"), "{table}");
    run(&["user", "options", "nobody"]).refused(1, "user.missing");
    run(&["user", "options", "bob", "--cancel", "x"]).refused(1, "no id of options");
    let nothing = "8f2b0c1e-5d5a-4a39-9d8e-0d5a3e6f7a10";
    run(&["user", "options", "bob", "--cancel", nothing])
        .refused(1, "provisioning.options_missing");
    run(&["user", "confirm-passkey", "bob", "AAAA"]).refused(1, "passkey.missing");
    run(&["user", "confirm-passkey", "admin", "AAAA"]).refused(1, "passkey.missing");
}
