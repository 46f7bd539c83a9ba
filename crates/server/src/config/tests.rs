//! Precedence and refusals of the configuration.

use std::net::IpAddr;
use std::path::Path;

use identity::Grade;
use identity::ambient::Ambient;

use super::{
    Configuration, Database, Key, KeySource, Layer, LogForm, Port, TrustedProxies, environment,
    file, make_key_file,
};

mod authorities;
mod metadata;

fn resolve(flags: Layer, variables: &[(&str, &str)]) -> Result<Configuration, String> {
    let variables = variables
        .iter()
        .map(|&(name, value)| (name.to_owned(), value.to_owned()));
    Configuration::resolve(flags, variables).map_err(|error| error.to_string())
}

fn refused(variables: &[(&str, &str)]) -> String {
    resolve(Layer::default(), variables).unwrap_err()
}

#[test]
fn nothing_said_gives_an_evaluation_on_localhost() {
    let configuration = resolve(Layer::default(), &[("PATH", "/bin")]).unwrap();
    assert_eq!(configuration.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(configuration.data, Path::new("claviger-data"));
    assert_eq!(
        configuration.database,
        Database::Sqlite {
            file: "claviger-data/claviger.db".into()
        }
    );
    assert_eq!(
        configuration.key,
        KeySource::File("claviger-data/claviger.key".into())
    );
    assert!(configuration.trusted_proxies.is_empty());
    assert!(configuration.metrics_listen.is_none());
    let settings = configuration.settings(None, Port::Bound(9090)).unwrap();
    assert_eq!(settings.public_origin.as_str(), "http://localhost:9090");
    assert_eq!(settings.rp_id.as_str(), "localhost");
}

#[test]
fn flag_beats_environment_beats_file_beats_default() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("claviger.toml");
    std::fs::write(&path, "listen = \"127.0.0.1:1\"\nlog = \"json\"\nlog-level = \"warn\"\ndata = \"here\"\nmax-passkeys = 3\n").unwrap();
    let flags = Layer {
        log_level: Some("debug".to_owned()),
        ..Layer::default()
    };
    let named = path.to_str().unwrap();
    let variables = [
        ("CLAVIGER_CONFIG", named),
        ("CLAVIGER_LISTEN", "127.0.0.1:2"),
        ("CLAVIGER_LOG_LEVEL", "error"),
    ];
    let configuration = resolve(flags, &variables).unwrap();
    assert_eq!(configuration.log_level, "debug");
    assert_eq!(configuration.listen.port(), 2);
    assert_eq!(configuration.log, LogForm::Json);
    assert_eq!(
        configuration.data,
        folder.path().join("here"),
        "relative to the file"
    );
    assert_eq!(
        configuration
            .settings(None, Port::Bound(2))
            .unwrap()
            .max_passkeys,
        3
    );
    let flags = Layer {
        listen: Some("127.0.0.1:3".to_owned()),
        ..Layer::default()
    };
    assert_eq!(resolve(flags, &variables).unwrap().listen.port(), 3);
}

#[test]
fn an_unknown_key_is_named_with_its_line() {
    let text = "# ours\nlisten = \"127.0.0.1:1\"\n\nlistne = \"127.0.0.1:2\"\n";
    let error = file::parse(text, Path::new("claviger.toml"))
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("claviger.toml, line 4: unknown field `listne`"),
        "{error}"
    );
    let nested = "[[extra-origin]]\norigin = \"https://a.example\"\npurposes = [\"asert\"]\n";
    let error = file::parse(nested, Path::new("claviger.toml"))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("line 3") && error.contains("asert"),
        "{error}"
    );
    let broken = "listen = \n";
    assert!(
        file::parse(broken, Path::new("c.toml"))
            .unwrap_err()
            .to_string()
            .starts_with("c.toml, line 1: ")
    );
}

#[test]
fn a_misspelt_variable_is_named() {
    let configuration = resolve(
        Layer::default(),
        &[("CLAVIGER_LISTNE", "x"), ("CLAVIGER_LISTEN", "127.0.0.1:1")],
    )
    .unwrap();
    assert_eq!(configuration.unknown_variables, ["CLAVIGER_LISTNE"]);
    assert!(
        refused(&[("CLAVIGER_MAX_PASSKEYS", "many")])
            .contains("CLAVIGER_MAX_PASSKEYS: not a whole number")
    );
}

#[test]
fn a_missing_file_is_named() {
    assert!(
        refused(&[("CLAVIGER_CONFIG", "/nowhere/claviger.toml")])
            .contains("/nowhere/claviger.toml")
    );
}

#[test]
fn plain_http_is_for_localhost_on_a_loopback_listener() {
    let cases: [(&[(&str, &str)], &str); 6] = [
        (
            &[("CLAVIGER_PUBLIC_ORIGIN", "http://login.example.org")],
            "use https",
        ),
        (&[("CLAVIGER_LISTEN", "0.0.0.0:8080")], "trusted-proxy"),
        (
            &[
                ("CLAVIGER_LISTEN", "0.0.0.0:8080"),
                ("CLAVIGER_PUBLIC_ORIGIN", "https://a.example"),
            ],
            "trusted-proxy",
        ),
        (
            &[
                ("CLAVIGER_LISTEN", "0.0.0.0:8080"),
                ("CLAVIGER_TRUSTED_PROXY", "10.0.0.0/8"),
                ("CLAVIGER_PUBLIC_ORIGIN", "http://localhost:8080"),
            ],
            "this machine only",
        ),
        (
            &[
                ("CLAVIGER_TLS_CERTIFICATE", "c"),
                ("CLAVIGER_TLS_KEY", "k"),
                ("CLAVIGER_PUBLIC_ORIGIN", "http://localhost:8080"),
            ],
            "https origin",
        ),
        (&[("CLAVIGER_TLS_CERTIFICATE", "c")], "give tls-key too"),
    ];
    for (variables, why) in cases {
        assert!(
            refused(variables).contains(why),
            "{variables:?}: {}",
            refused(variables)
        );
    }
    let behind_proxy = [
        ("CLAVIGER_LISTEN", "0.0.0.0:8080"),
        ("CLAVIGER_TRUSTED_PROXY", "10.0.0.0/8, fd00::/8"),
        ("CLAVIGER_PUBLIC_ORIGIN", "https://login.example.org"),
    ];
    assert!(resolve(Layer::default(), &behind_proxy).is_ok());
    // The default origin is plain http on localhost: it can't stand beside TLS either.
    let tls = resolve(
        Layer::default(),
        &[("CLAVIGER_TLS_CERTIFICATE", "c"), ("CLAVIGER_TLS_KEY", "k")],
    )
    .unwrap();
    assert!(
        tls.settings(None, Port::Bound(443))
            .unwrap_err()
            .to_string()
            .contains("https origin")
    );
}

#[test]
fn the_rp_id_fits_the_origin() {
    let origin = ("CLAVIGER_PUBLIC_ORIGIN", "https://login.example.org");
    let fits = resolve(
        Layer::default(),
        &[origin, ("CLAVIGER_RP_ID", "example.org")],
    )
    .unwrap();
    assert_eq!(
        fits.settings(None, Port::Bound(8080))
            .unwrap()
            .rp_id
            .as_str(),
        "example.org"
    );
    for other in ["example.com", "in.example.org", "ogin.example.org"] {
        assert!(
            refused(&[origin, ("CLAVIGER_RP_ID", other)]).contains("does not fit"),
            "{other}"
        );
    }
    assert!(refused(&[("CLAVIGER_RP_ID", "example.org")]).contains("give public-origin too"));
}

#[test]
fn what_set_up_stored_stands_in_for_what_is_not_said() {
    let stored = |origin: &str, rp_id: &str| {
        Some((
            identity::settings::Origin::parse(origin).unwrap(),
            identity::settings::RpId::parse(rp_id).unwrap(),
        ))
    };
    let silent = resolve(Layer::default(), &[]).unwrap();
    let settings = silent
        .settings(
            stored("https://login.example.org", "example.org"),
            Port::Bound(8080),
        )
        .unwrap();
    assert_eq!(
        (settings.public_origin.as_str(), settings.rp_id.as_str()),
        ("https://login.example.org", "example.org")
    );
    let settings = silent
        .settings(stored("http://localhost:1", "localhost"), Port::Bound(8080))
        .unwrap();
    assert_eq!(
        settings.public_origin.as_str(),
        "http://localhost:8080",
        "an evaluation follows the port"
    );
    let settings = silent
        .settings(stored("http://localhost:1", "localhost"), Port::Unbound)
        .unwrap();
    assert_eq!(
        settings.public_origin.as_str(),
        "http://localhost:1",
        "a command's links lead to the server"
    );
    let said = resolve(
        Layer::default(),
        &[("CLAVIGER_PUBLIC_ORIGIN", "https://other.example")],
    )
    .unwrap();
    let error = said
        .settings(
            stored("https://login.example.org", "example.org"),
            Port::Bound(8080),
        )
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("https://other.example does not fit the RP ID example.org"),
        "{error}"
    );
}

#[test]
fn further_origins_have_purposes() {
    let one = resolve(
        Layer::default(),
        &[("CLAVIGER_EXTRA_ORIGIN", "https://app.example.org=assert")],
    )
    .unwrap();
    assert!(one.extra_origins[0].assert && !one.extra_origins[0].register);
    assert!(
        refused(&[("CLAVIGER_EXTRA_ORIGIN", "https://app.example.org")])
            .contains("ORIGIN=PURPOSES")
    );
    assert!(
        refused(&[("CLAVIGER_EXTRA_ORIGIN", "https://app.example.org=all")])
            .contains("register or assert")
    );
    assert!(
        refused(&[("CLAVIGER_EXTRA_ORIGIN", "http://app.example.org=assert")])
            .contains("use https")
    );
}

#[test]
fn a_database_url_is_never_shown() {
    let error = refused(&[("CLAVIGER_DATABASE_URL", "mysql://me:secret@db/x")]);
    assert!(
        error.contains("postgres://") && !error.contains("secret"),
        "{error}"
    );
    let configuration = resolve(
        Layer::default(),
        &[("CLAVIGER_DATABASE_URL", "postgres://me:secret@db/x")],
    )
    .unwrap();
    assert!(!format!("{configuration:?}").contains("secret"));
    let (layer, _) = environment::read([(
        "CLAVIGER_DATABASE_URL".to_owned(),
        "postgres://me:secret@db/x".to_owned(),
    )])
    .unwrap();
    assert!(!format!("{layer:?}").contains("secret"));
    let error = file::parse(
        "database-url = \"postgres://me:secret@db/x\nlisten = 1",
        Path::new("c"),
    )
    .unwrap_err();
    assert!(!error.to_string().contains("secret"), "{error}");
}

fn client(trusted: &[&str], peer: &str, forwarded: &[&str]) -> String {
    let trusted: Vec<String> = trusted.iter().map(|&network| network.to_owned()).collect();
    let peer: IpAddr = peer.parse().unwrap();
    TrustedProxies::parse(&trusted)
        .unwrap()
        .client_address(peer, forwarded.iter().copied())
        .to_string()
}

#[test]
fn past_mistake_32_client_address_is_the_rightmost_untrusted_hop() {
    // Nobody is trusted unless named: loopback neither.
    assert_eq!(client(&[], "127.0.0.1", &["203.0.113.9"]), "127.0.0.1");
    assert_eq!(
        client(&["10.0.0.0/8"], "198.51.100.1", &["203.0.113.9"]),
        "198.51.100.1"
    );
    assert_eq!(
        client(&["127.0.0.1"], "127.0.0.1", &["203.0.113.9"]),
        "203.0.113.9"
    );
    // What the client itself wrote stands further left.
    assert_eq!(
        client(&["127.0.0.1"], "127.0.0.1", &["1.1.1.1, 203.0.113.9"]),
        "203.0.113.9"
    );
    assert_eq!(
        client(&["127.0.0.1"], "127.0.0.1", &["1.1.1.1", "203.0.113.9"]),
        "203.0.113.9"
    );
    assert_eq!(
        client(
            &["127.0.0.1", "10.0.0.0/8"],
            "127.0.0.1",
            &["1.1.1.1, 203.0.113.9, 10.1.2.3"]
        ),
        "203.0.113.9"
    );
    assert_eq!(
        client(
            &["127.0.0.1", "10.0.0.0/8"],
            "127.0.0.1",
            &["10.9.9.9, 10.1.2.3"]
        ),
        "10.9.9.9"
    );
    // Unreadable hops end the walk.
    assert_eq!(
        client(&["127.0.0.1"], "127.0.0.1", &["203.0.113.9, unknown"]),
        "127.0.0.1"
    );
    assert_eq!(client(&["127.0.0.1"], "127.0.0.1", &[""]), "127.0.0.1");
    assert_eq!(
        client(&["127.0.0.1"], "127.0.0.1", &["203.0.113.9,"]),
        "127.0.0.1"
    );
    // Forms that proxies write.
    assert_eq!(
        client(&["127.0.0.1"], "127.0.0.1", &["203.0.113.9:4711"]),
        "203.0.113.9"
    );
    assert_eq!(
        client(&["::1"], "::1", &["[2001:db8::7]:4711"]),
        "2001:db8::7"
    );
    assert_eq!(client(&["::1"], "::1", &["[2001:db8::7]"]), "2001:db8::7");
    assert_eq!(
        client(&["10.0.0.0/8"], "::ffff:10.0.0.1", &["::ffff:203.0.113.9"]),
        "203.0.113.9"
    );
    assert_eq!(
        client(&["fd00::/8"], "fd12::1", &["2001:db8::7"]),
        "2001:db8::7"
    );
}

#[test]
fn a_network_that_trusts_everybody_is_refused() {
    for unfit in [
        "0.0.0.0/0",
        "::/0",
        "10.0.0.0/33",
        "10.0.0.0/",
        "10.0.0/8",
        "proxy.example",
        "10.0.0.0/-1",
        "",
    ] {
        assert!(
            TrustedProxies::parse(&[unfit.to_owned()]).is_err(),
            "{unfit:?}"
        );
    }
}

#[cfg(unix)]
#[tokio::test]
async fn the_key_file_is_made_once_and_kept_to_its_owner() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data/claviger.key");
    let random = Ambient::system().random;
    let source = KeySource::File(path.clone());
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert!(matches!(source.find().await, Ok(Key::NoFile(_))));
    make_key_file(&path, &random).unwrap();
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(&folder.path().join("data")), 0o700);
    assert!(matches!(source.find().await, Ok(Key::Found(_))));
    assert!(make_key_file(&path, &random).is_err(), "never overwritten");
    for loose in [0o640, 0o604, 0o644] {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(loose)).unwrap();
        let error = source.find().await.unwrap_err().to_string();
        assert!(
            error.contains(&format!("mode {loose:03o}")) && error.contains("chmod 600"),
            "{error}"
        );
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_damaged_key_is_refused_and_not_shown() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("claviger.key");
    std::fs::write(&path, "c2VjcmV0\n").unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    for source in [
        KeySource::File(path),
        KeySource::Environment("c2VjcmV0".to_owned()),
        KeySource::Command("echo c2VjcmV0".to_owned()),
    ] {
        let error = source.find().await.unwrap_err().to_string();
        assert!(
            error.contains("32 bytes") && !error.contains("c2VjcmV0"),
            "{error}"
        );
        assert!(!format!("{source:?}").contains("c2VjcmV0"));
    }
}

const KEY: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";

#[tokio::test]
async fn the_key_comes_from_a_command_or_the_environment_too() {
    let command = format!("printf '%s\\n' {KEY}");
    for variable in [
        ("CLAVIGER_KEY", KEY),
        ("CLAVIGER_KEY_COMMAND", command.as_str()),
    ] {
        let configuration = resolve(Layer::default(), &[variable]).unwrap();
        assert!(!format!("{configuration:?}").contains(KEY));
        let found = configuration.key.find().await;
        assert!(matches!(found, Ok(Key::Found(_))), "{variable:?}");
    }
}

#[tokio::test]
async fn a_key_command_that_fails_gives_no_key() {
    let failing = [format!("echo {KEY}; exit 3"), "exit 0".to_owned()];
    for command in failing {
        let error = KeySource::Command(command).find().await.unwrap_err();
        let error = error.to_string();
        assert!(error.starts_with("the key command: "), "{error}");
        assert!(!error.contains(KEY), "{error}");
    }
}

#[test]
fn the_key_has_one_place() {
    let file = ("CLAVIGER_KEY_FILE", "/safe/key");
    let command = ("CLAVIGER_KEY_COMMAND", "cat /safe/key");
    let text = ("CLAVIGER_KEY", KEY);
    for several in [&[file, command][..], &[file, text], &[command, text]] {
        let error = refused(several);
        assert!(
            error.contains("key-command") && !error.contains(KEY),
            "{error}"
        );
    }
}

#[test]
fn plain_http_beside_an_https_origin_is_refused() {
    let public = ("CLAVIGER_PUBLIC_ORIGIN", "https://login.example.org");
    let plain = ("CLAVIGER_EXTRA_ORIGIN", "http://localhost:3000=assert");
    let secure = (
        "CLAVIGER_EXTRA_ORIGIN",
        "https://app.example.org=register+assert",
    );
    let error = refused(&[public, plain]);
    assert!(
        error.contains("http://localhost:3000") && error.contains("https"),
        "{error}"
    );
    assert!(resolve(Layer::default(), &[public, secure]).is_ok());
    // Where nothing is said, the stored origin decides.
    let configuration = resolve(Layer::default(), &[plain]).unwrap();
    assert!(configuration.settings(None, Port::Unbound).is_ok());
    let stored = |origin: &str| {
        let origin = identity::settings::Origin::parse(origin).unwrap();
        let rp_id = identity::settings::RpId::parse(origin.host()).unwrap();
        Some((origin, rp_id))
    };
    let real = stored("https://login.example.org");
    let error = configuration.settings(real, Port::Unbound).unwrap_err();
    assert!(error.to_string().contains("http://localhost:3000"));
    let evaluation = stored("http://localhost:9000");
    assert!(configuration.settings(evaluation, Port::Unbound).is_ok());
    let everywhere = ("CLAVIGER_EXTRA_ORIGIN", "http://app.example.org=assert");
    assert!(refused(&[everywhere]).contains("plain http"));
}

#[test]
fn connections_have_a_limit_that_can_be_chosen() {
    let most = |value| resolve(Layer::default(), &[("CLAVIGER_MAX_CONNECTIONS", value)]);
    assert_eq!(
        resolve(Layer::default(), &[]).unwrap().max_connections,
        1024
    );
    assert_eq!(most("64").unwrap().max_connections, 64);
    assert!(most("0").unwrap_err().contains("between 16 and"));
}

#[test]
fn doctor_tells_where_the_key_lies() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let grade = |variables: &[(&str, &str)]| {
        let configuration = resolve(Layer::default(), variables).unwrap();
        let settings = configuration.settings(None, Port::Unbound).unwrap();
        let findings = configuration.inspect(&settings);
        let named = |name| findings.iter().find(|it| it.name == name).unwrap().grade;
        (
            named("configuration.key_place"),
            named("configuration.proxy"),
        )
    };
    let real = ("CLAVIGER_PUBLIC_ORIGIN", "https://login.example.org");
    let data = ("CLAVIGER_DATA", data);
    assert_eq!(grade(&[data]), (Grade::Advice, Grade::Good));
    assert_eq!(grade(&[data, real]), (Grade::Bad, Grade::Advice));
    let apart = [
        data,
        real,
        ("CLAVIGER_KEY_FILE", "/elsewhere/claviger.key"),
        ("CLAVIGER_TRUSTED_PROXY", "127.0.0.1"),
    ];
    assert_eq!(grade(&apart), (Grade::Good, Grade::Good));
    for elsewhere in [
        ("CLAVIGER_KEY", KEY),
        ("CLAVIGER_KEY_COMMAND", "cat /safe/key"),
    ] {
        assert_eq!(grade(&[data, real, elsewhere]).0, Grade::Good);
    }
}
