-- Addresses (scheme, host and port) that stand behind forward authentication, each of one application.
CREATE TABLE protected_origin (
    tenant_id BLOB NOT NULL,
    origin TEXT NOT NULL,
    object_id BLOB NOT NULL,
    PRIMARY KEY (tenant_id, origin)
) WITHOUT ROWID;
CREATE INDEX protected_origin_by_application ON protected_origin (tenant_id, object_id, origin);

-- One-time codes by which a browser gets a protected application's cookie (security 26): named by a hash that begins with the time.
CREATE TABLE forward_code (
    tenant_id BLOB NOT NULL,
    code_hash BLOB NOT NULL,
    principal_id BLOB NOT NULL,
    -- Of the service principal: moves when it is disabled or deleted.
    renewal_version BIGINT NOT NULL,
    person_id BLOB NOT NULL,
    session_id BLOB NOT NULL,
    origin TEXT NOT NULL,
    -- Of the browser that began at that address.
    browser_hash BLOB NOT NULL,
    -- Where it wanted to go there.
    uri TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (tenant_id, code_hash)
) WITHOUT ROWID;

-- What such a cookie stands for: somebody's session, at one address. Named by a hash that begins with the time.
CREATE TABLE forward_session (
    tenant_id BLOB NOT NULL,
    token_hash BLOB NOT NULL,
    principal_id BLOB NOT NULL,
    renewal_version BIGINT NOT NULL,
    person_id BLOB NOT NULL,
    session_id BLOB NOT NULL,
    origin TEXT NOT NULL,
    -- JSON: names of the person's groups that are assigned to the application, as of checked_at.
    group_names TEXT NOT NULL,
    -- When policy and assignment were asked last, and the policy's version then.
    checked_at BIGINT NOT NULL,
    policy_version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, token_hash)
) WITHOUT ROWID;
CREATE INDEX forward_session_by_session ON forward_session (tenant_id, person_id, session_id);
