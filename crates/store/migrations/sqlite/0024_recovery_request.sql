-- Ways back in that time or somebody else confirms: by mail and a waiting time, by the manager, by another device that is
-- signed in. Names that nobody has leave rows as well, of a person who isn't there (security 20).
CREATE TABLE recovery_request (
    tenant_id BLOB NOT NULL,
    request_id BLOB NOT NULL,
    -- 'mail', 'manager' or 'device'.
    rung TEXT NOT NULL,
    -- 'asked', then 'open' (it gives a passkey from ready_at on), then 'used'; or 'ended'.
    status TEXT NOT NULL,
    -- Of a device that asks nobody knows whose it is until somebody allows it.
    person_id BLOB,
    person_version BIGINT,
    -- The browser that may go on.
    browser_hash BLOB NOT NULL,
    -- Of the letter's link.
    token_hash BLOB,
    -- HMAC of the code that somebody else types.
    code_hash BLOB,
    approver_id BLOB,
    approver_version BIGINT,
    -- Where it was asked from: JSON.
    place TEXT NOT NULL,
    epoch BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    ready_at BIGINT,
    -- When the person was told that the waiting time is over.
    told_at BIGINT,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, request_id)
) WITHOUT ROWID;

CREATE UNIQUE INDEX recovery_request_code ON recovery_request (tenant_id, code_hash);
CREATE UNIQUE INDEX recovery_request_token ON recovery_request (tenant_id, token_hash);
CREATE INDEX recovery_request_person ON recovery_request (tenant_id, person_id);
CREATE INDEX recovery_request_approver ON recovery_request (tenant_id, approver_id);
CREATE INDEX recovery_request_browser ON recovery_request (tenant_id, browser_hash);
CREATE INDEX recovery_request_expiry ON recovery_request (tenant_id, expires_at);

-- Since when they are what they are: what changed within a week counts for no recovery (security 17). Of older ones nothing
-- better is known than when anything of the record changed; NULL is since the person is there.
ALTER TABLE person ADD COLUMN mail_since BIGINT;
ALTER TABLE person ADD COLUMN manager_since BIGINT;
UPDATE person SET mail_since = changed_at, manager_since = changed_at;
