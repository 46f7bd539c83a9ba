-- Programs that bring people and groups from elsewhere by SCIM.
CREATE TABLE IF NOT EXISTS connector (
    tenant_id BYTEA NOT NULL,
    connector_id BYTEA NOT NULL,
    name TEXT NOT NULL,
    -- The compared form.
    name_key TEXT NOT NULL,
    token_hash BYTEA NOT NULL,
    -- The token from before, which works until then.
    former_hash BYTEA,
    former_until BIGINT,
    created_at BIGINT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (tenant_id, connector_id)
);
CREATE UNIQUE INDEX IF NOT EXISTS connector_name ON connector (tenant_id, name_key);

-- What a connector made, and what it calls it. It stays when the connector is removed: nobody else ever takes it over.
CREATE TABLE IF NOT EXISTS connected (
    tenant_id BYTEA NOT NULL,
    object_id BYTEA NOT NULL,
    connector_id BYTEA NOT NULL,
    -- person or group
    kind TEXT NOT NULL,
    external_id TEXT,
    PRIMARY KEY (tenant_id, object_id)
);
CREATE INDEX IF NOT EXISTS connected_by_connector ON connected (tenant_id, connector_id, kind, object_id);
CREATE INDEX IF NOT EXISTS connected_by_external_id ON connected (tenant_id, connector_id, kind, external_id);
