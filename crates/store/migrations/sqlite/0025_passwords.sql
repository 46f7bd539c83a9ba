-- A person's password, as its argon2id hash in PHC form.
CREATE TABLE password (
    tenant_id BLOB NOT NULL,
    person_id BLOB NOT NULL,
    hash TEXT NOT NULL,
    -- When it was set, in microseconds: sessions that it opened carry it, and never fit a later one (security 3).
    security_version BIGINT NOT NULL,
    -- Somebody else set it.
    is_given BIGINT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (tenant_id, person_id)
) WITHOUT ROWID;

-- A person's authenticator app (RFC 6238).
CREATE TABLE totp (
    tenant_id BLOB NOT NULL,
    person_id BLOB NOT NULL,
    -- The seed, sealed with table and row as associated data.
    sealed_seed BLOB NOT NULL,
    -- The time step of the last code that was taken: no code is taken twice, or after a later one.
    last_step BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, person_id)
) WITHOUT ROWID;

-- The code that was sent to somebody last. The code itself is never here.
CREATE TABLE email_code (
    tenant_id BLOB NOT NULL,
    person_id BLOB NOT NULL,
    -- Of the sign-in that it is for.
    code_id BLOB NOT NULL,
    -- HMAC under a sealed key (security 21).
    code_mac BLOB NOT NULL,
    PRIMARY KEY (tenant_id, person_id)
) WITHOUT ROWID;
