-- 1 when the application asked for the plain word of the level of authentication, and is told no other.
ALTER TABLE authorization_code ADD COLUMN IF NOT EXISTS is_acr_plain BIGINT NOT NULL DEFAULT 0;
-- 1 when only people who are assigned to it, by themselves or through groups, may sign in to it.
ALTER TABLE service_principal ADD COLUMN IF NOT EXISTS assignment_required BIGINT NOT NULL DEFAULT 0;
-- Where people open it; NULL: it has no place on their page.
ALTER TABLE application ADD COLUMN IF NOT EXISTS home_uri TEXT;
-- An assignment's principal may be a person or a group, too: the resource is then the application that they may sign in to.
CREATE INDEX IF NOT EXISTS app_role_assignment_by_resource ON app_role_assignment (tenant_id, resource_id, principal_id);
CREATE INDEX IF NOT EXISTS app_role_assignment_of_resource ON app_role_assignment (tenant_id, resource_id, assignment_id);
CREATE INDEX IF NOT EXISTS permission_grant_by_person ON permission_grant (tenant_id, person_id);

-- Authorization requests that clients pushed (RFC 9126): named by a hash that begins with the time. Gone when a code answers it.
CREATE TABLE IF NOT EXISTS pushed_request (
    tenant_id BYTEA NOT NULL,
    request_hash BYTEA NOT NULL,
    principal_id BYTEA NOT NULL,
    principal_version BIGINT NOT NULL,
    epoch BYTEA NOT NULL,
    -- As a query, in one spelling.
    request TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, request_hash)
);

-- 1 when devices that can't show our pages may let people sign in to it on another one (security 19).
ALTER TABLE application ADD COLUMN IF NOT EXISTS device_flow BIGINT NOT NULL DEFAULT 0;
-- What such devices ask for (RFC 8628): named by a hash that begins with the time, and by that of the code that people type.
CREATE TABLE IF NOT EXISTS device_grant (
    tenant_id BYTEA NOT NULL,
    device_hash BYTEA NOT NULL,
    user_code_hash BYTEA NOT NULL,
    principal_id BYTEA NOT NULL,
    principal_version BIGINT NOT NULL,
    scope TEXT NOT NULL,
    issuer TEXT NOT NULL,
    -- JSON of where the device asked from.
    place TEXT NOT NULL,
    epoch BYTEA NOT NULL,
    expires_at BIGINT NOT NULL,
    -- pending, allowed, denied.
    status TEXT NOT NULL,
    -- Of the code that the device redeems once somebody allowed it.
    code_hash BYTEA,
    PRIMARY KEY (tenant_id, device_hash)
);
CREATE UNIQUE INDEX IF NOT EXISTS device_grant_by_user_code ON device_grant (tenant_id, user_code_hash);
