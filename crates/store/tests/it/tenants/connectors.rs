//! Connectors of two tenants with equal ids, names and tokens, and what they made.

use super::{Add, NOW, OURS, PERSON};
use crate::{Connected, Id, NewConnector, PrincipalKind, Unit};

const CONNECTOR: Id = Id([150; 16]);
const GROUP: Id = Id([151; 16]);
const TOKEN: [u8; 32] = [152; 32];

fn connector(number: u8, name: &str) -> NewConnector {
    NewConnector {
        connector_id: Id([number; 16]),
        name: name.to_owned(),
        name_key: name.to_lowercase(),
        token_hash: TOKEN,
        created_at: NOW,
    }
}

fn connected(kind: PrincipalKind) -> Connected {
    Connected {
        connector_id: CONNECTOR,
        kind,
        external_id: Some("the same".to_owned()),
    }
}

/// One connector, and a person that it made.
pub(super) fn fill(unit: &mut Unit, tenant_id: Id) {
    unit.insert_connector(tenant_id, &connector(150, "HR"));
    unit.insert_connected(tenant_id, PERSON, &connected(PrincipalKind::Person));
}

pub(super) fn add_changes(add: &mut Add<'_>) {
    add("another connector", &|unit| {
        unit.insert_connector(OURS, &connector(153, "Other"));
    });
    add("a connector's group", &|unit| {
        unit.insert_connected(OURS, GROUP, &connected(PrincipalKind::Group));
    });
    add("a connector asks", &|unit| {
        unit.require_connector(OURS, CONNECTOR, TOKEN, NOW);
        unit.use_connector(OURS, CONNECTOR, NOW);
    });
    add("another token", &|unit| {
        unit.rotate_connector(OURS, CONNECTOR, [154; 32], NOW);
    });
    add("another external id", &|unit| {
        unit.name_connected(OURS, (CONNECTOR, PERSON), Some("another"));
    });
    add("remove a connector", &|unit| {
        unit.delete_connector(OURS, CONNECTOR);
    });
}
