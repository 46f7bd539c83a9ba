-- Recovery codes: ten of a person, at most. The code itself is never here.
CREATE TABLE IF NOT EXISTS recovery_code (
    tenant_id BYTEA NOT NULL,
    person_id BYTEA NOT NULL,
    code_id BYTEA NOT NULL,
    -- HMAC under a sealed key (security 21).
    code_mac BYTEA NOT NULL,
    -- A restored database would bring used ones back (security 10).
    epoch BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    spent_at BIGINT,
    PRIMARY KEY (tenant_id, person_id, code_id)
);

-- Tries of a secret that can be guessed: of one name from one network, both by HMAC (security 21, 22).
CREATE TABLE IF NOT EXISTS secret_try (
    tenant_id BYTEA NOT NULL,
    try_key BYTEA NOT NULL,
    tries BIGINT NOT NULL,
    -- When counting begins anew.
    until BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, try_key)
);

CREATE INDEX IF NOT EXISTS secret_try_until ON secret_try (tenant_id, until);

-- When the recovery was that a passkey came of: none, unless it did (security 17).
ALTER TABLE credential ADD COLUMN IF NOT EXISTS recovered_at BIGINT;
