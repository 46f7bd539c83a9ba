-- What an application may renew its tokens by, without the person: one row for all refresh tokens that follow each other.
-- family_id begins with the time of the first; the tokens themselves are derived and are nowhere.
CREATE TABLE IF NOT EXISTS refresh_family (
    tenant_id BYTEA NOT NULL,
    family_id BYTEA NOT NULL,
    principal_id BYTEA NOT NULL,
    person_id BYTEA NOT NULL,
    -- Compared with person and passkey by every use.
    person_version BIGINT NOT NULL,
    credential_id BYTEA NOT NULL,
    credential_version BIGINT NOT NULL,
    epoch BYTEA NOT NULL,
    -- Of the service principal: moves when it is disabled, deleted or brought back.
    renewal_version BIGINT NOT NULL,
    -- The sign-in that it came of, and the code.
    session_id BYTEA NOT NULL,
    auth_time BIGINT NOT NULL,
    code_hash BYTEA NOT NULL,
    -- 1 when the passkey proved then that its key lies in hardware.
    in_hardware BIGINT NOT NULL,
    platform TEXT NOT NULL,
    scope TEXT NOT NULL,
    issuer TEXT NOT NULL,
    -- The number of the token that counts; the one before it counts once more for a while after rotated_at.
    generation BIGINT NOT NULL,
    rotated_at BIGINT NOT NULL,
    repeated BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (tenant_id, family_id)
);
CREATE INDEX IF NOT EXISTS refresh_family_by_person ON refresh_family (tenant_id, person_id);
CREATE INDEX IF NOT EXISTS refresh_family_by_code ON refresh_family (tenant_id, code_hash);
ALTER TABLE service_principal ADD COLUMN IF NOT EXISTS renewal_version BIGINT NOT NULL DEFAULT 1;
