use super::*;
use crate::in_each_house;

#[test]
fn a_policy_that_is_tried_out_is_recorded_and_changes_nothing() {
    in_each_house(async |house| {
        let mut ada = administrator(&house).await;
        let mut bob = house.person(&mut ada, "bob").await;
        let identity = house.identity();
        let tried = device_bound_only();
        let saved = policies::try_out(identity, SHELL, Some(0), Some(&tried), "soon").await;
        let version = saved.unwrap().version;
        let shown = policies::show(identity, SHELL).await.unwrap();
        assert_eq!(shown.version, 0);
        assert_eq!(shown.report.unwrap().1.document(), &tried);
        sign_in(&house, &mut bob).await.ok();
        let record = sign_ins(&house, "ok").pop().unwrap();
        assert_eq!(record["reportOnly"]["result"], "refused");
        assert_eq!(record["reportOnly"]["rule"], "policy.synced_not_allowed");
        assert_eq!(record["reportOnly"]["version"], version);
        assert!(record.get("policy").is_none());
        // Registration says it as well.
        bob.add_device(&mut Device::synced()).await;
        let added = audits(&house, "passkey.added").pop().unwrap();
        assert_eq!(added["reportOnly"]["result"], "refused");
        let mut key = key_of(KEY);
        bob.add_device(&mut key).await;
        let mut keyed = bob.clone();
        keyed.device = key;
        sign_in(&house, &mut keyed).await.ok();
        let record = sign_ins(&house, "ok").pop().unwrap();
        assert_eq!(record["reportOnly"]["result"], "accepted");
        assert_eq!(
            record["reportOnly"]["profile"],
            "00000000-0000-0000-0000-000000000001"
        );

        // Beside a decision that refuses, the other one is recorded too.
        let synced_only = |it: &mut Profile| {
            it.types = Types {
                device_bound: false,
                synced: true,
            };
        };
        try_save(&house, &policy(synced_only)).await.unwrap();
        sign_in(&house, &mut keyed)
            .await
            .refused(403, "policy.device_bound_not_allowed");
        let record = sign_ins(&house, "policy.device_bound_not_allowed")
            .pop()
            .unwrap();
        assert_eq!(record["reportOnly"]["result"], "accepted");

        // Ended: nothing is recorded any more.
        policies::try_out(identity, SHELL, None, None, "")
            .await
            .unwrap();
        sign_in(&house, &mut bob).await.ok();
        let record = sign_ins(&house, "ok").pop().unwrap();
        assert!(record.get("reportOnly").is_none());
        assert_eq!(audits(&house, "policy.report_only_saved").len(), 1);
        assert_eq!(audits(&house, "policy.report_only_ended").len(), 1);
        refused(
            policies::try_out(identity, SHELL, Some(0), Some(&tried), "").await,
            "record.outdated",
        );
    });
}

#[test]
fn what_is_tried_out_may_name_groups_and_is_decided_by_them() {
    in_each_house(async |house| {
        let mut ada = administrator(&house).await;
        let mut bob = house.person(&mut ada, "bob").await;
        let out = make_group(&house, "Out").await;
        let tried = Document {
            exclude: vec![group(out)],
            ..Document::default()
        };
        let identity = house.identity();
        policies::try_out(identity, SHELL, None, Some(&tried), "")
            .await
            .unwrap();
        sign_in(&house, &mut bob).await.ok();
        let record = sign_ins(&house, "ok").pop().unwrap();
        assert_eq!(record["reportOnly"]["result"], "accepted");
        put(&house, out, id_of(&house, "bob").await).await.unwrap();
        sign_in(&house, &mut bob).await.ok();
        let record = sign_ins(&house, "ok").pop().unwrap();
        assert_eq!(record["reportOnly"]["rule"], "policy.excluded");
    });
}
