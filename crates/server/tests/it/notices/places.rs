//! Who signs in where they never did before is told.

use identity::MINUTE;

use super::*;

const SUBJECT: &str = "A passkey was used in a new place";

/// Signs in from that network, and gives what was told.
async fn sign_in_from(
    house: &House,
    office: &PostOffice,
    person: &mut Person,
    address: &str,
) -> Vec<Heard> {
    house.advance(MINUTE);
    person.browser = house.browser();
    person.browser.address = address.parse().unwrap();
    person.sign_in().await.ok();
    deliver(house.identity()).await;
    office.take()
}

#[test]
fn a_new_place_is_told_once() {
    in_each_house(async |house| {
        let (office, _, mut bob, _) = with_bob(&house).await;
        let (home, work, train) = ("203.0.113.9:1", "198.51.100.7:1", "192.0.2.1:1");
        let told = sign_in_from(&house, &office, &mut bob, home).await;
        let first = told.len();
        let told = sign_in_from(&house, &office, &mut bob, work).await;
        let [heard] = <[Heard; 1]>::try_from(told).unwrap();
        assert_eq!(heard.header("Subject"), SUBJECT);
        assert_eq!(heard.to, "bob@example.org");
        let text = heard.part("text/plain").replace('\u{200b}', "");
        assert!(text.contains("Chrome, Linux, 198.51.100.0/24"), "{text}");
        assert!(text.contains("/not-me#"), "{text}");
        for known in [work, "198.51.100.200:9", home, work, home] {
            let told = sign_in_from(&house, &office, &mut bob, known).await;
            assert!(told.is_empty(), "{known}");
        }
        let told = sign_in_from(&house, &office, &mut bob, train).await;
        assert_eq!(told.len(), 1);
        // Another browser at a known network is a new place.
        bob.browser.user_agent = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0".to_owned();
        house.advance(MINUTE);
        bob.sign_in().await.ok();
        deliver(house.identity()).await;
        assert_eq!(subjects(&office), [SUBJECT]);
        assert!(first <= 1);
    });
}

#[test]
fn the_first_use_of_a_new_passkey_is_no_news_and_places_are_the_persons() {
    in_each_house(async |house| {
        let (office, mut ada, mut bob, _) = with_bob(&house).await;
        let (home, work, train) = ("203.0.113.9:1", "198.51.100.7:1", "192.0.2.1:1");
        sign_in_from(&house, &office, &mut bob, home).await;
        let mut second = Device::synced();
        bob.add_device(&mut second).await;
        deliver(house.identity()).await;
        assert_eq!(office.take().len(), 1, "that it was added");
        let mut by_second = Person {
            device: second,
            ..bob.clone()
        };
        let told = sign_in_from(&house, &office, &mut by_second, train).await;
        assert!(told.is_empty());
        // Where one of the person's passkeys was used last, another one is no news.
        let told = sign_in_from(&house, &office, &mut bob, train).await;
        assert!(told.is_empty());
        let told = sign_in_from(&house, &office, &mut by_second, home).await;
        assert!(told.is_empty());
        // Somebody else's places are not: Ada was at work.
        sign_in_from(&house, &office, &mut ada, work).await;
        let told = sign_in_from(&house, &office, &mut bob, work).await;
        assert_eq!(told.len(), 1);
    });
}

#[test]
fn a_few_places_are_remembered_and_no_more() {
    in_each_house(async |house| {
        let (office, _, mut bob, id) = with_bob(&house).await;
        for number in 0..30 {
            let address = format!("198.51.{number}.1:1");
            sign_in_from(&house, &office, &mut bob, &address).await;
        }
        let kept = house.run_sql("SELECT CAST(COUNT(*) AS TEXT) FROM known_place");
        assert_eq!(kept, ["20"]);
        assert!(
            sign_in_from(&house, &office, &mut bob, "198.51.28.1:1")
                .await
                .is_empty()
        );
        let told = sign_in_from(&house, &office, &mut bob, "198.51.1.1:1").await;
        assert_eq!(told.len(), 1, "it was long ago");
        // Nothing of it outlives the person.
        people::delete(house.identity(), COMMAND_LINE, id, None)
            .await
            .unwrap();
        for _ in 0..2 {
            house.advance(31 * identity::DAY);
            identity::tenant::tick_minute(house.identity())
                .await
                .unwrap();
        }
        assert!(house.run_sql("SELECT 'left' FROM known_place").is_empty());
    });
}
