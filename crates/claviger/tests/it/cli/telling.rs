//! Mail and webhooks on the command line: set up, tried out, shown without secrets, taken away.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use super::*;

/// A port where each connection is dealt with by itself.
fn listen(serve: fn(TcpStream) -> std::io::Result<()>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("its number").port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // Whoever hangs up is dealt with, too.
            let _ = serve(stream);
        }
    });
    port
}

/// Takes mail for everybody but nobody@.
fn take_mail(mut stream: TcpStream) -> std::io::Result<()> {
    stream.write_all(b"220 office\r\n")?;
    let lines = BufReader::new(stream.try_clone()?).lines();
    let mut in_letter = false;
    for line in lines {
        let line = line?;
        let answer = match line.as_str() {
            "." => {
                in_letter = false;
                "250 OK"
            }
            _ if in_letter => continue,
            "DATA" => {
                in_letter = true;
                "354 go on"
            }
            line if line.starts_with("RCPT") && line.contains("nobody@") => "550 no such mailbox",
            _ => "250 OK",
        };
        stream.write_all(format!("{answer}\r\n").as_bytes())?;
    }
    Ok(())
}

/// Takes what is posted to /told, and leads on from anywhere else.
fn take_calls(mut stream: TcpStream) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?);
    let (mut first, mut line, mut length) = (String::new(), String::new(), 0);
    lines.read_line(&mut first)?;
    while lines.read_line(&mut line)? > 2 {
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        line.clear();
    }
    lines.read_exact(&mut vec![0; length])?;
    let status = match first.starts_with("POST /told ") {
        true => "204 No Content",
        false => "302 Found\r\nlocation: /told",
    };
    let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    stream.write_all(answer.as_bytes())
}

#[test]
fn mail_is_set_tried_out_and_removed() {
    let folder = Folder::make();
    let (installation, _server, _ada) = set_up(&folder);
    let run = |arguments: &[&str]| run_on(&installation.data, arguments);
    for words in [
        &["mail", "show"][..],
        &["mail", "remove"],
        &["mail", "test", "a@b.example"],
    ] {
        run(words).refused(1, "mail.missing");
    }
    let from = ["--from", "no-reply@example.org"];
    let set = |words: &[&str]| run(&[&["mail", "set"][..], words, &from].concat());
    set(&["mail.example.org", "--security", "none"]).refused(1, "mail.settings_unfit");
    set(&["smtps://mail.example.org"]).refused(1, "mail.settings_unfit");
    set(&["mail.example.org", "--language", "de de"]).refused(1, "mail.settings_unfit");
    run(&["mail", "show"]).refused(1, "mail.missing");
    assert_eq!(
        set(&["mail.example.org", "--user", "claviger"]).code,
        Some(2)
    );
    let file = folder.path().join("password");
    fs::write(&file, "correct horse\nanother line\n").expect("a file");
    let login = ["--user", "claviger", "--password-file", text(&file)];
    set(&[&["mail.example.org"][..], &login].concat()).ok();
    let shown = run(&["mail", "show", "--json"]);
    assert!(!shown.stdout.contains("correct") && !shown.stdout.contains("password"));
    let shown = shown.json();
    assert_eq!(
        (&shown["port"], &shown["user"]),
        (&587.into(), &"claviger".into())
    );
    let missing = folder.path().join("missing");
    let login = ["--user", "claviger", "--password-file", text(&missing)];
    set(&[&["mail.example.org"][..], &login].concat()).refused(1, "missing");

    let port = listen(take_mail).to_string();
    set(&["localhost", "--security", "none", "--port", &port]).ok();
    run(&["mail", "test", "ada@example.org"]).ok();
    run(&["mail", "test", "nobody@example.org"]).refused(1, "550");
    run(&["mail", "test", "no address"]).refused(1, "no mail address");
    set(&["localhost", "--security", "none", "--port", "1"]).ok();
    run(&["mail", "test", "ada@example.org"]).refused(1, "(connect)");
    run(&["user", "add", "bob"]).ok();
    run(&["user", "pass", "bob"]).ok();
    let listed = run(&["mail", "undelivered", "--json"]).json();
    let listed = listed.as_array().expect("a list");
    assert_eq!(listed[0]["notice"], "pass_issued");
    assert_eq!(listed[0]["userName"], "bob");
    run(&["mail", "remove"]).ok();
    run(&["mail", "show"]).refused(1, "mail.missing");
}

#[test]
fn webhooks_are_added_tried_out_and_removed() {
    let folder = Folder::make();
    let (installation, _server, _ada) = set_up(&folder);
    let run = |arguments: &[&str]| run_on(&installation.data, arguments);
    assert!(run(&["webhook", "list"]).ok().contains("No address"));
    for unfit in [
        "",
        "siem.example.org",
        "http://siem.example.org/",
        "https://user:password@siem.example.org/",
        "ftp://siem.example.org/",
    ] {
        run(&["webhook", "add", unfit]).refused(1, "webhook.unfit");
    }
    let port = listen(take_calls);
    let add = |path: &str| {
        let url = format!("http://127.0.0.1:{port}/{path}");
        run(&["webhook", "add", &url, "--json"]).json()
    };
    let (told, lost) = (add("told"), add("elsewhere"));
    let secret = told["secret"].as_str().expect("a secret");
    assert!(
        secret.starts_with("whsec_") && secret.len() == 50,
        "{secret}"
    );
    assert_ne!(told["secret"], lost["secret"]);
    let listed = run(&["webhook", "list", "--json"]);
    assert!(!listed.stdout.contains("whsec_") && !listed.stdout.contains("secret"));
    assert_eq!(listed.json().as_array().map(Vec::len), Some(2));
    let test = |webhook: &Value, private: &str| {
        let id = webhook["id"].as_str().expect("an id");
        let mut command = claviger(&["webhook", "test", id, "--data", text(&installation.data)]);
        command.env("CLAVIGER_OUTBOUND_PRIVATE", private);
        Outcome::of(command.output().expect("claviger runs"))
    };
    test(&told, "false").refused(1, "outbound-private");
    test(&told, "true").ok();
    test(&lost, "true").refused(1, "redirect");
    // The server that runs may call no private address: what it can't tell is listed by kind and person.
    run(&["user", "add", "bob"]).ok();
    run(&["user", "pass", "bob"]).ok();
    let mut listed = Vec::new();
    for _ in 0..200 {
        let found = run(&["webhook", "undelivered", "--json"]).json();
        listed = found.as_array().expect("a list").clone();
        if listed.len() == 2 {
            break;
        }
    }
    assert_eq!(listed.len(), 2, "{listed:?}");
    for one in &listed {
        assert_eq!(
            (&one["notice"], &one["userName"]),
            (&"pass_issued".into(), &"bob".into())
        );
    }
    for webhook in [&told, &lost] {
        let id = webhook["id"].as_str().expect("an id");
        run(&["webhook", "remove", id]).ok();
        run(&["webhook", "remove", id]).refused(1, "webhook.missing");
        run(&["webhook", "test", id]).refused(1, "webhook.missing");
    }
    run(&["webhook", "remove", "no id"]).refused(1, "webhook.missing");
    assert!(run(&["webhook", "list"]).ok().contains("No address"));
}
