-- JSON of what an application is as an API: what it is called (RFC 8707), and what others may do there. NULL: nothing.
ALTER TABLE application ADD COLUMN IF NOT EXISTS api TEXT;

-- The same names, each of one application.
CREATE TABLE IF NOT EXISTS identifier_uri (
    tenant_id BYTEA NOT NULL,
    uri TEXT NOT NULL,
    object_id BYTEA NOT NULL,
    PRIMARY KEY (tenant_id, uri)
);
CREATE INDEX IF NOT EXISTS identifier_uri_by_application ON identifier_uri (tenant_id, object_id, uri);

-- A resource that goes takes along what was granted of it.
CREATE INDEX IF NOT EXISTS permission_grant_by_resource ON permission_grant (tenant_id, resource_id);
