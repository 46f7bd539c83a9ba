-- One row: the tenant. Made unclaimed at first start; the set-up claims it once.
CREATE TABLE IF NOT EXISTS tenant (
    tenant_id BYTEA PRIMARY KEY,
    name TEXT NOT NULL,
    rp_id TEXT NOT NULL,
    public_origin TEXT NOT NULL,
    -- Moved by every change of policies, profiles, clients and keys; compared in every deciding unit.
    policy_version BIGINT NOT NULL,
    -- Bumped by every change of who is an administrator: the guard of the last-administrator rule.
    administrator_version BIGINT NOT NULL,
    -- Replaced by restore and failover: voids every older session, state and link.
    epoch BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    claimed_at BIGINT
);

-- Secret keys, sealed under the key-encryption key with table and row as associated data.
CREATE TABLE IF NOT EXISTS secret_key (
    tenant_id BYTEA NOT NULL,
    key_id BYTEA NOT NULL,
    purpose TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    retires_at BIGINT,
    PRIMARY KEY (tenant_id, key_id)
);

CREATE TABLE IF NOT EXISTS person (
    tenant_id BYTEA NOT NULL,
    person_id BYTEA NOT NULL,
    -- 64 random bytes, never changed: a renamed person keeps every passkey.
    user_handle BYTEA NOT NULL,
    user_name TEXT NOT NULL,
    user_name_key TEXT COLLATE "C" NOT NULL,
    user_name_skeleton TEXT COLLATE "C" NOT NULL,
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
CREATE UNIQUE INDEX IF NOT EXISTS person_by_handle ON person (tenant_id, user_handle);
CREATE UNIQUE INDEX IF NOT EXISTS person_by_name ON person (tenant_id, user_name_key);
CREATE UNIQUE INDEX IF NOT EXISTS person_by_skeleton ON person (tenant_id, user_name_skeleton);

CREATE TABLE IF NOT EXISTS role_member (
    tenant_id BYTEA NOT NULL,
    role_template_id BYTEA NOT NULL,
    person_id BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, role_template_id, person_id)
);
CREATE INDEX IF NOT EXISTS role_member_by_person ON role_member (tenant_id, person_id);

-- The record behind a passkey. A removed one stays as a tombstone, without what it was made with (security 10).
CREATE TABLE IF NOT EXISTS credential (
    tenant_id BYTEA NOT NULL,
    credential_id BYTEA NOT NULL,
    person_id BYTEA NOT NULL,
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    security_version BIGINT NOT NULL,
    public_key BYTEA NOT NULL,
    algorithm BIGINT NOT NULL,
    sign_count BIGINT NOT NULL,
    backup_eligible BIGINT NOT NULL,
    backup_state BIGINT NOT NULL,
    user_verified BIGINT NOT NULL,
    aaguid BYTEA NOT NULL,
    transports TEXT NOT NULL,
    attachment TEXT,
    attestation_format TEXT NOT NULL,
    attestation_kind TEXT NOT NULL,
    attestation_object BYTEA NOT NULL,
    client_data_json BYTEA NOT NULL,
    -- The proof under which it was made (security 1): set_up, link, passkey.
    created_proof TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_place TEXT NOT NULL,
    last_used_at BIGINT,
    last_used_place TEXT,
    removed_at BIGINT,
    PRIMARY KEY (tenant_id, credential_id)
);
CREATE INDEX IF NOT EXISTS credential_by_person ON credential (tenant_id, person_id);

-- token_hash is the time of creation and the token's hash, so that rows of now lie side by side.
CREATE TABLE IF NOT EXISTS session (
    tenant_id BYTEA NOT NULL,
    token_hash BYTEA NOT NULL,
    session_id BYTEA NOT NULL,
    person_id BYTEA NOT NULL,
    credential_id BYTEA,
    person_version BIGINT NOT NULL,
    credential_version BIGINT NOT NULL,
    epoch BYTEA NOT NULL,
    auth_time BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    place TEXT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (tenant_id, token_hash)
);
CREATE INDEX IF NOT EXISTS session_by_person ON session (tenant_id, person_id);

-- Used-up ceremony states. The primary key is what makes a challenge single use, on any number of nodes.
-- state_id begins with the time of issue, so that rows of now lie side by side and old ones need no index.
CREATE TABLE IF NOT EXISTS spent (
    tenant_id BYTEA NOT NULL,
    state_id BYTEA NOT NULL,
    attempt_id BYTEA NOT NULL,
    PRIMARY KEY (tenant_id, state_id)
);

-- One-time links; only the hash of the token is here.
CREATE TABLE IF NOT EXISTS link (
    tenant_id BYTEA NOT NULL,
    link_id BYTEA NOT NULL,
    token_hash BYTEA NOT NULL,
    purpose TEXT NOT NULL,
    person_id BYTEA,
    -- Who made it, to void it when that right is lost; NULL for the command line and the first start.
    issuer_id BYTEA,
    epoch BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    voided_at BIGINT,
    PRIMARY KEY (tenant_id, link_id)
);
CREATE UNIQUE INDEX IF NOT EXISTS link_by_token ON link (tenant_id, token_hash);
CREATE INDEX IF NOT EXISTS link_by_person ON link (tenant_id, person_id);

-- record_id is the node's 8 bytes and its sequence number, big endian: the order of the chain.
CREATE TABLE IF NOT EXISTS sign_in (
    tenant_id BYTEA NOT NULL,
    record_id BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    person_id BYTEA,
    credential_id BYTEA,
    -- ok, or the code of the refusal.
    result TEXT NOT NULL,
    body TEXT NOT NULL,
    -- Clear values of personal fields with their salts; erasing it keeps the chain whole.
    personal TEXT,
    PRIMARY KEY (tenant_id, record_id)
);
CREATE INDEX IF NOT EXISTS sign_in_by_person ON sign_in (tenant_id, person_id, created_at);
CREATE INDEX IF NOT EXISTS sign_in_by_time ON sign_in (tenant_id, created_at);

CREATE TABLE IF NOT EXISTS audit (
    tenant_id BYTEA NOT NULL,
    record_id BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    activity TEXT NOT NULL,
    actor_id BYTEA,
    target_id BYTEA,
    body TEXT NOT NULL,
    personal TEXT,
    PRIMARY KEY (tenant_id, record_id)
);
CREATE INDEX IF NOT EXISTS audit_by_target ON audit (tenant_id, target_id, created_at);
CREATE INDEX IF NOT EXISTS audit_by_time ON audit (tenant_id, created_at);

-- The chain of a node: each link covers a run of its records and the link before.
CREATE TABLE IF NOT EXISTS chain_link (
    tenant_id BYTEA NOT NULL,
    node_id BYTEA NOT NULL,
    number BIGINT NOT NULL,
    first_seq BIGINT NOT NULL,
    last_seq BIGINT NOT NULL,
    -- Sequence numbers in the run that were never committed, as JSON.
    gaps TEXT NOT NULL,
    -- Numbers whose record was not what the node had written when it was sealed, as JSON: an alarm.
    altered TEXT NOT NULL,
    -- 1 when another node sealed what this one had left behind.
    adopted BIGINT NOT NULL,
    records_hash BYTEA NOT NULL,
    link_hash BYTEA NOT NULL,
    signature BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, node_id, number)
);

-- Nodes that write records; one that stopped without sealing its chain is sealed by another.
CREATE TABLE IF NOT EXISTS node (
    tenant_id BYTEA NOT NULL,
    node_id BYTEA NOT NULL,
    started_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    stopped_at BIGINT,
    -- The last link, signed: nobody without the key sets it back.
    sealed_number BIGINT NOT NULL,
    sealed_seq BIGINT NOT NULL,
    sealed_hash BYTEA NOT NULL,
    signature BYTEA NOT NULL,
    PRIMARY KEY (tenant_id, node_id)
);

-- Starts and ends of nodes, one signed chain for the tenant: no run of a node vanishes unseen.
CREATE TABLE IF NOT EXISTS node_event (
    tenant_id BYTEA NOT NULL,
    number BIGINT NOT NULL,
    -- start, stop, adopt (stopped by another node), resume, broken.
    kind TEXT NOT NULL,
    node_id BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    -- The node's last link at that time.
    sealed_number BIGINT NOT NULL,
    sealed_seq BIGINT NOT NULL,
    sealed_hash BYTEA NOT NULL,
    event_hash BYTEA NOT NULL,
    signature BYTEA NOT NULL,
    PRIMARY KEY (tenant_id, number)
);
CREATE INDEX IF NOT EXISTS node_event_by_node ON node_event (tenant_id, node_id, number);
