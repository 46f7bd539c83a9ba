-- Temporary Access Passes: one of a person, at most. The code itself is never here.
CREATE TABLE access_pass (
    tenant_id BLOB NOT NULL,
    person_id BLOB NOT NULL,
    pass_id BLOB NOT NULL,
    -- HMAC under a sealed key: codes are short (security 16).
    code_mac BLOB NOT NULL,
    usable_once BIGINT NOT NULL,
    -- The person or application that made it; none: the command line.
    issuer_id BLOB,
    -- Of the person when it was made: disabling, deleting and signing out everywhere move it, and end the pass.
    person_version BIGINT NOT NULL,
    epoch BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    starts_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    -- Counted before the code is compared.
    tries BIGINT NOT NULL,
    used_at BIGINT,
    -- How many passkeys were registered by it.
    registrations BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, person_id)
) WITHOUT ROWID;
