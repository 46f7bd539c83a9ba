-- JSON of what an application is as an API: what it is called (RFC 8707), and what others may do there. NULL: nothing.
ALTER TABLE application ADD COLUMN api TEXT;

-- The same names, each of one application.
CREATE TABLE identifier_uri (
    tenant_id BLOB NOT NULL,
    uri TEXT NOT NULL,
    object_id BLOB NOT NULL,
    PRIMARY KEY (tenant_id, uri)
) WITHOUT ROWID;
CREATE INDEX identifier_uri_by_application ON identifier_uri (tenant_id, object_id, uri);

-- A resource that goes takes along what was granted of it.
CREATE INDEX permission_grant_by_resource ON permission_grant (tenant_id, resource_id);
