-- Recovery codes: ten of a person, at most. The code itself is never here.
CREATE TABLE recovery_code (
    tenant_id BLOB NOT NULL,
    person_id BLOB NOT NULL,
    code_id BLOB NOT NULL,
    -- HMAC under a sealed key (security 21).
    code_mac BLOB NOT NULL,
    -- A restored database would bring used ones back (security 10).
    epoch BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    spent_at BIGINT,
    PRIMARY KEY (tenant_id, person_id, code_id)
) WITHOUT ROWID;

-- Tries of a secret that can be guessed: of one name from one network, both by HMAC (security 21, 22).
CREATE TABLE secret_try (
    tenant_id BLOB NOT NULL,
    try_key BLOB NOT NULL,
    tries BIGINT NOT NULL,
    -- When counting begins anew.
    until BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, try_key)
) WITHOUT ROWID;

CREATE INDEX secret_try_until ON secret_try (tenant_id, until);

-- When the recovery was that a passkey came of: none, unless it did (security 17).
ALTER TABLE credential ADD COLUMN recovered_at BIGINT;
