-- Applications, as they were registered. object_id is the record's own, app_id the name that it signs in with (client_id).
CREATE TABLE application (
    tenant_id BLOB NOT NULL,
    object_id BLOB NOT NULL,
    app_id BLOB NOT NULL,
    display_name TEXT NOT NULL,
    description TEXT NOT NULL,
    -- JSON array of {platform, uri}.
    redirect_uris TEXT NOT NULL,
    -- active, deleted.
    status TEXT NOT NULL,
    -- Bumped by every change: ETag.
    record_version BIGINT NOT NULL,
    -- Bumped by what makes or unmakes a way to sign in as it: secrets, keys, redirect addresses, owners, permissions.
    security_version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    deleted_at BIGINT,
    PRIMARY KEY (tenant_id, object_id)
);
CREATE UNIQUE INDEX application_by_app ON application (tenant_id, app_id);

-- The application as a member of the organisation: holds permissions and directory roles.
CREATE TABLE service_principal (
    tenant_id BLOB NOT NULL,
    object_id BLOB NOT NULL,
    app_id BLOB NOT NULL,
    display_name TEXT NOT NULL,
    -- enabled, disabled, deleted.
    status TEXT NOT NULL,
    record_version BIGINT NOT NULL,
    -- Compared by every use of a token of it (security 28).
    security_version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    deleted_at BIGINT,
    PRIMARY KEY (tenant_id, object_id)
);
CREATE UNIQUE INDEX service_principal_by_app ON service_principal (tenant_id, app_id);

-- Secrets (only their hashes) and public keys of applications.
CREATE TABLE application_credential (
    tenant_id BLOB NOT NULL,
    key_id BLOB NOT NULL,
    object_id BLOB NOT NULL,
    -- secret, key.
    kind TEXT NOT NULL,
    display_name TEXT NOT NULL,
    -- The first characters of a secret, to tell several apart; the thumbprint of a key.
    hint TEXT NOT NULL,
    -- SHA-256 of a secret of 256 bits; a JWK in JSON.
    verifier BLOB NOT NULL,
    starts_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, key_id)
);
CREATE INDEX application_credential_by_application ON application_credential (tenant_id, object_id);

CREATE TABLE application_owner (
    tenant_id BLOB NOT NULL,
    object_id BLOB NOT NULL,
    person_id BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, object_id, person_id)
) WITHOUT ROWID;

-- Permissions that an application uses in its own name.
CREATE TABLE app_role_assignment (
    tenant_id BLOB NOT NULL,
    assignment_id BLOB NOT NULL,
    -- Service principals, both.
    principal_id BLOB NOT NULL,
    resource_id BLOB NOT NULL,
    app_role_id BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, assignment_id)
);
CREATE UNIQUE INDEX app_role_assignment_by_principal ON app_role_assignment (tenant_id, principal_id, resource_id, app_role_id);

-- Permissions that an application uses in the name of people: of everybody, or of one person.
CREATE TABLE permission_grant (
    tenant_id BLOB NOT NULL,
    grant_id BLOB NOT NULL,
    -- Service principals, both.
    client_id BLOB NOT NULL,
    resource_id BLOB NOT NULL,
    -- The person who consented; 16 zero bytes for a grant for everybody.
    person_id BLOB NOT NULL,
    -- Names with spaces between them.
    scope TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, grant_id)
);
CREATE UNIQUE INDEX permission_grant_by_client ON permission_grant (tenant_id, client_id, resource_id, person_id);

-- Authorization codes: only their hashes, which begin with the time of issue. A code is used once by used_at.
CREATE TABLE authorization_code (
    tenant_id BLOB NOT NULL,
    code_hash BLOB NOT NULL,
    principal_id BLOB NOT NULL,
    principal_version BIGINT NOT NULL,
    person_id BLOB NOT NULL,
    session_id BLOB NOT NULL,
    redirect_uri TEXT NOT NULL,
    platform TEXT NOT NULL,
    challenge BLOB NOT NULL,
    scope TEXT NOT NULL,
    nonce TEXT,
    -- The issuer through which it was asked for.
    issuer TEXT NOT NULL,
    epoch BLOB NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    -- Presented again, or wrongly: what was made of it is void.
    revoked_at BIGINT,
    PRIMARY KEY (tenant_id, code_hash)
) WITHOUT ROWID;
