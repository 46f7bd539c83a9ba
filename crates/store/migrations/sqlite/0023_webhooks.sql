-- Programs of the organisation's that are told what happens to people's accounts.
CREATE TABLE webhook (
    tenant_id BLOB NOT NULL,
    webhook_id BLOB NOT NULL,
    url TEXT NOT NULL,
    -- The key of signatures, sealed.
    sealed BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, webhook_id)
) WITHOUT ROWID;
