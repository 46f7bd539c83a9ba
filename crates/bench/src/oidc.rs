//! `bench oidc`: what applications ask of the OpenID endpoints, beside the empty request and the raw signature.

use std::path::Path;
use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use clap::Args;
use identity::applications::{self, ApplicationChange, Consent, RedirectUri};
use identity::permissions::Permission;
use identity::{Actor, Location, OpenOptions, codes};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::load::{Outcome, Shape, send_all};
use crate::population::{self, Person};
use crate::process::Server;
use crate::report::Report;
use crate::sign_in::{self, SERVER_CORE, send_timed, shape};
use crate::{floor, serve};

/// Whose sessions the code flow goes by, in turn.
const SIGNERS: usize = 64;
/// Where the answers would go.
const CALLBACK: &str = "https%3A%2F%2Fapp.example.org%2Fcallback";
/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const SCOPE: &str = "openid%20profile%20User.Read%20offline_access";

#[derive(Debug, Args)]
pub(crate) struct Oidc {
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// Requests per measurement.
    #[arg(long, default_value_t = 8000)]
    requests: usize,
}

/// Who asks.
struct Application {
    client_id: String,
    secret: String,
}

pub(crate) fn run(options: &Oidc) -> Result<(), String> {
    let mut people = population::make_people(SIGNERS)?;
    sign_in::pin_to_load_core()?;
    let runtime = sign_in::make_load_runtime()?;
    let mut report = Report::new(options.json);
    let folder = tempfile::tempdir().map_err(|cause| cause.to_string())?;
    let file = folder.path().join("oidc.db");
    runtime.block_on(async {
        let application = make(&file, &people).await?;
        let floors = measure_floors(options, &mut report).await?;
        let text = sign_in::path_text(&file)?;
        let server = Server::start(SERVER_CORE, &["serve", "--file", text], &[])?;
        let bench = Bench {
            options,
            server: &server,
            application: &application,
            floors,
        };
        bench.measure_reading(&mut report).await?;
        bench.measure_alone(&mut report).await?;
        bench.measure_people(&mut people, &mut report).await?;
        report.add("resident_mib", server.resident_mib()?, "MiB");
        Ok::<(), String>(())
    })?;
    report.finish();
    Ok(())
}

async fn make(file: &Path, people: &[Person]) -> Result<Application, String> {
    let location = OpenOptions::new(Location::Sqlite {
        file: file.to_owned(),
    });
    let identity = serve::open(&location, 8080).await?;
    population::write(&identity, people).await?;
    let made = register(&identity)
        .await
        .map_err(|refusal| refusal.to_string());
    identity.close().await;
    made
}

async fn register(identity: &identity::Identity) -> Result<Application, identity::Refusal> {
    let actor = Actor::CommandLine { os_user: "bench" };
    let address =
        RedirectUri::parse("web=https://app.example.org/callback").ok_or(&codes::REDIRECT_UNFIT)?;
    let new = ApplicationChange {
        display_name: Some("Bench".to_owned()),
        redirect_uris: Some(vec![address]),
        ..ApplicationChange::default()
    };
    let made = applications::add(identity, actor, &new).await?;
    let principal = applications::add_principal(identity, actor, made.app_id).await?;
    let role = Permission::UserReadAll
        .application_id()
        .ok_or(&codes::PERMISSION_UNKNOWN)?;
    let resource = applications::find_own_api(identity).await?;
    applications::assign(identity, actor, principal.object_id, resource, role).await?;
    let scope = "User.Read offline_access";
    let whom = Consent::Everybody;
    applications::grant(identity, actor, principal.object_id, whom, scope).await?;
    let secret = applications::add_secret(identity, actor, made.object_id, "bench", None).await?;
    Ok(Application {
        client_id: made.app_id.to_string(),
        secret: secret.secret,
    })
}

/// What one core does when nothing is asked of it but this.
struct Floors {
    http: f64,
    sign: f64,
}

async fn measure_floors(options: &Oidc, report: &mut Report) -> Result<Floors, String> {
    report.head("Floors (server on one core, load on the other)");
    let sign = measure_signing(1.0)?;
    report.add("floor_sign_per_s", sign, "/s   (raw ES256)");
    let sync = floor::measure_sync(1.0)?;
    report.add("floor_fdatasync_per_s", sync, "/s   (4 KiB append)");
    let server = Server::start(SERVER_CORE, &["floor"], &[])?;
    let port = server.port()?;
    let empty = Arc::new(vec![get(port, "/", ""); options.requests * 5]);
    let outcome = send_all(port, empty, shape(32)).await?;
    let http = outcome.per_second;
    report.add(
        "floor_http_per_s",
        http,
        "/s   (empty request, 32 connections)",
    );
    Ok(Floors { http, sign })
}

fn measure_signing(seconds: f64) -> Result<f64, String> {
    let random = SystemRandom::new();
    let unfit = |_| "no key".to_owned();
    let pkcs8 =
        EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).map_err(unfit)?;
    let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref())
        .map_err(|_| "no key".to_owned())?;
    let message = [7u8; 600];
    let (started, mut count) = (std::time::Instant::now(), 0u32);
    while started.elapsed().as_secs_f64() < seconds {
        key.sign(&random, &message).map_err(unfit)?;
        count += 1;
    }
    Ok(f64::from(count) / started.elapsed().as_secs_f64())
}

fn get(port: u16, path: &str, more: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\n{more}\r\n").into_bytes()
}

fn post(port: u16, path: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

fn read_text(body: &[u8], name: &str) -> Result<String, String> {
    let answer: Value = serde_json::from_slice(body).map_err(|cause| cause.to_string())?;
    let text = answer[name].as_str();
    text.map(str::to_owned).ok_or_else(|| format!("no {name}"))
}

/// The code in the form of an answer.
fn read_code(page: &[u8]) -> Result<String, String> {
    let page = String::from_utf8_lossy(page);
    let (_, rest) = page.split_once("name=\"code\" value=\"").ok_or("no code")?;
    rest.split('"')
        .next()
        .map(str::to_owned)
        .ok_or_else(|| "no code".to_owned())
}

/// Signs somebody in; gives the cookies.
async fn sign_in(server: &Server, person: &mut Person) -> Result<String, String> {
    let requests = sign_in::prepare(server, std::slice::from_mut(person), 1).await?;
    let request = requests.first().ok_or("no request")?;
    let failed = |cause: std::io::Error| cause.to_string();
    let mut stream = TcpStream::connect(("127.0.0.1", server.port()?))
        .await
        .map_err(failed)?;
    stream.write_all(request).await.map_err(failed)?;
    let mut answer = vec![0; 16 * 1024];
    let length = stream.read(&mut answer).await.map_err(failed)?;
    let head = String::from_utf8_lossy(answer.get(..length).unwrap_or_default()).into_owned();
    let cookies: Vec<&str> = head
        .lines()
        .filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("set-cookie").then_some(())?;
            value.trim().split(';').next()
        })
        .collect();
    match cookies.is_empty() {
        true => Err(format!("nobody signed in: {head}")),
        false => Ok(cookies.join("; ")),
    }
}

struct Bench<'a> {
    options: &'a Oidc,
    server: &'a Server,
    application: &'a Application,
    floors: Floors,
}

impl Bench<'_> {
    /// Sends, and tells how many a second and what each costs.
    async fn tell(
        &self,
        report: &mut Report,
        name: &str,
        requests: Vec<Vec<u8>>,
        keep_bodies: bool,
    ) -> Result<Outcome, String> {
        let requests = Arc::new(requests);
        let (outcome, cpu) = match keep_bodies {
            false => send_timed(self.server, requests, 32).await?,
            true => {
                let kept = Shape {
                    keep_bodies,
                    ..shape(32)
                };
                let before = self.server.cpu_micros()?;
                let outcome = send_all(self.server.port()?, requests, kept).await?;
                sign_in::check(&outcome)?;
                (outcome, self.server.cpu_micros()? - before)
            }
        };
        report.add(&format!("{name}_per_s"), outcome.per_second, "/s");
        report.add(&format!("{name}_p99_ms"), outcome.p99_ms, "ms");
        let each = cpu / outcome.answered as f64;
        report.add(&format!("{name}_cpu_us"), each, "us");
        Ok(outcome)
    }

    /// Where everything is, and the keys: read from memory.
    async fn measure_reading(&self, report: &mut Report) -> Result<(), String> {
        report.head("Discovery and keys");
        let port = self.server.port()?;
        for (name, path) in [
            ("discovery", "/.well-known/openid-configuration"),
            ("keys", "/discovery/v2.0/keys"),
        ] {
            let requests = vec![get(port, path, ""); self.options.requests * 4];
            let outcome = self.tell(report, name, requests, false).await?;
            let share = outcome.per_second / self.floors.http;
            report.add(&format!("{name}_of_http"), share, "   (at least 0.5)");
        }
        Ok(())
    }

    /// An application for itself: a signed token with a durable record, and what one is worth.
    async fn measure_alone(&self, report: &mut Report) -> Result<(), String> {
        report.head("Client credentials and introspection");
        let port = self.server.port()?;
        let Application { client_id, secret } = self.application;
        let who = format!("client_id={client_id}&client_secret={secret}");
        let body = format!(
            "grant_type=client_credentials&{who}&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default"
        );
        let requests = vec![post(port, "/oauth2/v2.0/token", &body); self.options.requests];
        let outcome = self
            .tell(report, "client_credentials", requests, true)
            .await?;
        let share = outcome.per_second / self.floors.sign;
        report.add("client_credentials_of_sign", share, "");
        let token = read_text(outcome.bodies.first().ok_or("no answer")?, "access_token")?;
        let body = format!("{who}&token={token}");
        let requests = vec![post(port, "/oauth2/v2.0/introspect", &body); self.options.requests];
        let outcome = self.tell(report, "introspection", requests, false).await?;
        let share = outcome.per_second / self.floors.http;
        report.add("introspection_of_http", share, "");
        Ok(())
    }

    /// The whole code flow of people who are signed in, then what its tokens are used for.
    async fn measure_people(
        &self,
        people: &mut [Person],
        report: &mut Report,
    ) -> Result<(), String> {
        report.head("The code flow, userinfo, renewal");
        let port = self.server.port()?;
        let mut cookies = Vec::with_capacity(people.len());
        for person in people {
            cookies.push(sign_in(self.server, person).await?);
        }
        let Application { client_id, secret } = self.application;
        let path = format!(
            "/oauth2/v2.0/authorize?client_id={client_id}&redirect_uri={CALLBACK}&response_type=code&response_mode=form_post\
             &scope={SCOPE}&code_challenge={CHALLENGE}&code_challenge_method=S256&state=x&nonce=y"
        );
        let authorize = cookies
            .iter()
            .cycle()
            .take(self.options.requests)
            .map(|cookie| get(port, &path, &format!("Cookie: {cookie}\r\n")));
        let asked = self
            .tell(report, "authorize", authorize.collect(), true)
            .await?;
        let who = format!("client_id={client_id}&client_secret={secret}");
        let redeem = asked.bodies.iter().map(|page| {
            let code = read_code(page)?;
            let body = format!(
                "grant_type=authorization_code&{who}&code={code}&redirect_uri={CALLBACK}&code_verifier={VERIFIER}"
            );
            Ok(post(port, "/oauth2/v2.0/token", &body))
        });
        let redeem = redeem.collect::<Result<Vec<_>, String>>()?;
        let redeemed = self.tell(report, "redeem", redeem, true).await?;
        let both = 1.0 / (1.0 / asked.per_second + 1.0 / redeemed.per_second);
        report.add(
            "code_flow_per_s",
            both,
            "/s   (both requests; id token by RS256)",
        );
        let token = read_text(redeemed.bodies.first().ok_or("no answer")?, "access_token")?;
        let bearer = format!("Authorization: Bearer {token}\r\n");
        let requests = vec![get(port, "/oidc/userinfo", &bearer); self.options.requests];
        self.tell(report, "userinfo", requests, false).await?;
        let renew = redeemed.bodies.iter().map(|body| {
            let token = read_text(body, "refresh_token")?;
            let body = format!("grant_type=refresh_token&{who}&refresh_token={token}");
            Ok(post(port, "/oauth2/v2.0/token", &body))
        });
        let renew = renew.collect::<Result<Vec<_>, String>>()?;
        self.tell(report, "refresh", renew, false).await?;
        Ok(())
    }
}
