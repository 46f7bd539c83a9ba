//! What comes of a try, and how the next one goes.

use identity::outbox::{self, GivenUp};
use identity::{DAY, HOUR, MINUTE, Micros};
use tokio::sync::watch;

use super::receiver::Answer;
use super::*;

/// Somebody signed out of an application, which was not told yet.
async fn signed_out(house: &House, receiver: &Receiver) -> Application {
    let mut ada = house.administrator("ada").await;
    let app = told_at(house, "Told", receiver).await;
    id_token(house, &app, &mut ada).await;
    ada.browser.sign_out().await.ok();
    app
}

async fn jti(house: &House, receiver: &mut Receiver) -> String {
    let [heard] = <[Heard; 1]>::try_from(receiver.take()).unwrap();
    let claims = verify(house, &heard).await;
    claims["jti"].as_str().unwrap().to_owned()
}

#[test]
fn what_fails_is_tried_again_after_growing_pauses() {
    in_each_house(async |house| {
        let mut receiver = Receiver::open().await;
        let app = signed_out(&house, &receiver).await;
        let elsewhere = Receiver::open().await;
        let tries: [(Answer, Micros); 7] = [
            (Answer::Status(500), SECOND),
            (Answer::HangUp, 5 * SECOND),
            (Answer::Status(404), 30 * SECOND),
            (Answer::Redirect(elsewhere.url.clone()), 2 * MINUTE),
            (Answer::Status(201), 10 * MINUTE),
            (Answer::Status(503), HOUR),
            (Answer::Status(429), HOUR),
        ];
        let mut seen = Vec::new();
        for (answer, pause) in tries {
            receiver.answer(answer);
            deliver(house.identity()).await;
            seen.push(jti(&house, &mut receiver).await);
            house.advance(pause - 1);
            deliver(house.identity()).await;
            assert!(receiver.take().is_empty(), "not before {pause}");
            house.advance(1);
        }
        receiver.answer(Answer::Status(204));
        deliver(house.identity()).await;
        seen.push(jti(&house, &mut receiver).await);
        assert_eq!(waiting(&house), 0);
        let tries = seen.len();
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), tries, "each try has a name of its own");
        let told = records(&house, "logout.failed");
        assert_eq!(told.len(), 1, "one outage, one record: {told:?}");
        assert_eq!(told[0]["cause"], json!("status"));
        assert_eq!(told[0]["status"], json!(500));
        assert_eq!(told[0]["appId"], json!(app.app_id.to_string()));
        let mut elsewhere = elsewhere;
        assert!(elsewhere.take().is_empty(), "a redirect is not followed");
    });
}

#[test]
fn what_is_refused_is_not_tried_again() {
    in_each_house(async |house| {
        let mut receiver = Receiver::open().await;
        receiver.answer(Answer::Status(400));
        let mut ada = house.administrator("ada").await;
        let app = told_at(&house, "Told", &receiver).await;
        for _ in 0..3 {
            id_token(&house, &app, &mut ada).await;
            ada.browser.sign_out().await.ok();
            ada.sign_in().await.ok();
        }
        deliver(house.identity()).await;
        house.advance(2 * HOUR);
        deliver(house.identity()).await;
        assert_eq!((receiver.take().len(), waiting(&house)), (3, 0));
        // Told of, but not once for each person.
        let told = records(&house, "logout.refused");
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0]["application"], json!("Told"));
    });
}

#[test]
fn after_a_day_it_is_given_up_with_an_alert() {
    in_each_house(async |house| {
        let mut receiver = Receiver::open().await;
        receiver.answer(Answer::Status(500));
        let app = signed_out(&house, &receiver).await;
        deliver(house.identity()).await;
        house.advance(DAY - 1);
        let none = outbox::give_up(house.identity()).await.unwrap();
        assert_eq!((none.messages, none.waiting), (0, 1));
        house.advance(1);
        let given_up = outbox::give_up(house.identity()).await.unwrap();
        let expected = GivenUp {
            messages: 1,
            recipients: 1,
            waiting: 0,
        };
        assert_eq!(given_up, expected);
        let told = records(&house, "alert.logout_undelivered");
        assert_eq!(told.len(), 1);
        assert_eq!(told[0]["messages"], json!(1));
        assert_eq!(told[0]["alert"], json!(true));
        assert_eq!(told[0]["appId"], json!(app.app_id.to_string()));
        receiver.take();
        deliver(house.identity()).await;
        assert!(receiver.take().is_empty());
    });
}

/// The server was off over the weekend: what nobody tried is tried, not thrown away.
#[test]
fn what_was_never_tried_is_kept_longer() {
    in_each_house(async |house| {
        let mut receiver = Receiver::open().await;
        signed_out(&house, &receiver).await;
        house.advance(2 * DAY);
        let none = outbox::give_up(house.identity()).await.unwrap();
        assert_eq!((none.messages, none.waiting), (0, 1));
        deliver(house.identity()).await;
        assert_eq!((receiver.take().len(), waiting(&house)), (1, 0));
    });
}

#[test]
fn who_is_slow_holds_up_nobody() {
    in_each_house(async |house| {
        let (mut slow, mut quick) = (Receiver::open().await, Receiver::open().await);
        slow.answer(Answer::None);
        let mut ada = house.administrator("ada").await;
        let (never, soon) = (
            told_at(&house, "Never", &slow).await,
            told_at(&house, "Soon", &quick).await,
        );
        for _ in 0..8 {
            id_token(&house, &never, &mut ada).await;
            id_token(&house, &soon, &mut ada).await;
            ada.browser.sign_out().await.ok();
            ada.sign_in().await.ok();
        }
        assert_eq!(waiting(&house), 16);
        let (stop, stopped) = watch::channel(false);
        let identity = house.identity().clone();
        let running = tokio::spawn(async move { courier().run(&identity, stopped).await });
        for _ in 0..8 {
            quick.next().await;
        }
        // It has a few places and no more, and still holds them.
        for _ in 0..4 {
            slow.next().await;
        }
        assert!(slow.take().is_empty());
        running.abort();
        drop(stop);
    });
}

#[test]
fn security_31_nothing_is_posted_to_private_addresses_unless_that_is_meant() {
    in_each_house(async |house| {
        let mut receiver = Receiver::open().await;
        signed_out(&house, &receiver).await;
        let careful = Courier::new(&Outbound::new(PrivateAddresses::Refused).unwrap());
        assert_eq!(careful.step(house.identity()).await.unwrap(), 1);
        assert!(receiver.take().is_empty());
        assert_eq!(waiting(&house), 1, "it may be allowed tomorrow");
        let told = records(&house, "logout.failed");
        assert_eq!(told[0]["cause"], json!("private_address"));
        house.advance(SECOND);
        deliver(house.identity()).await;
        assert_eq!(receiver.take().len(), 1);
    });
}

/// However much waits for it: one try a second, until one goes well.
#[test]
fn who_is_down_is_not_hammered() {
    in_each_house(async |house| {
        let mut receiver = Receiver::open().await;
        receiver.answer(Answer::Status(503));
        let mut ada = house.administrator("ada").await;
        let app = told_at(&house, "Told", &receiver).await;
        for _ in 0..10 {
            id_token(&house, &app, &mut ada).await;
            ada.browser.sign_out().await.ok();
            ada.sign_in().await.ok();
        }
        deliver(house.identity()).await;
        assert_eq!(
            receiver.take().len(),
            4,
            "who is not known to be down has a few slots"
        );
        for _ in 0..3 {
            deliver(house.identity()).await;
            assert!(receiver.take().is_empty());
            house.advance(SECOND);
            deliver(house.identity()).await;
            assert_eq!(receiver.take().len(), 1);
        }
        receiver.answer(Answer::Status(200));
        house.advance(MINUTE);
        deliver(house.identity()).await;
        assert_eq!((receiver.take().len(), waiting(&house)), (10, 0));
    });
}

/// What nobody may read: not in the log at any level, not in the database, and not in what a program prints of itself.
#[test]
fn a_logout_token_is_in_no_log() {
    for backend in testkit::backends() {
        let log = Log::default();
        let subscriber = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
            .with_writer(log.clone())
            .finish();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let work = async {
            let house = House::open(backend).await;
            let mut receiver = Receiver::open().await;
            signed_out(&house, &receiver).await;
            let mut tokens = Vec::new();
            for status in [500, 400] {
                receiver.answer(Answer::Status(status));
                let taken = outbox::take_due(house.identity()).await.unwrap();
                let shown = format!("{:?}", taken.deliveries);
                assert!(shown.starts_with("[Delivery"), "{shown}");
                tokens.push(taken.deliveries[0].form().to_owned());
                assert!(!shown.contains(token_of(&tokens[tokens.len() - 1])));
                drop(taken);
                house.advance(MINUTE);
                deliver(house.identity()).await;
                tokens.push(receiver.take().remove(0).body);
                house.advance(MINUTE);
            }
            for token in &tokens {
                assert!(!house.holds(token_of(token)));
            }
            tokens
        };
        let tokens = tracing::subscriber::with_default(subscriber, || runtime.block_on(work));
        let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        assert!(
            log.contains("can't be told that a session is over"),
            "it is heard"
        );
        for token in tokens {
            assert!(!log.contains(token_of(&token)));
        }
        runtime.shutdown_background();
    }
}

/// The claims, without which a signature is worth nothing.
fn token_of(form: &str) -> &str {
    form.split('.').nth(1).unwrap()
}

/// A log that can be read.
#[derive(Clone, Default)]
struct Log(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> tracing_subscriber::fmt::MakeWriter<'a> for Log {
    type Writer = Log;

    fn make_writer(&'a self) -> Log {
        self.clone()
    }
}
