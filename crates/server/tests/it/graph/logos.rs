//! Logos of applications: taken as files, made anew, shown by names that nobody guesses.

use axum::body::Body;
use data_encoding::BASE64;
use http::{HeaderValue, Method, header};
use identity::{Actor, Id, applications};
use serde_json::{Value, json};
use testkit::{Answer, Application, House, ORIGIN, find_tags};

use super::{Client, Said};
use crate::in_each_house;

/// A red PNG of eight pixels each way, in base64.
pub(super) const PICTURE: &str = "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEUlEQVR42mM4IaeBFTEMLQkAiE5Dgbkng6oAAAAASUVORK5CYII=";
const COMMAND_LINE: Actor<'static> = Actor::CommandLine { os_user: "test" };

fn picture() -> Vec<u8> {
    BASE64.decode(PICTURE.as_bytes()).unwrap()
}

async fn put(client: &Client<'_>, app: &Application, kind: &'static str, file: &[u8]) -> Answer {
    let path = format!("/v1.0/applications/{}/logo", app.object_id);
    let mut request = client.request(Method::PUT, &path, None);
    let kind = HeaderValue::from_static(kind);
    request.headers_mut().insert(header::CONTENT_TYPE, kind);
    *request.body_mut() = Body::from(file.to_vec());
    client.send(request).await
}

async fn ask(client: &Client<'_>, method: Method, app: &Application) -> Answer {
    let path = format!("/v1.0/applications/{}/logo", app.object_id);
    client.ask(method, &path, None).await
}

/// Where the directory says that the logo is.
async fn url_of(client: &Client<'_>, app: &Application) -> Value {
    let path = format!("/v1.0/applications/{}", app.object_id);
    client.get(&path).await.is(200)["info"]["logoUrl"].clone()
}

/// An application that administrators look after, and one that looks after it.
async fn begin(house: &House) -> (Application, Client<'_>) {
    let app = house.application("Travel", &[]).await;
    (app, Client::of(house, &["Application.ReadWrite.All"]).await)
}

fn kinds(answer: &Answer) -> (&str, &str) {
    (
        answer.header("content-type"),
        answer.header("x-content-type-options"),
    )
}

#[test]
fn a_logo_is_made_anew_and_shown_by_its_name() {
    in_each_house(async |house| {
        let (app, client) = begin(&house).await;
        assert_eq!(url_of(&client, &app).await, Value::Null);
        ask(&client, Method::GET, &app).await.refused_as(
            404,
            "Request_ResourceNotFound",
            "application.logo_missing",
        );
        let mut sent = picture();
        sent.extend(b"<script>alert(1)</script>");
        assert_eq!(put(&client, &app, "image/png", &sent).await.status, 204);
        let read = ask(&client, Method::GET, &app).await;
        assert_eq!(kinds(&read), ("image/png", "nosniff"));
        assert_eq!(
            read.body[16..24],
            [0, 0, 0, 8, 0, 0, 0, 8],
            "its width and height"
        );
        assert!(!read.body.windows(7).any(|part| part == b"<script"));
        // For anybody who has the name; a picture, and kept for good.
        let url = url_of(&client, &app).await;
        let path = url
            .as_str()
            .unwrap()
            .strip_prefix(ORIGIN)
            .unwrap()
            .to_owned();
        let mut anybody = house.browser();
        let shown = anybody.get(&path).await;
        assert_eq!(shown.status, 200);
        assert_eq!(shown.body, read.body);
        assert_eq!(kinds(&shown), ("image/png", "nosniff"));
        assert_eq!(
            shown.header("cache-control"),
            "private, max-age=31536000, immutable"
        );
        let mut again = anybody.request(Method::GET, &path, Body::empty());
        let tag = HeaderValue::from_str(shown.header("etag")).unwrap();
        again.headers_mut().insert(header::IF_NONE_MATCH, tag);
        let again = anybody.send(again).await;
        assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
        // Another picture has another name, and the old one names nothing.
        put(&client, &app, "image/png", &picture()).await;
        let other = url_of(&client, &app).await;
        assert_ne!(other, url);
        assert_eq!(anybody.get(&path).await.status, 404);
        let path = other
            .as_str()
            .unwrap()
            .strip_prefix(ORIGIN)
            .unwrap()
            .to_owned();
        for wrong in [
            path.to_uppercase()
                .replace("LOGOS", "logos")
                .replace("PNG", "png"),
            path.trim_end_matches(".png").to_owned(),
            format!("/logos/{}.png", app.object_id),
            "/logos/x.png".to_owned(),
        ] {
            assert_eq!(anybody.get(&wrong).await.status, 404, "{wrong}");
        }
        // Who is deleted shows nothing; who comes back does.
        let identity = house.identity();
        applications::delete(identity, COMMAND_LINE, app.object_id, None)
            .await
            .unwrap();
        assert_eq!(anybody.get(&path).await.status, 404);
        applications::restore(identity, COMMAND_LINE, app.object_id)
            .await
            .unwrap();
        assert_eq!(anybody.get(&path).await.status, 200);
        assert_eq!(ask(&client, Method::DELETE, &app).await.status, 204);
        ask(&client, Method::DELETE, &app).await.refused_as(
            404,
            "Request_ResourceNotFound",
            "application.logo_missing",
        );
        assert_eq!(anybody.get(&path).await.status, 404);
        let told = house.run_sql(
            "SELECT activity FROM audit WHERE activity LIKE 'application.logo%' ORDER BY activity",
        );
        let changed = "application.logo_changed";
        assert_eq!(told, [changed, changed, "application.logo_removed"]);
    });
}

/// Security 35, past mistake 39: nothing but a picture becomes one, and what is refused changes nothing.
#[test]
fn security_35_what_is_no_picture_is_refused() {
    in_each_house(async |house| {
        let (app, client) = begin(&house).await;
        put(&client, &app, "image/png", &picture()).await;
        let before = url_of(&client, &app).await;
        let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
        let mut cut = picture();
        cut.truncate(60);
        let mut wide = picture();
        wide[16..20].copy_from_slice(&[0, 1, 0, 0]);
        for (file, detail) in [
            (&b""[..], "logo.kind"),
            (svg, "logo.kind"),
            (b"GIF89a\x01\x00\x01\x00\x00\x00\x00;", "logo.kind"),
            (b"RIFF\x1a\x00\x00\x00WEBPVP8L", "logo.kind"),
            (&cut, "logo.malformed"),
            (&wide, "logo.malformed"),
        ] {
            let answer = put(&client, &app, "image/png", file).await;
            assert!(answer.text().contains(detail), "{}", answer.text());
            answer.refused_as(400, "Request_BadRequest", "application.logo_unfit");
        }
        for kind in [
            "image/svg+xml",
            "image/gif",
            "application/json",
            "text/html",
        ] {
            let answer = put(&client, &app, kind, &picture()).await;
            assert_eq!(answer.status, 415, "{kind}");
        }
        let long = vec![0; applications::MAX_LOGO_FILE + 1];
        assert_eq!(put(&client, &app, "image/png", &long).await.status, 413);
        // Longer bodies are taken here alone.
        let body = json!({ "description": "d".repeat(100_000) });
        let path = format!("/v1.0/applications/{}", app.object_id);
        assert_eq!(client.patch(&path, &body).await.status, 413);
        assert_eq!(url_of(&client, &app).await, before);
        // Who may not is told so before anything is read of the picture.
        let reader = Client::of(&house, &["Application.Read.All"]).await;
        let answer = put(&reader, &app, "image/png", svg).await;
        answer.refused_as(403, "Authorization_RequestDenied", "permission.missing");
        assert_eq!(ask(&reader, Method::GET, &app).await.status, 200);
    });
}

/// Several at once: each whole, the last one counts, and no more are made at a time than there is room for.
#[test]
fn logos_at_once_are_made_one_after_another() {
    in_each_house(async |house| {
        let (app, client) = begin(&house).await;
        let file = picture();
        let all = (0..8).map(|_| put(&client, &app, "image/png", &file));
        let all = futures_util::future::join_all(all).await;
        let done = all.iter().filter(|it| it.status == 204).count();
        assert!(done > 0);
        assert!(
            all.iter()
                .all(|it| [204, 409, 503].contains(&it.status.as_u16()))
        );
        assert_eq!(house.run_sql("SELECT 'x' FROM application_logo").len(), 1);
    });
}

/// The pages that show an application's name show its picture.
#[test]
fn pages_show_the_logo_beside_the_name() {
    in_each_house(async |house| {
        let (app, client) = begin(&house).await;
        let mut ada = house.administrator("ada").await;
        let change = applications::ApplicationChange {
            home_uri: Some("https://travel.example.org".to_owned()),
            ..applications::ApplicationChange::default()
        };
        applications::change(house.identity(), COMMAND_LINE, app.object_id, &change)
            .await
            .unwrap();
        let shown = async |browser: &mut testkit::Browser| {
            let page = browser.get("/applications").await.text();
            let pictures = find_tags(&page, "img");
            let of = |it: &testkit::Tag| it.attribute("src").map(str::to_owned);
            pictures
                .iter()
                .filter_map(of)
                .find(|it| it.starts_with("/logos/"))
        };
        assert_eq!(shown(&mut ada.browser).await, None);
        put(&client, &app, "image/png", &picture()).await;
        let path = shown(&mut ada.browser).await.unwrap();
        assert_eq!(
            json!(format!("{ORIGIN}{path}")),
            url_of(&client, &app).await
        );
        assert!(Id::parse(path.trim_start_matches("/logos/").trim_end_matches(".png")).is_some());
    });
}
