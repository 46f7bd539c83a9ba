-- Programs of the organisation's that are told what happens to people's accounts.
CREATE TABLE IF NOT EXISTS webhook (
    tenant_id BYTEA NOT NULL,
    webhook_id BYTEA NOT NULL,
    url TEXT NOT NULL,
    -- The key of signatures, sealed.
    sealed BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, webhook_id)
);
