use identity::methods;
use identity::people;
use identity::roles::Role;
use testkit::{Device, passkey_id};

use super::{SHELL, Someone, holder, refused};
use crate::in_each_house;

#[test]
fn administrators_see_and_remove_passkeys_of_others() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        let mut second = Device::device_bound();
        bob.add_device(&mut second).await;
        let (_, helper) = holder(
            &house,
            &mut ada,
            "helper",
            Role::AuthenticationAdministrator,
        )
        .await;
        let identity = house.identity();
        let id = house.session(&bob.browser).await.person_id;
        let found = methods::list(identity, helper.actor(), id).await.unwrap();
        assert_eq!(found.len(), 2);
        let bound = methods::read(identity, helper.actor(), id, &passkey_id(&second))
            .await
            .unwrap();
        assert!(!bound.synced && bound.active && !bound.attested);
        let synced = methods::read(identity, helper.actor(), id, &bob.passkey_id())
            .await
            .unwrap();
        assert!(synced.synced && synced.last_used_at.is_some());
        refused(
            methods::read(identity, helper.actor(), id, "AAAA").await,
            "passkey.missing",
        );
        // The session that it opened ends with it.
        methods::delete(identity, helper.actor(), id, &synced.method_id)
            .await
            .unwrap();
        assert!(!bob.browser.is_signed_in().await);
        refused(
            methods::delete(identity, helper.actor(), id, &synced.method_id).await,
            "passkey.missing",
        );
        bob.browser.forget();
        bob.browser.sign_in(&mut second).await.ok();
        // The last one, too: then a link is the way back.
        methods::delete(identity, helper.actor(), id, &passkey_id(&second))
            .await
            .unwrap();
        assert!(!bob.browser.is_signed_in().await);
        assert!(methods::list(identity, SHELL, id).await.unwrap().is_empty());
        people::make_link(identity, helper.actor(), id)
            .await
            .unwrap();
    });
}

#[test]
fn security_11_methods_of_the_privileged_are_for_their_own_administrators() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let (rita, reader) = holder(&house, &mut ada, "rita", Role::ReportsReader).await;
        let (helper_person, helper) = holder(
            &house,
            &mut ada,
            "helper",
            Role::AuthenticationAdministrator,
        )
        .await;
        let (_, desk) = holder(&house, &mut ada, "desk", Role::HelpdeskAdministrator).await;
        let (_, privileged) = holder(
            &house,
            &mut ada,
            "paul",
            Role::PrivilegedAuthenticationAdministrator,
        )
        .await;
        let bob = house.person(&mut ada, "bob").await;
        let bob_id = house.session(&bob.browser).await.person_id;
        let identity = house.identity();
        let key = rita.passkey_id();
        for someone in [&helper, &desk, &reader] {
            let deleted = methods::delete(identity, someone.actor(), reader.id(), &key).await;
            refused(deleted, "role.insufficient");
            let ada_key = ada.passkey_id();
            let ada_id = house.session(&ada.browser).await.person_id;
            let deleted = methods::delete(identity, someone.actor(), ada_id, &ada_key).await;
            refused(deleted, "role.insufficient");
        }
        // The help desk looks, and changes nothing.
        methods::list(identity, desk.actor(), bob_id).await.unwrap();
        let deleted = methods::delete(identity, desk.actor(), bob_id, &bob.passkey_id()).await;
        refused(deleted, "role.insufficient");
        refused(
            methods::list(identity, desk.actor(), reader.id()).await,
            "role.insufficient",
        );
        refused(
            methods::list(identity, reader.actor(), bob_id).await,
            "role.insufficient",
        );
        // Nobody is their own administrator: the last passkey is kept on Security info.
        let own = helper_person.passkey_id();
        refused(
            methods::delete(identity, helper.actor(), helper.id(), &own).await,
            "role.insufficient",
        );
        let ada = Someone::of(&house, &ada).await;
        refused(
            methods::delete(identity, ada.actor(), ada.id(), "AAAA").await,
            "passkey.own",
        );
        methods::delete(identity, privileged.actor(), reader.id(), &key)
            .await
            .unwrap();
        house.advance(6 * identity::MINUTE);
        let stale = methods::delete(identity, privileged.actor(), bob_id, &bob.passkey_id()).await;
        refused(stale, "session.not_fresh");
    });
}
