//! Who may sign in to an application, what they see of it, and how they take back what they allowed.

use identity::applications::{self, ApplicationChange, DEFAULT_ROLE, PrincipalChange};
use identity::groups::{self, NewGroup, members};
use identity::{Actor, Id, MINUTE, Refusal};
use serde_json::{Value, json};
use testkit::{Application, House, Person};

use super::{COMMAND_LINE, TOKEN, ask, begin, code_of, error_of, redeem, refused};
use crate::in_each_house;

async fn principal_of(house: &House, app: &Application) -> Id {
    applications::find_principal_by_app(house.identity(), COMMAND_LINE, app.app_id)
        .await
        .unwrap()
        .object_id
}

async fn require(house: &House, app: &Application, required: bool) {
    let change = PrincipalChange {
        assignment_required: Some(required),
        ..PrincipalChange::default()
    };
    let principal = principal_of(house, app).await;
    applications::change_principal(house.identity(), COMMAND_LINE, principal, change)
        .await
        .unwrap();
}

pub(super) async fn assign(
    house: &House,
    app: &Application,
    whom: Id,
    role: Id,
) -> Result<Id, Refusal> {
    let resource = principal_of(house, app).await;
    applications::assign(house.identity(), COMMAND_LINE, whom, resource, role)
        .await
        .map(|made| made.assignment_id)
}

async fn unassign(house: &House, assignment: Id) {
    applications::unassign(house.identity(), COMMAND_LINE, assignment)
        .await
        .unwrap();
}

pub(super) async fn group(house: &House, name: &str) -> Id {
    let new = NewGroup {
        display_name: name.to_owned(),
        ..NewGroup::default()
    };
    let made = groups::create(house.identity(), COMMAND_LINE, &new).await;
    made.unwrap().group_id
}

async fn renew(house: &House, app: &Application, token: &Value) -> testkit::Answer {
    let app_id = app.app_id.to_string();
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", &app_id),
        ("client_secret", &app.secret),
        ("refresh_token", token.as_str().unwrap()),
    ];
    house.browser().ask_token(TOKEN, &form).await
}

const OFFLINE: (&str, &str) = ("scope", "openid offline_access");

#[test]
fn who_is_not_assigned_does_not_get_in() {
    in_each_house(async |house| {
        let app = super::web(&house, "Travel").await;
        house.grant(&app, "User.Read offline_access").await;
        let mut ada = house.administrator("ada").await;
        let person = house.find("ada").await.person_id;
        let code = code_of(&ask(&mut ada.browser, &app, &[OFFLINE]).await);
        let first = redeem(&house, &app, &code).await.ok();
        let late = code_of(&ask(&mut ada.browser, &app, &[]).await);
        require(&house, &app, true).await;
        // A page says why; where nobody is to see a page, the application is told.
        let page = ask(&mut ada.browser, &app, &[]).await;
        assert_eq!(page.status, 403);
        assert!(page.text().contains("application.not_assigned"));
        let silent = ask(&mut ada.browser, &app, &[("prompt", "none")]).await;
        assert_eq!(error_of(&silent), "access_denied");
        // Neither a code from before nor a renewal is a way around it; a renewal waits.
        refused(redeem(&house, &app, &late).await, "invalid_grant");
        let told = refused(
            renew(&house, &app, &first["refresh_token"]).await,
            "invalid_grant",
        );
        assert!(told.starts_with("application.not_assigned"), "{told}");
        let assignment = assign(&house, &app, person, DEFAULT_ROLE).await.unwrap();
        code_of(&ask(&mut ada.browser, &app, &[]).await);
        let next = renew(&house, &app, &first["refresh_token"]).await.ok();
        unassign(&house, assignment).await;
        refused(
            renew(&house, &app, &next["refresh_token"]).await,
            "invalid_grant",
        );
        assert_eq!(ask(&mut ada.browser, &app, &[]).await.status, 403);
        require(&house, &app, false).await;
        code_of(&ask(&mut ada.browser, &app, &[]).await);
    });
}

/// Security 12: through groups, however deep; and such groups are protected.
#[test]
fn security_12_an_assigned_group_lets_its_members_in_and_is_protected() {
    in_each_house(async |house| {
        let (app, mut ada) = begin(&house).await;
        let bob = house.person(&mut ada, "bob").await;
        require(&house, &app, true).await;
        let (outer, inner) = (group(&house, "Outer").await, group(&house, "Inner").await);
        let identity = house.identity();
        members::add(identity, COMMAND_LINE, outer, inner)
            .await
            .unwrap();
        let person = house.find("ada").await.person_id;
        members::add(identity, COMMAND_LINE, inner, person)
            .await
            .unwrap();
        let assignment = assign(&house, &app, outer, DEFAULT_ROLE).await.unwrap();
        code_of(&ask(&mut ada.browser, &app, &[]).await);
        let mut stranger = bob.clone();
        assert_eq!(ask(&mut stranger.browser, &app, &[]).await.status, 403);
        for protected in [outer, inner] {
            let reasons = groups::list_protections(identity, COMMAND_LINE, protected).await;
            assert_eq!(
                reasons.unwrap(),
                [groups::ProtectedBy::ApplicationAssignment]
            );
        }
        // Twice, of nobody, of an application, with a role that there isn't, to our own API: nothing changes.
        let resource = principal_of(&house, &app).await;
        let own = applications::find_own_api(identity).await.unwrap();
        let role = Id([0; 16]);
        for (whom, to, role, code) in [
            (outer, resource, role, "permission.held"),
            (Id([9; 16]), resource, role, "directory.object_missing"),
            (resource, resource, role, "permission.unknown"),
            (person, resource, Id([8; 16]), "permission.unknown"),
            (person, own, role, "permission.unknown"),
            (person, Id([7; 16]), role, "application.missing"),
        ] {
            let made = applications::assign(identity, COMMAND_LINE, whom, to, role).await;
            assert_eq!(made.unwrap_err().code.id, code, "{whom} {to} {role}");
        }
        let held = applications::list_assigned_to(identity, COMMAND_LINE, resource, None, 10).await;
        assert_eq!(held.unwrap().len(), 1);
        // Nobody without the right assigns anybody, not even themselves.
        let (caller, session) = (house.caller(), house.session(&bob.browser).await);
        let actor = Actor::Person(&caller, &session);
        let made = applications::assign(identity, actor, session.person_id, resource, role).await;
        assert_eq!(made.unwrap_err().code.id, "role.insufficient");
        members::remove(identity, COMMAND_LINE, inner, person)
            .await
            .unwrap();
        assert_eq!(ask(&mut ada.browser, &app, &[]).await.status, 403);
        unassign(&house, assignment).await;
        let reasons = groups::list_protections(identity, COMMAND_LINE, outer).await;
        assert!(reasons.unwrap().is_empty());
    });
}

async fn open_at(house: &House, app: &Application, home: &str) -> Result<(), &'static str> {
    let change = ApplicationChange {
        home_uri: Some(home.to_owned()),
        ..ApplicationChange::default()
    };
    let changed =
        applications::change(house.identity(), COMMAND_LINE, app.object_id, &change).await;
    changed.map(drop).map_err(|refusal| refusal.code.id)
}

#[test]
fn people_see_what_they_can_open() {
    in_each_house(async |house| {
        let (app, mut ada) = begin(&house).await;
        let shows = async |person: &mut Person| {
            let page = person.browser.get("/applications").await;
            assert_eq!(page.status, 200);
            page.text().contains("https://travel.example.org/start")
        };
        assert!(!shows(&mut ada).await);
        for unfit in [
            "x",
            "javascript:alert(1)",
            "http://travel.example.org",
            "https://a@b/",
        ] {
            assert_eq!(
                open_at(&house, &app, unfit).await,
                Err("application.redirect_unfit")
            );
        }
        open_at(&house, &app, "https://travel.example.org/start")
            .await
            .unwrap();
        assert!(shows(&mut ada).await);
        require(&house, &app, true).await;
        assert!(!shows(&mut ada).await);
        let ada_id = house.find("ada").await.person_id;
        assign(&house, &app, ada_id, DEFAULT_ROLE).await.unwrap();
        assert!(shows(&mut ada).await);
        open_at(&house, &app, "").await.unwrap();
        assert!(!shows(&mut ada).await);
        let mut stranger = house.browser();
        assert_eq!(stranger.get("/applications").await.status, 303);
    });
}

#[test]
fn people_take_back_what_they_allowed() {
    in_each_house(async |house| {
        let app = super::web(&house, "Free").await;
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        let query = super::query(&app, &[OFFLINE]);
        let body = json!({ "query": query, "tenant": null, "decision": "allow" });
        let mut held = Vec::new();
        for person in [&mut ada, &mut bob] {
            let allowed = person.browser.post("/consent", body.clone()).await.ok();
            let answer = person
                .browser
                .get(allowed["location"].as_str().unwrap())
                .await;
            held.push(redeem(&house, &app, &code_of(&answer)).await.ok());
        }
        let page = ada.browser.open("/security-info").await.text();
        assert!(page.contains("Keep this access while you"), "{page}");
        let session = house.session(&ada.browser).await;
        let listed = applications::list_consents(house.identity(), &session)
            .await
            .unwrap();
        let take = json!({ "grantId": listed[0].grant_id.to_string() });
        let path = "/security-info/consents/withdraw";
        // Somebody else's, nothing, and what is no id.
        bob.browser.open("/security-info").await;
        bob.browser
            .post(path, take.clone())
            .await
            .refused(404, "permission.grant_missing");
        ada.browser
            .post(path, json!({ "grantId": "x" }))
            .await
            .refused(400, "request.malformed");
        ada.browser.post(path, take.clone()).await.ok();
        ada.browser
            .post(path, take)
            .await
            .refused(404, "permission.grant_missing");
        // Hers is over at once, tokens and renewals; his goes on.
        let is_live = async |body: &Value| {
            let token = body["access_token"].as_str().unwrap();
            identity::bearer::authenticate(
                house.identity(),
                &identity::bearer::Shown::bearer(token),
            )
            .await
            .is_ok()
        };
        assert!(!is_live(&held[0]).await);
        refused(
            renew(&house, &app, &held[0]["refresh_token"]).await,
            "invalid_grant",
        );
        assert!(is_live(&held[1]).await);
        let next = renew(&house, &app, &held[1]["refresh_token"]).await.ok();
        assert!(is_live(&next).await);
        // A code that was under way when it was taken back is worth nothing.
        let allowed = ada.browser.post("/consent", body.clone()).await.ok();
        let answer = ada.browser.get(allowed["location"].as_str().unwrap()).await;
        let under_way = code_of(&answer);
        house.run_sql("DELETE FROM permission_grant");
        let told = refused(redeem(&house, &app, &under_way).await, "invalid_grant");
        assert!(told.starts_with("code.consent_withdrawn"), "{told}");
        house.advance(MINUTE);
        // Asked anew.
        assert_eq!(ask(&mut ada.browser, &app, &[OFFLINE]).await.status, 200);
    });
}
