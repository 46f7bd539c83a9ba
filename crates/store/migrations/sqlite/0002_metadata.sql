-- FIDO metadata: one row says which blob is in use and what is under way. Number 0: there is none yet.
CREATE TABLE metadata (
    tenant_id BLOB PRIMARY KEY,
    -- Names the set of entries in use; others are being written or left over.
    generation BLOB NOT NULL,
    number BIGINT NOT NULL,
    next_update BIGINT NOT NULL,
    sha256 BLOB NOT NULL,
    -- Where it came from: an address or a file's name.
    source TEXT NOT NULL,
    fetched_at BIGINT NOT NULL,
    entries BIGINT NOT NULL,
    unusable BIGINT NOT NULL,
    legal_header TEXT NOT NULL,
    -- When a report of an entry begins to hold without a new blob; NULL when none will.
    next_change_at BIGINT,
    -- Moved by all that may change verdicts; each verdict names the turn in which it was judged.
    turn BIGINT NOT NULL,
    -- The turn whose changes somebody approved, or that needed no approval (security 32).
    approved_turn BIGINT NOT NULL,
    -- Whether the turn's verdicts are all judged: judging, waiting (for approval), applying, done.
    phase TEXT NOT NULL,
    -- When it was last asked for, so that of several nodes one asks.
    asked_at BIGINT NOT NULL,
    -- Who works on it, and until when that holds without renewal.
    holder BLOB NOT NULL,
    held_until BIGINT NOT NULL
);

-- An entry: the blob's JSON without pictures, and the picture that is shown.
CREATE TABLE metadata_entry (
    tenant_id BLOB NOT NULL,
    generation BLOB NOT NULL,
    entry_number BIGINT NOT NULL,
    name TEXT NOT NULL,
    body TEXT NOT NULL,
    icon BLOB,
    PRIMARY KEY (tenant_id, generation, entry_number)
);

-- What an entry is found by: an AAGUID (16 bytes), a key identifier (20) or an AAID (9, in ASCII).
CREATE TABLE metadata_key (
    tenant_id BLOB NOT NULL,
    generation BLOB NOT NULL,
    model_key BLOB NOT NULL,
    entry_number BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, generation, model_key)
) WITHOUT ROWID;

-- What an attestation statement proves about a passkey, as last judged. Passkeys without a statement have no row.
CREATE TABLE attestation (
    tenant_id BLOB NOT NULL,
    credential_id BLOB NOT NULL,
    aaguid BLOB NOT NULL,
    format TEXT NOT NULL,
    -- self, basic, attca, anonca, unknown.
    kind TEXT NOT NULL,
    -- attested, unattested, failed, pending (not judged yet).
    verdict TEXT NOT NULL,
    -- Why, when it is not attested.
    reason TEXT NOT NULL,
    -- SHA-256 of the anchor, and of the statement's certificates one after the other, its leaf first.
    anchor BLOB,
    chain BLOB NOT NULL,
    model TEXT NOT NULL,
    -- The model's certification level and standing, as JSON.
    level TEXT NOT NULL,
    standing TEXT NOT NULL,
    -- 1 when the model is revoked, compromised, or reported in words that nobody knows.
    undesired BIGINT NOT NULL,
    -- Certificates are judged at this time.
    registered_at BIGINT NOT NULL,
    judged_at BIGINT NOT NULL,
    -- The blob's number; 0 for none.
    metadata_number BIGINT NOT NULL,
    turn BIGINT NOT NULL,
    -- 1 when this turn would change the verdict and waits for approval.
    waits BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, credential_id)
);
CREATE INDEX attestation_by_turn ON attestation (tenant_id, turn);
CREATE INDEX attestation_by_model ON attestation (tenant_id, aaguid, verdict);

-- Statements that were kept unverified so far.
INSERT INTO attestation (tenant_id, credential_id, aaguid, format, kind, verdict, reason, anchor, chain, model, level, standing,
        undesired, registered_at, judged_at, metadata_number, turn, waits)
    SELECT tenant_id, credential_id, aaguid, attestation_format, 'unknown', 'pending', '', NULL, x'', '', '', '{}',
        0, created_at, 0, 0, -1, 0
    FROM credential WHERE status <> 'removed' AND attestation_format <> 'none';
