//! Starting: keys, databases, ports.

use super::*;

#[tokio::test]
async fn a_key_without_its_database_starts_nothing_and_leaves_nothing() {
    use crate::config::{Configuration, Port};
    use crate::{ServeError, Start, open};
    let folder = tempfile::tempdir().unwrap();
    let configuration = Configuration::resolve(flags(&folder), []).unwrap();
    let ambient = Ambient::system();
    // A command makes nothing, so that a wrong --data is noticed.
    let beside = open(&configuration, &ambient, Start::Beside, Port::Unbound).await;
    assert!(beside.unwrap_err().to_string().contains("--data"));
    assert!(!folder.path().join("data").exists());
    let first = open(&configuration, &ambient, Start::Existing, Port::Unbound).await;
    first.unwrap().close().await;
    let beside = open(&configuration, &ambient, Start::Beside, Port::Unbound).await;
    beside.unwrap().close().await;
    let data = folder.path().join("data");
    for file in ["claviger.db", "claviger.db-wal", "claviger.db-shm"] {
        let _ = std::fs::remove_file(data.join(file));
    }
    let second = open(&configuration, &ambient, Start::Existing, Port::Unbound).await;
    assert!(matches!(
        second,
        Err(ServeError::Open(identity::tenant::OpenError::LostDatabase))
    ));
    assert!(!data.join("claviger.db").exists());
    let anew = open(&configuration, &ambient, Start::New, Port::Unbound).await;
    anew.unwrap().close().await;
}

/// Under a second key everything of the first would stay closed for ever.
#[tokio::test]
async fn a_database_without_its_key_gets_no_second_one() {
    use crate::config::{Configuration, Port};
    use crate::{Start, open};
    let folder = tempfile::tempdir().unwrap();
    let sqlite = flags(&folder);
    let mut layers = vec![sqlite];
    let server = std::env::var(testkit::postgres::URL_VARIABLE).unwrap_or_default();
    let postgres =
        (!server.is_empty()).then(|| testkit::postgres::Database::create(&server).unwrap());
    if let Some(database) = &postgres {
        layers.push(crate::config::Layer {
            database_url: Some(database.url()),
            data: Some(folder.path().join("other")),
            ..flags(&folder)
        });
    } else {
        assert_eq!(
            std::env::var("CLAVIGER_TEST_SQLITE_ONLY").as_deref(),
            Ok("1"),
            "set {} or CLAVIGER_TEST_SQLITE_ONLY=1",
            testkit::postgres::URL_VARIABLE
        );
    }
    for layer in layers {
        let key = layer.data.clone().unwrap().join("claviger.key");
        let configuration = Configuration::resolve(layer, []).unwrap();
        let ambient = Ambient::system();
        let first = open(&configuration, &ambient, Start::Existing, Port::Unbound).await;
        first.unwrap().close().await;
        let kept = std::fs::read(&key).unwrap();
        std::fs::remove_file(&key).unwrap();
        for start in [Start::Existing, Start::New, Start::Beside] {
            let again = open(&configuration, &ambient, start, Port::Unbound).await;
            let error = again.unwrap_err().to_string();
            assert!(error.contains("is missing, but the database"), "{error}");
            assert!(!key.exists());
        }
        make_private(&key, &kept);
        let again = open(&configuration, &ambient, Start::Existing, Port::Unbound).await;
        again.unwrap().close().await;
    }
}

fn make_private(path: &std::path::Path, bytes: &[u8]) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::write(path, bytes).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

#[tokio::test]
async fn it_serves_on_a_free_port_and_stops() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let folder = tempfile::tempdir().unwrap();
    let configuration = crate::Configuration::resolve(flags(&folder), []).unwrap();
    let options = crate::ServeOptions {
        configuration,
        ambient: Ambient::system(),
    };
    let running = crate::serve(options).await.unwrap();
    let port = running.address.port();
    assert_eq!(running.public_origin, format!("http://localhost:{port}"));
    let link = running.setup_link.as_ref().unwrap();
    assert!(
        link.url
            .starts_with(&format!("http://localhost:{port}/set-up#"))
    );
    let mut socket = tokio::net::TcpStream::connect(running.address)
        .await
        .unwrap();
    let request =
        format!("GET /set-up HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    let address = running.address;
    running.stop().await.unwrap();
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}
