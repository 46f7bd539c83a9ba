//! `bench directory`: a large organisation beside a nearly empty one.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use clap::Args;
use identity::applications::{self, ApplicationChange};
use identity::permissions::Permission;
use identity::policies;
use identity::policies::profiles::{
    AttestationEnforcement, Document, GroupId, Include, Profile, ProfileId, Target,
};
use identity::{Actor, Identity, Location, OpenOptions, codes};
use serde_json::Value;

use crate::crowd::{self, Size};
use crate::load::{Shape, send_all};
use crate::population::{self, Person};
use crate::process::Server;
use crate::report::Report;
use crate::serve;
use crate::sign_in::{self, SERVER_CORE};

/// How often each question is asked.
const QUESTIONS: usize = 100;
/// Turns of sign-ins at either organisation.
const ROUNDS: usize = 32;
/// People who sign in; the others are only there.
const SIGNERS: usize = 4000;

#[derive(Debug, Args)]
pub(crate) struct Directory {
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// 100,000 people, 250,000 passkeys, 2,000 groups, 5,000,000 sign-ins instead of a fiftieth of it.
    #[arg(long)]
    large: bool,
    /// Sign-ins per measurement.
    #[arg(long, default_value_t = 16000)]
    requests: usize,
}

impl Directory {
    fn size(&self) -> Size {
        let share = if self.large { 1 } else { 50 };
        Size {
            people: 100_000 / share,
            passkeys: 250_000 / share,
            groups: 2000 / share,
            sign_ins: 5_000_000 / share,
        }
    }
}

/// Whoever may read everything that is asked here.
struct Reader {
    tenant: String,
    client_id: String,
    secret: String,
}

pub(crate) fn run(options: &Directory) -> Result<(), String> {
    let size = options.size();
    let signers = SIGNERS.min(size.people);
    let mut people = population::make_people(signers)?;
    sign_in::pin_to_load_core()?;
    let runtime = sign_in::make_load_runtime()?;
    let mut report = Report::new(options.json);
    let folder = tempfile::tempdir().map_err(|cause| cause.to_string())?;
    let (full, empty) = (
        folder.path().join("full.db"),
        folder.path().join("empty.db"),
    );

    report.head("Making the organisation");
    let started = Instant::now();
    let reader = runtime.block_on(make(&full, size, &people))?;
    report.add(
        "fill_s",
        started.elapsed().as_secs_f64(),
        "s   (at most 180)",
    );
    let length = std::fs::metadata(&full)
        .map_err(|cause| cause.to_string())?
        .len();
    report.add("file_mib", length as f64 / 1024.0 / 1024.0, "MiB");
    let few = Size {
        people: signers,
        passkeys: signers,
        groups: 0,
        sign_ins: 0,
    };
    runtime.block_on(make(&empty, few, &people))?;

    report.head("Questions to the Graph API");
    runtime.block_on(measure_questions(&full, &reader, size, &mut report))?;
    report.head("A policy's preview, over everybody");
    runtime.block_on(measure_preview(&full, &mut report))?;
    report.head("Sign-ins, in turns with the nearly empty organisation");
    runtime.block_on(measure_sign_ins(
        options,
        [&full, &empty],
        &mut people,
        &mut report,
    ))?;
    report.finish();
    Ok(())
}

fn location(file: &Path) -> OpenOptions {
    OpenOptions::new(Location::Sqlite {
        file: file.to_owned(),
    })
}

async fn make(file: &Path, size: Size, signers: &[Person]) -> Result<Reader, String> {
    let identity = serve::open(&location(file), 8080).await?;
    population::claim(&identity).await?;
    let (tenant, now) = (identity.tenant_id(), identity.ambient().now());
    identity.close().await;
    crowd::fill(file, tenant.0, now, size, signers)?;
    let identity = serve::open(&location(file), 8080).await?;
    let reader = make_reader(&identity)
        .await
        .map_err(|refusal| refusal.to_string())?;
    identity.close().await;
    Ok(reader)
}

async fn make_reader(identity: &Identity) -> Result<Reader, identity::Refusal> {
    let actor = Actor::CommandLine { os_user: "bench" };
    let new = ApplicationChange {
        display_name: Some("Bench".to_owned()),
        ..ApplicationChange::default()
    };
    let made = applications::add(identity, actor, &new).await?;
    let principal = applications::add_principal(identity, actor, made.app_id).await?;
    let resource = applications::find_own_api(identity).await?;
    for permission in [
        Permission::UserReadAll,
        Permission::GroupReadAll,
        Permission::AuditLogReadAll,
    ] {
        let role = permission
            .application_id()
            .ok_or(&codes::PERMISSION_UNKNOWN)?;
        applications::assign(identity, actor, principal.object_id, resource, role).await?;
    }
    let secret = applications::add_secret(identity, actor, made.object_id, "bench", None).await?;
    Ok(Reader {
        tenant: identity.tenant_id().to_string(),
        client_id: made.app_id.to_string(),
        secret: secret.secret,
    })
}

/// How often a preview is asked for; the best counts.
const PREVIEWS: usize = 3;

/// A draft that names the group above all others, so that everybody's groups are asked for, and under which synced
/// passkeys of everybody else stop.
fn make_draft() -> Document {
    let mut draft = Document::default();
    draft.profiles[0].types.synced = false;
    let team = Profile::new(ProfileId([5; 16]), "Team");
    draft.include.push(Include {
        target: Target::Group(GroupId(crowd::derive_group_id(1))),
        registration_required: false,
        profiles: vec![team.id],
    });
    draft.profiles.push(team);
    draft
}

async fn measure_preview(file: &Path, report: &mut Report) -> Result<(), String> {
    let identity = serve::open(&location(file), 8080).await?;
    let actor = Actor::CommandLine { os_user: "bench" };
    let (mut best, mut found) = (f64::INFINITY, None);
    for _ in 0..PREVIEWS {
        let started = Instant::now();
        let preview = policies::preview(&identity, actor, &make_draft())
            .await
            .map_err(|refusal| refusal.to_string())?;
        best = best.min(started.elapsed().as_secs_f64() * 1000.0);
        found = Some(preview);
    }
    // Where what every passkey's attestation proves has to be read, too.
    let mut strict = make_draft();
    strict.profiles[0].attestation = AttestationEnforcement::RegistrationOnly;
    strict.profiles[0].attestation_rechecked = true;
    let started = Instant::now();
    policies::preview(&identity, actor, &strict)
        .await
        .map_err(|refusal| refusal.to_string())?;
    let with_attestations = started.elapsed().as_secs_f64() * 1000.0;
    identity.close().await;
    let found = found.ok_or("no preview")?;
    report.add("preview_people", found.people as f64, "");
    report.add("preview_passkeys", found.passkeys as f64, "");
    report.add("preview_would_stop", found.would_stop as f64, "");
    report.add("preview_ms", best, "ms   (under 2000)");
    report.add(
        "preview_with_attestations_ms",
        with_attestations,
        "ms   (under 2000)",
    );
    Ok(())
}

/// An access token, asked for as any client does.
async fn find_token(port: u16, reader: &Reader) -> Result<String, String> {
    let Reader {
        tenant,
        client_id,
        secret,
    } = reader;
    let body = format!(
        "grant_type=client_credentials&client_id={client_id}&client_secret={secret}&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default"
    );
    let request = format!(
        "POST /{tenant}/oauth2/v2.0/token HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let shape = Shape {
        connections: 1,
        rate: None,
        keep_bodies: true,
    };
    let outcome = send_all(port, Arc::new(vec![request.into_bytes()]), shape).await?;
    sign_in::check(&outcome)?;
    let answer = outcome.bodies.first().ok_or("no answer")?;
    let answer: Value = serde_json::from_slice(answer).map_err(|cause| cause.to_string())?;
    answer["access_token"]
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| "no token".to_owned())
}

/// What administrators ask, and the name of its figure.
fn list_questions(size: Size) -> Vec<(&'static str, String, &'static str)> {
    let person = format!("person{}", size.people / 2);
    let somebody = store::Id(crowd::derive_person_id(size.people / 3));
    let team = store::Id(crowd::derive_group_id(0));
    vec![
        (
            "users_page",
            "/v1.0/users?$top=100".to_owned(),
            "   (under 20)",
        ),
        (
            "users_by_prefix",
            format!("/v1.0/users?$filter=startswith(userPrincipalName,'{person}')&$top=100"),
            "   (under 20)",
        ),
        (
            "users_by_display_name",
            "/v1.0/users?$filter=startswith(displayName,'Mara%20K')&$top=100".to_owned(),
            "   (under 20)",
        ),
        (
            "users_count",
            "/v1.0/users?$count=true&$top=1".to_owned(),
            "",
        ),
        (
            "groups_page",
            "/v1.0/groups?$top=100".to_owned(),
            "   (under 20)",
        ),
        (
            "members_of_all_levels_page",
            format!("/v1.0/groups/{team}/transitiveMembers?$top=100"),
            "",
        ),
        (
            "groups_of_a_person",
            format!("/v1.0/users/{somebody}/transitiveMemberOf?$top=100"),
            "",
        ),
        (
            "sign_ins_page",
            "/v1.0/auditLogs/signIns?$top=100".to_owned(),
            "   (under 20)",
        ),
        (
            "sign_ins_of_a_person",
            format!("/v1.0/auditLogs/signIns?$filter=userId%20eq%20'{somebody}'&$top=100"),
            "   (under 20)",
        ),
    ]
}

/// One after the other, as a console asks.
async fn measure_questions(
    file: &Path,
    reader: &Reader,
    size: Size,
    report: &mut Report,
) -> Result<(), String> {
    let text = sign_in::path_text(file)?;
    let server = Server::start(SERVER_CORE, &["serve", "--file", text], &[])?;
    let port = server.port()?;
    let token = find_token(port, reader).await?;
    for (name, path, goal) in list_questions(size) {
        let path = path.replace(' ', "%20");
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nAuthorization: Bearer {token}\r\n\r\n"
        );
        let shape = Shape {
            connections: 1,
            rate: None,
            keep_bodies: true,
        };
        let outcome =
            send_all(port, Arc::new(vec![request.into_bytes(); QUESTIONS]), shape).await?;
        sign_in::check(&outcome).map_err(|refusal| format!("{path}: {refusal}"))?;
        let rows = outcome.bodies.first().map_or(0, |body| count_rows(body));
        report.add(&format!("{name}_rows"), rows as f64, "");
        report.add(
            &format!("{name}_p50_ms"),
            outcome.p50_ms,
            &format!("ms{goal}"),
        );
        report.add(&format!("{name}_p99_ms"), outcome.p99_ms, "ms");
    }
    report.add(
        "resident_after_questions_mib",
        server.resident_mib()?,
        "MiB   (under 150)",
    );
    Ok(())
}

fn count_rows(body: &[u8]) -> usize {
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    answer["value"].as_array().map_or(0, Vec::len)
}

/// The same people at both organisations; only what lies around them differs.
async fn measure_sign_ins(
    options: &Directory,
    files: [&Path; 2],
    people: &mut [Person],
    report: &mut Report,
) -> Result<(), String> {
    let mut servers = Vec::new();
    for file in files {
        let text = sign_in::path_text(file)?;
        let server = Server::start(SERVER_CORE, &["serve", "--file", text], &[])?;
        let warm = sign_in::prepare(&server, people, 1000).await?;
        sign_in::check(&send_all(server.port()?, warm, sign_in::shape(32)).await?)?;
        servers.push(server);
    }
    let mut rounds = [Vec::new(), Vec::new()];
    let mut spent = [0.0; 2];
    for round in 0..ROUNDS {
        for turn in 0..servers.len() {
            // Either comes first as often as the other.
            let at = (turn + round) % servers.len();
            let server = &servers[at];
            let requests =
                sign_in::prepare(server, people, (options.requests / ROUNDS).max(1)).await?;
            let (outcome, cpu) = sign_in::send_timed(server, requests, 32).await?;
            rounds[at].push(outcome);
            spent[at] += cpu;
        }
    }
    // Neighbours are compared: the machine's pace changes by more than what is looked for.
    let mut ratios: Vec<f64> = rounds[0]
        .iter()
        .zip(&rounds[1])
        .map(|(full, empty)| full.per_second / empty.per_second)
        .collect();
    ratios.sort_by(f64::total_cmp);
    let ratio = ratios.get(ratios.len() / 2).copied().unwrap_or(f64::NAN);
    let [full, empty] = rounds.map(crate::load::Outcome::of_rounds);
    report.add("full_finish_per_s", full.per_second, "/s");
    report.add("empty_finish_per_s", empty.per_second, "/s");
    report.add("full_of_empty", ratio, "   (at least 0.95)");
    report.add("full_finish_cpu_us", spent[0] / full.answered as f64, "us");
    report.add(
        "empty_finish_cpu_us",
        spent[1] / empty.answered as f64,
        "us",
    );
    if let Some(server) = servers.first() {
        report.add("resident_mib", server.resident_mib()?, "MiB   (under 150)");
    }
    Ok(())
}
