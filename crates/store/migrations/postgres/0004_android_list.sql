-- Google's list of Android attestation certificates that must no longer be believed, as the operator supplied it: one row,
-- so that all nodes judge by the same list.
CREATE TABLE IF NOT EXISTS android_list (
    tenant_id BYTEA PRIMARY KEY,
    -- Of the file as it was read.
    sha256 BYTEA NOT NULL,
    body TEXT NOT NULL,
    entries BIGINT NOT NULL,
    -- The file's name.
    source TEXT NOT NULL,
    supplied_at BIGINT NOT NULL
);
