//! Metadata and verdicts: swapped whole, judged by one node, kept from a schema without them.

use super::*;
use crate::{
    AndroidList, AttestationLists, AttestationRecord, ClaimedLevel, Judgement, Metadata,
    ModelRecord, NewCredential, NewMetadata, Phase,
};

on_each! {
    a_blob_takes_the_place_of_another_whole,
    a_generation_that_was_overtaken_takes_no_place,
    one_node_asks_and_one_holds,
    a_verdict_is_judged_once_in_a_turn,
    too_many_changes_wait_until_approved,
    a_removed_passkey_leaves_no_verdict,
    two_organisations_have_their_own_metadata,
    statements_from_before_are_due,
    an_android_list_takes_the_place_of_another,
    attestation_lists_take_the_place_of_others,
}

const OTHER: Id = Id([8; 16]);
const PERSON: Id = Id([3; 16]);

async fn metadata(store: &Store) -> Metadata {
    store.find_metadata(TENANT).await.unwrap().unwrap()
}

async fn write(store: &Store, fill: impl FnOnce(&mut Unit)) -> Result<Written, WriteError> {
    let mut unit = Unit::new();
    fill(&mut unit);
    store.write(unit).await
}

fn new(generation: u8, number: i64) -> NewMetadata<'static> {
    NewMetadata {
        generation: Id([generation; 16]),
        number,
        next_update: 1_000,
        sha256: &[9; 32],
        source: "blob.jwt",
        fetched_at: 500,
        entries: 1,
        unusable: 0,
        legal_header: "terms",
        next_change_at: None,
    }
}

/// A generation with one model, found by two keys.
async fn stage(store: &Store, generation: u8, name: &str) {
    let generation = Id([generation; 16]);
    let model = ModelRecord {
        entry_number: 0,
        name: name.to_owned(),
        body: "{}".to_owned(),
    };
    write(store, |unit| {
        unit.ensure_metadata(TENANT);
        unit.insert_model(TENANT, generation, &model, Some(b"png"));
        unit.insert_model_key(TENANT, generation, &[1; 16], 0);
        unit.insert_model_key(TENANT, generation, &[2; 20], 0);
    })
    .await
    .unwrap();
}

async fn swap(store: &Store, old: u8, new: &NewMetadata<'_>) -> Result<Written, WriteError> {
    write(store, |unit| {
        unit.swap_metadata(TENANT, Id([old; 16]), new);
    })
    .await
}

async fn name_of(store: &Store, key: &[u8]) -> Option<String> {
    let model = store.find_model(TENANT, key).await.unwrap();
    model.map(|model| model.name)
}

async fn a_blob_takes_the_place_of_another_whole(place: Place) {
    let store = place.open().await;
    assert_eq!(store.find_metadata(TENANT).await.unwrap(), None);
    stage(&store, 1, "First").await;
    let none = metadata(&store).await;
    assert_eq!((none.number, none.turn, none.phase), (0, 0, Phase::Judging));
    assert_eq!(name_of(&store, &[1; 16]).await, None, "not before the swap");
    swap(&store, 0, &new(1, 10)).await.unwrap();
    let first = metadata(&store).await;
    // Nothing stood before the first blob, so its changes are approved.
    assert_eq!((first.turn, first.approved_turn), (1, 1));
    assert_eq!(name_of(&store, &[1; 16]).await.as_deref(), Some("First"));
    assert_eq!(name_of(&store, &[2; 20]).await.as_deref(), Some("First"));
    assert_eq!(name_of(&store, &[2; 16]).await, None);
    let icon = store.find_model_icon(TENANT, &[1; 16]).await.unwrap();
    assert_eq!(icon.as_deref(), Some(&b"png"[..]));
    assert!(store.has_model_icon(TENANT, &[1; 16]).await.unwrap());
    assert!(!store.has_model_icon(TENANT, &[2; 16]).await.unwrap());
    stage(&store, 2, "Second").await;
    assert_eq!(name_of(&store, &[1; 16]).await.as_deref(), Some("First"));
    swap(&store, 1, &new(2, 11)).await.unwrap();
    let second = metadata(&store).await;
    assert_eq!((second.turn, second.approved_turn), (2, 1));
    assert_eq!(name_of(&store, &[1; 16]).await.as_deref(), Some("Second"));
    let listed = store.list_models(TENANT, &[]).await.unwrap();
    let keys: Vec<_> = listed.into_iter().map(|(key, ..)| key).collect();
    assert_eq!(keys, [vec![1; 16], vec![2; 20]]);
    assert!(
        store
            .list_models(TENANT, &[2; 20])
            .await
            .unwrap()
            .is_empty()
    );
    // What the first one left behind goes; what is in use stays.
    let left = store
        .left_of_metadata(TENANT, second.generation)
        .await
        .unwrap();
    assert_eq!(left.as_ref().map(|unit| unit.steps.len()), Some(3));
    store.write(left.unwrap()).await.unwrap();
    let left = store
        .left_of_metadata(TENANT, second.generation)
        .await
        .unwrap();
    assert!(left.is_none());
    assert_eq!(name_of(&store, &[2; 20]).await.as_deref(), Some("Second"));
}

async fn a_generation_that_was_overtaken_takes_no_place(place: Place) {
    let store = place.open().await;
    stage(&store, 1, "First").await;
    stage(&store, 2, "Second").await;
    swap(&store, 0, &new(1, 10)).await.unwrap();
    assert_eq!(refused(swap(&store, 0, &new(2, 11)).await), Guard::Moved);
    assert_eq!(metadata(&store).await.number, 10);
    let turned = write(&store, |unit| {
        unit.begin_turn(TENANT, 0, None);
    });
    assert_eq!(refused(turned.await), Guard::Moved);
}

async fn one_node_asks_and_one_holds(place: Place) {
    let store = place.open().await;
    stage(&store, 1, "First").await;
    let ask = |now, since| {
        write(&store, move |unit| {
            unit.claim_asking(TENANT, now, since);
        })
    };
    let (one, two) = tokio::join!(ask(1_000, 900), ask(1_000, 900));
    assert_eq!(
        [one.is_ok(), two.is_ok()].iter().filter(|ok| **ok).count(),
        1
    );
    ask(2_000, 1_000).await.unwrap();
    let hold = |holder, now, until| {
        write(&store, move |unit| {
            unit.hold_metadata(TENANT, Id([holder; 16]), now, until);
        })
    };
    hold(1, 1_000, 2_000).await.unwrap();
    hold(1, 1_500, 2_500).await.unwrap();
    assert_eq!(refused(hold(2, 2_400, 9_000).await), Guard::Moved);
    // It ran out, or was given up.
    hold(2, 2_500, 9_000).await.unwrap();
    write(&store, |unit| {
        unit.release_metadata(TENANT, Id([2; 16]));
    })
    .await
    .unwrap();
    hold(3, 2_600, 9_000).await.unwrap();
}

fn judgement(verdict: &str, turn: i64) -> Judgement {
    Judgement {
        kind: "basic".to_owned(),
        verdict: verdict.to_owned(),
        reason: String::new(),
        anchor: Some(vec![5; 32]),
        chain: vec![6; 64],
        model: "A key".to_owned(),
        level: ClaimedLevel::new("L1"),
        standing: "{}".to_owned(),
        undesired: false,
        judged_at: 700,
        metadata_number: 10,
        turn,
    }
}

fn insert(unit: &mut Unit, tenant: Id, id: u8, verdict: Option<&str>) {
    let credential_id = [id; 16];
    let credential = NewCredential {
        credential_id: &credential_id,
        person_id: PERSON,
        status: crate::CredentialStatus::Active,
        name: "Key",
        public_key: b"key",
        algorithm: -7,
        sign_count: 0,
        backup_eligible: false,
        backup_state: false,
        user_verified: true,
        aaguid: [1; 16],
        transports: "[]".to_owned(),
        attachment: None,
        attestation_format: if verdict.is_some() { "packed" } else { "none" },
        attestation_kind: "unverified",
        attestation_object: b"object",
        client_data_json: b"{}",
        created_proof: "passkey",
        created_at: 600,
        created_place: "{}".to_owned(),
        trust_groups: "[]".to_owned(),
        recovered_at: None,
    };
    unit.insert_credential(tenant, &credential);
    if let Some(verdict) = verdict {
        let record = AttestationRecord {
            credential_id: credential_id.to_vec(),
            aaguid: Id([1; 16]),
            format: "packed".to_owned(),
            judgement: judgement(verdict, 0),
            registered_at: 600,
            waits: false,
        };
        unit.insert_attestation(tenant, &record);
    }
}

async fn with_passkeys(place: &Place, attested: u8, others: u8) -> Store {
    let store = place.open().await;
    stage(&store, 1, "First").await;
    swap(&store, 0, &new(1, 10)).await.unwrap();
    write(&store, |unit| {
        for id in 0..attested + others {
            insert(unit, TENANT, id, (id < attested).then_some("attested"));
        }
    })
    .await
    .unwrap();
    store
}

async fn a_verdict_is_judged_once_in_a_turn(place: Place) {
    let store = with_passkeys(&place, 2, 1).await;
    let due = store.list_due_attestations(TENANT, 1).await.unwrap();
    assert_eq!(due.len(), 2, "none has nothing to judge");
    assert_eq!(due[0].attestation_object, b"object");
    assert_eq!(due[0].client_data_json, b"{}");
    assert_eq!(
        (due[0].person_id, due[0].record.registered_at),
        (PERSON, 600)
    );
    assert!(store.has_attested_model(TENANT, Id([1; 16])).await.unwrap());
    assert!(!store.has_attested_model(TENANT, Id([2; 16])).await.unwrap());
    let judge = |id: u8| {
        write(&store, move |unit| {
            unit.judge_attestation(TENANT, &[id; 16], 0, &judgement("unattested", 1));
        })
    };
    judge(0).await.unwrap();
    assert_eq!(refused(judge(0).await), Guard::Moved);
    let found = store
        .find_attestation(TENANT, &[0; 16])
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.judgement, judgement("unattested", 1));
    // The level is read of what is attested only.
    assert_eq!(found.judgement.level(), None);
    assert_eq!(judgement("attested", 1).level(), Some("L1"));
    assert_eq!(
        store.list_due_attestations(TENANT, 1).await.unwrap().len(),
        1
    );
    judge(1).await.unwrap();
    assert!(
        store
            .list_due_attestations(TENANT, 1)
            .await
            .unwrap()
            .is_empty()
    );
    let listed = store.list_attestations(TENANT, PERSON).await.unwrap();
    assert_eq!(listed.len(), 2);
    let counts = store.count_attestations(TENANT, 1).await.unwrap();
    assert_eq!((counts.all, counts.due, counts.attested), (2, 0, 0));
}

async fn too_many_changes_wait_until_approved(place: Place) {
    let store = with_passkeys(&place, 1, 2).await;
    write(&store, |unit| {
        unit.hold_back_attestation(TENANT, &[0; 16], 0, 1);
    })
    .await
    .unwrap();
    let found = store
        .find_attestation(TENANT, &[0; 16])
        .await
        .unwrap()
        .unwrap();
    assert!(found.waits && found.judgement.verdict == "attested");
    let counts = store.count_attestations(TENANT, 1).await.unwrap();
    assert_eq!((counts.due, counts.waiting, counts.attested), (0, 1, 1));
    assert_eq!(store.count_passkeys(TENANT).await.unwrap(), 3);
    let approve = || {
        write(&store, |unit| {
            unit.approve_turn(TENANT, 1);
        })
    };
    assert_eq!(refused(approve().await), Guard::Moved, "nothing waits yet");
    write(&store, |unit| {
        unit.move_phase(TENANT, 1, Phase::Judging, Phase::Waiting);
    })
    .await
    .unwrap();
    approve().await.unwrap();
    assert_eq!(metadata(&store).await.phase, Phase::Applying);
    let waiting = store.list_waiting_attestations(TENANT, 1).await.unwrap();
    assert_eq!(waiting.len(), 1);
    write(&store, |unit| {
        unit.judge_attestation(TENANT, &[0; 16], 1, &judgement("unattested", 1));
    })
    .await
    .unwrap();
    let waiting = store.list_waiting_attestations(TENANT, 1).await.unwrap();
    assert!(waiting.is_empty());
}

async fn a_removed_passkey_leaves_no_verdict(place: Place) {
    let store = with_passkeys(&place, 1, 0).await;
    write(&store, |unit| {
        unit.remove_credential(TENANT, &[0; 16], PERSON, 1, 900);
    })
    .await
    .unwrap();
    assert_eq!(
        store.find_attestation(TENANT, &[0; 16]).await.unwrap(),
        None
    );
    assert_eq!(store.count_passkeys(TENANT).await.unwrap(), 0);
    let judged = write(&store, |unit| {
        unit.judge_attestation(TENANT, &[0; 16], 0, &judgement("attested", 1));
    });
    assert_eq!(refused(judged.await), Guard::Moved);
}

async fn an_android_list_takes_the_place_of_another(place: Place) {
    let store = place.open().await;
    assert_eq!(store.find_android_list(TENANT).await.unwrap(), None);
    let list = |number: u8| AndroidList {
        sha256: vec![number; 32],
        entries: i64::from(number),
        source: "status.json".to_owned(),
        supplied_at: 700,
    };
    let put = |tenant, number| {
        write(&store, move |unit| {
            unit.put_android_list(tenant, &list(number), &format!("list {number}"));
        })
    };
    put(TENANT, 1).await.unwrap();
    put(OTHER, 3).await.unwrap();
    put(TENANT, 2).await.unwrap();
    let found = store.find_android_list(TENANT).await.unwrap();
    assert_eq!(found, Some(list(2)));
    let body = async |tenant, number: u8| {
        let body = store.find_android_list_body(tenant, &[number; 32]).await;
        body.unwrap()
    };
    assert_eq!(body(TENANT, 2).await.as_deref(), Some("list 2"));
    assert_eq!(body(TENANT, 1).await, None, "it was replaced");
    assert_eq!(body(TENANT, 3).await, None, "another organisation's");
    assert_eq!(body(OTHER, 3).await.as_deref(), Some("list 3"));
}

async fn attestation_lists_take_the_place_of_others(place: Place) {
    let store = place.open().await;
    assert_eq!(store.find_attestation_lists(TENANT).await.unwrap(), None);
    let lists = |number: u8| AttestationLists {
        sha256: vec![number; 32],
        lists: i64::from(number),
        supplied_at: 700,
    };
    let put = |tenant, number| {
        write(&store, move |unit| {
            unit.put_attestation_lists(tenant, &lists(number), &[number, 0, 255]);
        })
    };
    put(TENANT, 1).await.unwrap();
    put(OTHER, 3).await.unwrap();
    put(TENANT, 2).await.unwrap();
    let found = store.find_attestation_lists(TENANT).await.unwrap();
    assert_eq!(found, Some(lists(2)));
    let body = async |tenant, number: u8| {
        let hash = [number; 32];
        let body = store.find_attestation_lists_body(tenant, &hash).await;
        body.unwrap()
    };
    assert_eq!(body(TENANT, 2).await, Some(vec![2, 0, 255]));
    assert_eq!(body(TENANT, 1).await, None, "they were replaced");
    assert_eq!(body(TENANT, 3).await, None, "another organisation's");
    assert_eq!(body(OTHER, 3).await, Some(vec![3, 0, 255]));
}

async fn two_organisations_have_their_own_metadata(place: Place) {
    let store = with_passkeys(&place, 1, 0).await;
    assert_eq!(store.find_metadata(OTHER).await.unwrap(), None);
    assert!(store.find_model(OTHER, &[1; 16]).await.unwrap().is_none());
    write(&store, |unit| {
        unit.ensure_metadata(OTHER);
        insert(unit, OTHER, 0, Some("attested"));
    })
    .await
    .unwrap();
    write(&store, |unit| {
        unit.judge_attestation(OTHER, &[0; 16], 0, &judgement("failed", 1));
    })
    .await
    .unwrap();
    let ours = store
        .find_attestation(TENANT, &[0; 16])
        .await
        .unwrap()
        .unwrap();
    assert_eq!(ours.judgement.verdict, "attested");
    let left = store.left_of_metadata(OTHER, Id([0; 16])).await.unwrap();
    assert!(left.is_none());
}

async fn statements_from_before_are_due(place: Place) {
    let begin = Box::leak(Box::new([MIGRATIONS[0].clone()]));
    let store = Store::open_with(&place.options, begin).await.unwrap();
    write(&store, |unit| {
        for id in 0..3_u8 {
            // As the first schema kept a statement that it could not verify.
            let format = if id == 1 { "packed" } else { "none" };
            let args = vec![
                TENANT.into(),
                [id; 16].into(),
                PERSON.into(),
                b"key"[..].into(),
                [1; 16].into(),
                format.into(),
            ];
            unit.step(&INSERT_AS_AT_FIRST, args, Expect::One(Guard::Taken));
        }
    })
    .await
    .unwrap();
    store.close().await;
    let store = place.open_real().await;
    write(&store, |unit| {
        unit.ensure_metadata(TENANT);
    })
    .await
    .unwrap();
    let due = store.list_due_attestations(TENANT, 0).await.unwrap();
    assert_eq!(due.len(), 1);
    assert_eq!(due[0].record.credential_id, [1; 16]);
    assert_eq!(due[0].record.judgement.verdict, "pending");
    assert_eq!(due[0].record.registered_at, 600);
}

statements! {
    INSERT_AS_AT_FIRST = "metadata_test.insert_as_at_first" Tenant
        "INSERT INTO credential (tenant_id, credential_id, person_id, name, status, security_version, public_key, algorithm,
             sign_count, backup_eligible, backup_state, user_verified, aaguid, transports, attestation_format,
             attestation_kind, attestation_object, client_data_json, created_proof, created_at, created_place)
         VALUES ($1, $2, $3, 'Key', 'active', 1, $4, -7, 0, 0, 0, 1, $5, '[]', $6, 'unverified', $4, $4, 'passkey', 600, '{}')";
}
