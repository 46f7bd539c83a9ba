-- Temporary Access Passes: one of a person, at most. The code itself is never here.
CREATE TABLE IF NOT EXISTS access_pass (
    tenant_id BYTEA NOT NULL,
    person_id BYTEA NOT NULL,
    pass_id BYTEA NOT NULL,
    -- HMAC under a sealed key: codes are short (security 16).
    code_mac BYTEA NOT NULL,
    usable_once BIGINT NOT NULL,
    -- The person or application that made it; none: the command line.
    issuer_id BYTEA,
    -- Of the person when it was made: disabling, deleting and signing out everywhere move it, and end the pass.
    person_version BIGINT NOT NULL,
    epoch BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    starts_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    -- Counted before the code is compared.
    tries BIGINT NOT NULL,
    used_at BIGINT,
    -- How many passkeys were registered by it.
    registrations BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, person_id)
);
