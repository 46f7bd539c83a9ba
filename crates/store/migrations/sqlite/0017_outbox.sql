-- Where the application ends its own sessions when it is told that ours is over (OpenID Connect Back-Channel Logout); NULL: nowhere.
ALTER TABLE application ADD COLUMN back_channel_logout_uri TEXT;
-- 1 when it needs the session's name (sid) for that.
ALTER TABLE application ADD COLUMN back_channel_logout_session_required BIGINT NOT NULL DEFAULT 0;

-- The session as the id tokens name it, also after another one took its place. NULL: session_id.
ALTER TABLE refresh_family ADD COLUMN sid BLOB;

-- Who got an id token in a session, and what it is told when the session ends.
CREATE TABLE session_client (
    tenant_id BLOB NOT NULL,
    session_id BLOB NOT NULL,
    -- A service principal.
    principal_id BLOB NOT NULL,
    issuer TEXT NOT NULL,
    -- The session as its id tokens name it: one that session_id took the place of, after a proof in between.
    sid BLOB NOT NULL,
    -- Of the message: made here, so that it is written once, whoever ends the session.
    message_id BLOB NOT NULL,
    -- Of the message, sealed.
    payload BLOB NOT NULL,
    PRIMARY KEY (tenant_id, session_id, principal_id, issuer, sid)
) WITHOUT ROWID;

-- What is to be told to others: written in the unit that makes it true, deleted when it is over.
CREATE TABLE outbox (
    tenant_id BLOB NOT NULL,
    message_id BLOB NOT NULL,
    -- logout.
    kind TEXT NOT NULL,
    -- Whom it is for, so that one who is slow holds up nobody else: of a logout, the service principal.
    recipient_id BLOB NOT NULL,
    -- Sealed (security 37).
    payload BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    -- No node tries it before this: the next try, or the end of the lease of the node that is trying.
    due_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    -- Of the node that is trying.
    lease_id BLOB,
    PRIMARY KEY (tenant_id, message_id)
) WITHOUT ROWID;
CREATE INDEX outbox_by_recipient ON outbox (tenant_id, recipient_id, due_at);
