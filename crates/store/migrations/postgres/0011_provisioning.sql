-- Options that were given out for creating passkeys on behalf of a person (security 15). Of the challenge only the hash.
CREATE TABLE IF NOT EXISTS creation_options (
    tenant_id BYTEA NOT NULL,
    options_id BYTEA NOT NULL,
    challenge_hash BYTEA NOT NULL,
    person_id BYTEA NOT NULL,
    -- What the person was when they were given out, as a hash over version and roles: another one voids them.
    person_state BYTEA NOT NULL,
    -- person, application or command_line.
    caller_kind TEXT NOT NULL,
    -- The person or service principal; zeros for the command line.
    caller_id BYTEA NOT NULL,
    -- The application through which a person asked, or that asked; NULL without one.
    client_id BYTEA,
    caller_state BYTEA NOT NULL,
    purpose TEXT NOT NULL,
    rp_id TEXT NOT NULL,
    -- Numbers of the registry "COSE Algorithms", as JSON.
    algorithms TEXT NOT NULL,
    epoch BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    cancelled_at BIGINT,
    -- How many passkeys were made of them.
    uses BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, options_id)
);
CREATE UNIQUE INDEX IF NOT EXISTS creation_options_by_challenge ON creation_options (tenant_id, challenge_hash);
CREATE INDEX IF NOT EXISTS creation_options_by_person ON creation_options (tenant_id, person_id, expires_at);
CREATE INDEX IF NOT EXISTS creation_options_by_caller ON creation_options (tenant_id, caller_id, expires_at);
CREATE INDEX IF NOT EXISTS creation_options_by_expiry ON creation_options (tenant_id, expires_at);

-- Who registered passkeys that their owners did not register themselves. Whether one is held says its status.
CREATE TABLE IF NOT EXISTS provisioned_credential (
    tenant_id BYTEA NOT NULL,
    credential_id BYTEA NOT NULL,
    person_id BYTEA NOT NULL,
    -- As in creation_options.
    planter_kind TEXT NOT NULL,
    planter_id BYTEA NOT NULL,
    client_id BYTEA,
    provisioned_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, credential_id)
);
CREATE INDEX IF NOT EXISTS provisioned_credential_by_person ON provisioned_credential (tenant_id, person_id);

-- Whose provisioned passkeys wait for their owner: none, existing or all. No row: existing.
CREATE TABLE IF NOT EXISTS provisioning_policy (
    tenant_id BYTEA PRIMARY KEY,
    hold TEXT NOT NULL
);
