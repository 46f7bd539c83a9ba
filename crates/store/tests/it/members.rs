//! Members of groups, direct and of all levels, against what is expected of a model in memory: by whichever way the ids
//! are found.

use std::collections::{BTreeSet, HashMap};

use super::*;
use crate::{Depth, PrincipalKind};

on_each!(
    members_of_few_groups_are_read_by_group,
    members_of_many_groups_are_found_among_all_memberships,
    members_of_many_groups_are_found_though_they_are_few,
    deleted_members_and_groups_are_left_out
);

const OURS: Id = Id([1; 16]);
const THEIRS: Id = Id([2; 16]);
const TOP: u128 = 1;

/// Spread like random ids, and the same in each run.
fn id(number: u128) -> Id {
    Id(number
        .wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
        .to_be_bytes())
}

fn person(number: u128) -> Id {
    id(1_000_000 + number)
}

/// What groups hold, beside the store's own.
#[derive(Default)]
struct Model {
    members: HashMap<Id, Vec<(Id, PrincipalKind)>>,
}

impl Model {
    fn put(&mut self, group: Id, member: Id, kind: PrincipalKind) {
        self.members.entry(group).or_default().push((member, kind));
    }

    fn groups(&self) -> BTreeSet<Id> {
        let members = self.members.values().flatten();
        let inner = members.filter(|(_, kind)| *kind == PrincipalKind::Group);
        let all = self.members.keys().copied().chain(inner.map(|each| each.0));
        all.collect()
    }

    fn below(&self, group: Id, found: &mut BTreeSet<Id>) {
        for (member, kind) in self.members.get(&group).into_iter().flatten() {
            if found.insert(*member) && *kind == PrincipalKind::Group {
                self.below(*member, found);
            }
        }
    }

    fn transitive(&self, group: Id) -> Vec<Id> {
        let mut found = BTreeSet::new();
        self.below(group, &mut found);
        found.into_iter().collect()
    }

    /// Both tenants hold the same, but theirs has one membership more.
    async fn write(&self, store: &Store, people: u128) {
        for tenant in [OURS, THEIRS] {
            let mut units = Units::new(store);
            units.unit.insert_tenant(&rows::tenant_of(tenant));
            for number in 0..people {
                let name = format!("person{number}");
                let new = rows::person_of(person(number), &name);
                units.unit.insert_person(tenant, &new);
                units.flush(1).await;
            }
            for group in self.groups() {
                let fields = rows::group_fields("Pilots");
                units.unit.insert_group(tenant, group, &fields, false, 1);
                units.flush(1).await;
            }
            for (group, members) in &self.members {
                for (member, kind) in members {
                    units
                        .unit
                        .insert_member(tenant, *group, (*member, *kind), 1);
                    units.flush(1).await;
                }
            }
            units.flush(usize::MAX).await;
        }
        let mut more = Unit::new();
        more.insert_member(THEIRS, id(TOP), (person(0), PrincipalKind::Person), 1);
        let _taken_already = store.write(more).await;
    }
}

/// Writes in units of 400 steps.
struct Units<'a> {
    store: &'a Store,
    unit: Unit,
    steps: usize,
}

impl Units<'_> {
    fn new(store: &Store) -> Units<'_> {
        Units {
            store,
            unit: Unit::new(),
            steps: 0,
        }
    }

    async fn flush(&mut self, steps: usize) {
        self.steps = self.steps.saturating_add(steps);
        if self.steps >= 400 {
            self.steps = 0;
            self.store
                .write(std::mem::take(&mut self.unit))
                .await
                .unwrap();
        }
    }
}

/// Every page of so many, put together.
async fn list(store: &Store, group: Id, depth: Depth, top: usize) -> Vec<Id> {
    let mut all: Vec<Id> = Vec::new();
    loop {
        let after = all.last().copied();
        let page = store.list_members(OURS, group, depth, after, top).await;
        let page = page.unwrap();
        assert!(page.len() <= top);
        all.extend(page.iter().map(|member| member.id));
        if page.len() < top {
            return all;
        }
    }
}

async fn assert_members(store: &Store, model: &Model, group: Id) {
    let expected = model.transitive(group);
    for top in [7, 100, 999] {
        let found = list(store, group, Depth::Transitive, top).await;
        assert_eq!(found, expected, "by {top}");
    }
    let mut direct: Vec<Id> = model.members[&group].iter().map(|each| each.0).collect();
    direct.sort();
    assert_eq!(list(store, group, Depth::Direct, 30).await, direct);
    for (depth, expected) in [
        (Depth::Direct, direct.len()),
        (Depth::Transitive, expected.len()),
    ] {
        let count = store.count_members(OURS, group, depth).await.unwrap();
        assert_eq!(count, expected as i64);
    }
}

async fn members_of_few_groups_are_read_by_group(place: Place) {
    let store = place.open_real().await;
    let mut model = Model::default();
    // A diamond, and a person who is in several of its groups.
    for (group, member) in [(TOP, 2), (TOP, 3), (2, 4), (3, 4)] {
        model.put(id(group), id(member), PrincipalKind::Group);
    }
    for number in 1..60 {
        let group = id(u128::from(number % 4 == 0) + 3);
        model.put(group, person(number), PrincipalKind::Person);
    }
    for group in [2, 3, 4] {
        model.put(id(group), person(60), PrincipalKind::Person);
    }
    model.write(&store, 61).await;
    assert_members(&store, &model, id(TOP)).await;
    store.close().await;
}

/// A chain and a fan of more groups than are read by group.
fn nest(model: &mut Model, groups: u128) {
    for number in 2..=groups {
        let above = if number % 3 == 0 { TOP } else { number - 1 };
        model.put(id(above), id(number), PrincipalKind::Group);
    }
}

async fn members_of_many_groups_are_found_among_all_memberships(place: Place) {
    let store = place.open_real().await;
    let mut model = Model::default();
    nest(&mut model, 120);
    for number in 1..400 {
        for group in [number % 120 + 1, number * 7 % 120 + 1] {
            let group = id(group);
            let held = model.members.get(&group).into_iter().flatten();
            if !held
                .into_iter()
                .any(|(member, _)| *member == person(number))
            {
                model.put(group, person(number), PrincipalKind::Person);
            }
        }
    }
    model.write(&store, 400).await;
    assert_members(&store, &model, id(TOP)).await;
    store.close().await;
}

/// Most memberships of the organisation are in a group beside: they are not looked at one by one for ever.
async fn members_of_many_groups_are_found_though_they_are_few(place: Place) {
    let store = place.open_real().await;
    let mut model = Model::default();
    nest(&mut model, 60);
    for number in 1..20 {
        model.put(id(number * 3), person(number * 11), PrincipalKind::Person);
    }
    // Nobody has to be there for a membership to be passed over.
    for number in 0..6_000 {
        model.put(id(777), person(number), PrincipalKind::Person);
    }
    model.write(&store, 240).await;
    assert_members_of_all_levels(&store, &model).await;
    store.close().await;
}

async fn assert_members_of_all_levels(store: &Store, model: &Model) {
    let expected = model.transitive(id(TOP));
    assert!(expected.len() > 70);
    for top in [10, 100] {
        let found = list(store, id(TOP), Depth::Transitive, top).await;
        assert_eq!(found, expected, "by {top}");
    }
}

async fn deleted_members_and_groups_are_left_out(place: Place) {
    let store = place.open_real().await;
    let mut model = Model::default();
    for (group, member) in [(TOP, 2), (TOP, 3)] {
        model.put(id(group), id(member), PrincipalKind::Group);
    }
    model.put(id(TOP), person(1), PrincipalKind::Person);
    model.put(id(TOP), person(2), PrincipalKind::Person);
    model.put(id(2), person(3), PrincipalKind::Person);
    model.put(id(3), person(4), PrincipalKind::Person);
    let (kept, gone) = (id(50), id(51));
    for principal in [kept, gone] {
        model.put(id(TOP), principal, PrincipalKind::Application);
    }
    model.write(&store, 5).await;
    let mut unit = Unit::new();
    for (number, object_id) in [(1, kept), (2, gone)] {
        let app = Id([number; 16]);
        unit.insert_principal(OURS, &rows::principal_of(object_id, app));
    }
    unit.delete_group(OURS, id(2), 1, 9);
    unit.delete_person(OURS, person(2), 1, 9);
    store.write(unit).await.unwrap();
    let mut unit = Unit::new();
    let principal = store.find_principal(OURS, gone).await.unwrap().unwrap();
    unit.delete_principal(OURS, &principal, 9);
    store.write(unit).await.unwrap();

    let sorted = |mut ids: Vec<Id>| {
        ids.sort();
        ids
    };
    let direct = sorted(vec![id(3), person(1), kept]);
    assert_eq!(list(&store, id(TOP), Depth::Direct, 2).await, direct);
    let all = sorted(vec![id(3), person(1), person(4), kept]);
    assert_eq!(list(&store, id(TOP), Depth::Transitive, 2).await, all);
    for (depth, expected) in [(Depth::Direct, 3), (Depth::Transitive, 4)] {
        let count = store.count_members(OURS, id(TOP), depth).await.unwrap();
        assert_eq!(count, expected);
    }
    // A deleted holder of a role is left out, too.
    let role = Id([7; 16]);
    let mut unit = Unit::new();
    for (holder, kind) in [
        (kept, PrincipalKind::Application),
        (gone, PrincipalKind::Application),
        (id(2), PrincipalKind::Group),
        (person(2), PrincipalKind::Person),
    ] {
        unit.insert_role(OURS, role, (holder, kind), 1);
    }
    store.write(unit).await.unwrap();
    let holders = store.list_role_holders(OURS, role, None, 10).await.unwrap();
    let holders: Vec<Id> = holders.iter().map(|holder| holder.id).collect();
    assert_eq!(holders, [kept]);
    store.close().await;
}
