-- Every saved policy of a kind, whatever became of it; the oldest go when there are very many.
CREATE TABLE IF NOT EXISTS policy_version (
    tenant_id BYTEA NOT NULL,
    kind TEXT NOT NULL,
    version BIGINT NOT NULL,
    -- What it was saved for: enforced or report_only.
    mode TEXT NOT NULL,
    -- JSON, never queried inside SQL.
    document TEXT NOT NULL,
    saved_at BIGINT NOT NULL,
    -- The person or service principal; NULL for the command line.
    saved_by BYTEA,
    note TEXT NOT NULL,
    PRIMARY KEY (tenant_id, kind, version)
);

-- Which versions count now. No row: the default counts, and nothing is tried out. Every change moves the revision, and
-- tenant.policy_version in the same unit, which every decision compares.
CREATE TABLE IF NOT EXISTS policy_in_force (
    tenant_id BYTEA NOT NULL,
    kind TEXT NOT NULL,
    revision BIGINT NOT NULL,
    enforced_version BIGINT,
    report_version BIGINT,
    PRIMARY KEY (tenant_id, kind)
);

-- Accounts for the bad day; a change moves tenant.policy_version, too.
CREATE TABLE IF NOT EXISTS break_glass (
    tenant_id BYTEA NOT NULL,
    person_id BYTEA NOT NULL,
    marked_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, person_id)
);

-- The kinds of policy that a node decides by, between spaces. Empty for a node from before there were any.
ALTER TABLE node ADD COLUMN IF NOT EXISTS policy_kinds TEXT NOT NULL DEFAULT '';

-- Whether the statement was ever found to prove the passkey's model: what was proven and is not any more was lost.
ALTER TABLE attestation ADD COLUMN IF NOT EXISTS once_attested BIGINT NOT NULL DEFAULT 0;
UPDATE attestation SET once_attested = 1 WHERE verdict = 'attested';
