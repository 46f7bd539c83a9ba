-- Revocation lists of those who certify authenticators, as the operator supplied them: one row for the whole set, so that all
-- nodes judge by the same lists.
CREATE TABLE attestation_lists (
    tenant_id BYTEA PRIMARY KEY,
    -- Of the body.
    sha256 BYTEA NOT NULL,
    -- DER, each behind four bytes of length.
    body BYTEA NOT NULL,
    lists BIGINT NOT NULL,
    supplied_at BIGINT NOT NULL
);
