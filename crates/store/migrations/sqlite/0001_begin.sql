-- One row: the tenant. Made unclaimed at first start; the set-up claims it once.
CREATE TABLE tenant (
    tenant_id BLOB PRIMARY KEY,
    name TEXT NOT NULL,
    rp_id TEXT NOT NULL,
    public_origin TEXT NOT NULL,
    -- Moved by every change of policies, profiles, clients and keys; compared in every deciding unit.
    policy_version BIGINT NOT NULL,
    -- Bumped by every change of who is an administrator: the guard of the last-administrator rule.
    administrator_version BIGINT NOT NULL,
    -- Replaced by restore and failover: voids every older session, state and link.
    epoch BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    claimed_at BIGINT
);

-- Secret keys, sealed under the key-encryption key with table and row as associated data.
CREATE TABLE secret_key (
    tenant_id BLOB NOT NULL,
    key_id BLOB NOT NULL,
    purpose TEXT NOT NULL,
    sealed BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    retires_at BIGINT,
    PRIMARY KEY (tenant_id, key_id)
) WITHOUT ROWID;

CREATE TABLE person (
    tenant_id BLOB NOT NULL,
    person_id BLOB NOT NULL,
    -- 64 random bytes, never changed: a renamed person keeps every passkey.
    user_handle BLOB NOT NULL,
    user_name TEXT NOT NULL,
    user_name_key TEXT NOT NULL,
    user_name_skeleton TEXT NOT NULL,
    display_name TEXT NOT NULL,
    status TEXT NOT NULL,
    security_version BIGINT NOT NULL,
    -- Bumped by every added or removed method: the guard of the maximum and last-passkey rules.
    method_version BIGINT NOT NULL,
    -- Whether a passkey was ever registered: a password alone never adds one again (security 1).
    had_passkey BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, person_id)
);
CREATE UNIQUE INDEX person_by_handle ON person (tenant_id, user_handle);
CREATE UNIQUE INDEX person_by_name ON person (tenant_id, user_name_key);
CREATE UNIQUE INDEX person_by_skeleton ON person (tenant_id, user_name_skeleton);

CREATE TABLE role_member (
    tenant_id BLOB NOT NULL,
    role_template_id BLOB NOT NULL,
    person_id BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, role_template_id, person_id)
) WITHOUT ROWID;
CREATE INDEX role_member_by_person ON role_member (tenant_id, person_id);

-- The record behind a passkey. A removed one stays as a tombstone, without what it was made with (security 10).
CREATE TABLE credential (
    tenant_id BLOB NOT NULL,
    credential_id BLOB NOT NULL,
    person_id BLOB NOT NULL,
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    security_version BIGINT NOT NULL,
    public_key BLOB NOT NULL,
    algorithm BIGINT NOT NULL,
    sign_count BIGINT NOT NULL,
    backup_eligible BIGINT NOT NULL,
    backup_state BIGINT NOT NULL,
    user_verified BIGINT NOT NULL,
    aaguid BLOB NOT NULL,
    transports TEXT NOT NULL,
    attachment TEXT,
    attestation_format TEXT NOT NULL,
    attestation_kind TEXT NOT NULL,
    attestation_object BLOB NOT NULL,
    client_data_json BLOB NOT NULL,
    -- The proof under which it was made (security 1): set_up, link, passkey.
    created_proof TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_place TEXT NOT NULL,
    last_used_at BIGINT,
    last_used_place TEXT,
    removed_at BIGINT,
    PRIMARY KEY (tenant_id, credential_id)
);
CREATE INDEX credential_by_person ON credential (tenant_id, person_id);

-- token_hash is the time of creation and the token's hash, so that rows of now lie side by side.
CREATE TABLE session (
    tenant_id BLOB NOT NULL,
    token_hash BLOB NOT NULL,
    session_id BLOB NOT NULL,
    person_id BLOB NOT NULL,
    credential_id BLOB,
    person_version BIGINT NOT NULL,
    credential_version BIGINT NOT NULL,
    epoch BLOB NOT NULL,
    auth_time BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    place TEXT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (tenant_id, token_hash)
) WITHOUT ROWID;
CREATE INDEX session_by_person ON session (tenant_id, person_id);

-- Used-up ceremony states. The primary key is what makes a challenge single use, on any number of nodes.
-- state_id begins with the time of issue, so that rows of now lie side by side and old ones need no index.
CREATE TABLE spent (
    tenant_id BLOB NOT NULL,
    state_id BLOB NOT NULL,
    attempt_id BLOB NOT NULL,
    PRIMARY KEY (tenant_id, state_id)
) WITHOUT ROWID;

-- One-time links; only the hash of the token is here.
CREATE TABLE link (
    tenant_id BLOB NOT NULL,
    link_id BLOB NOT NULL,
    token_hash BLOB NOT NULL,
    purpose TEXT NOT NULL,
    person_id BLOB,
    -- Who made it, to void it when that right is lost; NULL for the command line and the first start.
    issuer_id BLOB,
    epoch BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    voided_at BIGINT,
    PRIMARY KEY (tenant_id, link_id)
);
CREATE UNIQUE INDEX link_by_token ON link (tenant_id, token_hash);
CREATE INDEX link_by_person ON link (tenant_id, person_id);

-- record_id is the node's 8 bytes and its sequence number, big endian: the order of the chain.
CREATE TABLE sign_in (
    tenant_id BLOB NOT NULL,
    record_id BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    person_id BLOB,
    credential_id BLOB,
    -- ok, or the code of the refusal.
    result TEXT NOT NULL,
    body TEXT NOT NULL,
    -- Clear values of personal fields with their salts; erasing it keeps the chain whole.
    personal TEXT,
    PRIMARY KEY (tenant_id, record_id)
) WITHOUT ROWID;
CREATE INDEX sign_in_by_person ON sign_in (tenant_id, person_id, created_at);
CREATE INDEX sign_in_by_time ON sign_in (tenant_id, created_at);

CREATE TABLE audit (
    tenant_id BLOB NOT NULL,
    record_id BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    activity TEXT NOT NULL,
    actor_id BLOB,
    target_id BLOB,
    body TEXT NOT NULL,
    personal TEXT,
    PRIMARY KEY (tenant_id, record_id)
) WITHOUT ROWID;
CREATE INDEX audit_by_target ON audit (tenant_id, target_id, created_at);
CREATE INDEX audit_by_time ON audit (tenant_id, created_at);

-- The chain of a node: each link covers a run of its records and the link before.
CREATE TABLE chain_link (
    tenant_id BLOB NOT NULL,
    node_id BLOB NOT NULL,
    number BIGINT NOT NULL,
    first_seq BIGINT NOT NULL,
    last_seq BIGINT NOT NULL,
    -- Sequence numbers in the run that were never committed, as JSON.
    gaps TEXT NOT NULL,
    -- Numbers whose record was not what the node had written when it was sealed, as JSON: an alarm.
    altered TEXT NOT NULL,
    -- 1 when another node sealed what this one had left behind.
    adopted BIGINT NOT NULL,
    records_hash BLOB NOT NULL,
    link_hash BLOB NOT NULL,
    signature BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, node_id, number)
);

-- Nodes that write records; one that stopped without sealing its chain is sealed by another.
CREATE TABLE node (
    tenant_id BLOB NOT NULL,
    node_id BLOB NOT NULL,
    started_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    stopped_at BIGINT,
    -- The last link, signed: nobody without the key sets it back.
    sealed_number BIGINT NOT NULL,
    sealed_seq BIGINT NOT NULL,
    sealed_hash BLOB NOT NULL,
    signature BLOB NOT NULL,
    PRIMARY KEY (tenant_id, node_id)
);

-- Starts and ends of nodes, one signed chain for the tenant: no run of a node vanishes unseen.
CREATE TABLE node_event (
    tenant_id BLOB NOT NULL,
    number BIGINT NOT NULL,
    -- start, stop, adopt (stopped by another node), resume, broken.
    kind TEXT NOT NULL,
    node_id BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    -- The node's last link at that time.
    sealed_number BIGINT NOT NULL,
    sealed_seq BIGINT NOT NULL,
    sealed_hash BLOB NOT NULL,
    event_hash BLOB NOT NULL,
    signature BLOB NOT NULL,
    PRIMARY KEY (tenant_id, number)
);
CREATE INDEX node_event_by_node ON node_event (tenant_id, node_id, number);
