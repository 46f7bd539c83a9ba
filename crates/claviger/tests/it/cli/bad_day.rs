//! The bad day on the command line: passes with a reason, lost devices, the policy of recovery codes.

use super::*;

#[test]
fn the_bad_day_is_dealt_with_while_it_serves() {
    let folder = Folder::make();
    let (installation, _server, mut ada) = set_up(&folder);
    let run = |arguments: &[&str]| run_on(&installation.data, arguments);
    run(&["user", "add", "bob"]).ok();
    // Who had a passkey is somebody to be made sure of.
    run(&["user", "pass", "admin"]).refused(1, "pass.reason_missing");
    run(&["user", "pass", "admin", "--reason", " "]).refused(1, "pass.reason_missing");
    run(&["user", "pass", "admin", "--reason", "Seen on site"]).ok();
    run(&["user", "pass", "bob"]).ok();
    assert_eq!(run(&["user", "lost", "bob"]).code, Some(2));
    run(&["user", "lost", "bob", "--all"]).refused(1, "lost.unfit");
    run(&["user", "lost", "bob", "AAAA"]).refused(1, "passkey.missing");
    run(&["user", "lost", "nobody", "--all"]).refused(1, "user.missing");
    run(&["user", "lost", "admin", "--all"]).refused(1, "user.last_administrator");
    ada.sign_in().expect("the last administrator stays");

    let policy = run(&["policy", "recovery"]).ok();
    assert!(
        policy.contains("Recovery codes: on (version 0)"),
        "{policy}"
    );
    assert!(policy.contains("with a role   off"), "{policy}");
    let changed = ["policy", "recovery", "--privileged", "on", "--json"];
    let changed = run(&changed).json();
    assert_eq!(changed["policy"]["privileged"], "enabled");
    run(&["policy", "recovery", "--exclude", "No such group"]).refused(1, "group");
    let off = run(&["policy", "recovery", "--state", "off"]).ok();
    assert!(off.contains("off (version 2)"), "{off}");
    let reset = run(&["policy", "recovery", "--reset", "--json"]).json();
    assert_eq!(reset["policy"]["state"], "enabled");
    assert_eq!(reset["policy"]["privileged"], "disabled");
}
