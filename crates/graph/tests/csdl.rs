//! Names and types against Graph's own schema (`data/graph-v1.0-subset.csdl.xml`).

use graph::kind::Kind;
use graph::resource::Mark;
use graph::resources::{self, BODIES, TYPES};
use graph::{Type, Words};

const SCHEMA: &str = include_str!("data/graph-v1.0-subset.csdl.xml");

/// The value of an attribute in a line of XML; the schema has one element a line.
fn attribute<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let start = line.find(&format!(" {name}=\""))? + name.len() + 3;
    line.get(start..)?.split('"').next()
}

/// The lines inside an element of that name.
fn inside<'a>(elements: &[&str], name: &str) -> Option<Vec<&'a str>> {
    let mut lines = SCHEMA.lines();
    let opens = |line: &str| {
        elements
            .iter()
            .any(|element| line.trim_start().starts_with(&format!("<{element} ")))
            && attribute(line, "Name") == Some(name)
    };
    let first = lines.find(|line| opens(line))?;
    let mut found = vec![first];
    if !first.trim_end().ends_with("/>") {
        found.extend(lines.take_while(|line| {
            !elements
                .iter()
                .any(|element| line.trim_start().starts_with(&format!("</{element}>")))
        }));
    }
    Some(found)
}

/// Properties of a type and of what it stands on: name, type, nullable.
fn properties(name: &str) -> Option<Vec<(&'static str, &'static str, bool)>> {
    let lines = inside(&["EntityType", "ComplexType"], name)?;
    let base = attribute(lines.first()?, "BaseType");
    let own = lines.iter().filter(|line| {
        let line = line.trim_start();
        // What is contained comes inline.
        line.starts_with("<Property ") || line.starts_with("<NavigationProperty ")
    });
    let mut found: Vec<_> = own
        .map(|line| {
            (
                attribute(line, "Name").expect("a property has a name"),
                attribute(line, "Type").expect("a property has a type"),
                attribute(line, "Nullable") != Some("false"),
            )
        })
        .collect();
    if let Some(base) = base.and_then(|base| base.strip_prefix("graph.")) {
        found.extend(properties(base)?);
    }
    Some(found)
}

/// Whether our type is the schema's, or one that stands on it.
fn fits(ours: &Kind, schema: &str) -> bool {
    // Ids are text in the schema and GUIDs in fact.
    if ours.name() == schema || (*ours == Kind::Guid && schema == "Edm.String") {
        return true;
    }
    let Kind::Many(Kind::Complex(of)) = ours else {
        return false;
    };
    let lines = inside(&["EntityType"], of.name).unwrap_or_default();
    let base = lines.first().and_then(|line| attribute(line, "BaseType"));
    base.is_some_and(|base| schema == format!("Collection({base})"))
}

fn check(of: &'static Type) -> usize {
    // Beta's types are not in the schema of v1.0.
    let Some(known) = properties(of.name) else {
        assert!(["authenticationDetail"].contains(&of.name), "{}", of.name);
        return 0;
    };
    let mut compared = 0;
    for property in of.properties {
        if property.is(Mark::Beta) || property.is(Mark::Own) {
            assert!(!known.iter().any(|(name, ..)| *name == property.name));
            continue;
        }
        let place = format!("{}.{}", of.name, property.name);
        let (_, schema, nullable) = known
            .iter()
            .find(|(name, ..)| *name == property.name)
            .unwrap_or_else(|| panic!("{place} is not in the schema"));
        let ours = property.kind.name();
        assert!(
            fits(&property.kind, schema),
            "{place}: {ours}, the schema has {schema}"
        );
        assert!(*nullable || !property.nullable, "{place} is never null");
        compared += 1;
    }
    compared
}

#[test]
fn every_property_is_spelled_and_typed_as_in_the_schema() {
    let compared: usize = TYPES.iter().map(|of| check(of)).sum();
    assert!(compared > 150, "{compared}");
}

#[test]
fn every_type_that_is_used_is_listed() {
    fn visit(kind: &Kind) {
        match kind {
            Kind::Many(kind) => visit(kind),
            Kind::Complex(of) => {
                assert!(
                    TYPES.contains(of) || BODIES.contains(of),
                    "{} is not listed",
                    of.name
                );
            }
            _ => {}
        }
    }
    for property in TYPES.iter().flat_map(|of| of.properties) {
        visit(&property.kind);
    }
}

#[test]
fn enumerations_have_the_schemas_members() {
    let all: [&Words; 14] = [
        &resources::AttestationLevel::WORDS,
        &resources::PasskeyType::WORDS,
        &resources::PasskeyTypes::WORDS,
        &resources::AuthenticationMethodState::WORDS,
        &resources::TargetType::WORDS,
        &resources::AttestationEnforcement::WORDS,
        &resources::RestrictionType::WORDS,
        &resources::PolicyMigrationState::WORDS,
        &resources::ConditionalAccessStatus::WORDS,
        &resources::PolicyResult::WORDS,
        &resources::OperationResult::WORDS,
        &resources::AuthenticationMethodFeature::WORDS,
        &resources::IncludedUserRoles::WORDS,
        &resources::UserDefaultAuthenticationMethod::WORDS,
    ];
    for words in all {
        let lines = inside(&["EnumType"], words.name).unwrap_or_else(|| panic!("{}", words.name));
        let members: Vec<&str> = lines
            .iter()
            .filter(|line| line.contains("<Member "))
            .filter_map(|line| attribute(line, "Name"))
            .collect();
        let end = members
            .iter()
            .position(|member| *member == Words::UNKNOWN)
            .unwrap_or(members.len());
        assert_eq!(words.members, &members[..end], "{}", words.name);
        let evolved = members.get(end + 1..).unwrap_or_default();
        assert_eq!(words.evolved, evolved, "{}", words.name);
    }
}
