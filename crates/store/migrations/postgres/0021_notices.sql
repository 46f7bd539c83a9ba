-- Of a notice: its kind as the administrator reads it. What it says is in the payload.
ALTER TABLE outbox ADD COLUMN IF NOT EXISTS topic TEXT;
-- Whom a notice is about, which is whom it is sent to.
ALTER TABLE outbox ADD COLUMN IF NOT EXISTS person_id BYTEA;
-- Why a notice could not be delivered; its payload is empty by then.
ALTER TABLE outbox ADD COLUMN IF NOT EXISTS cause TEXT;

-- How mail is sent: host, sender, user name, password. One for the organisation.
CREATE TABLE IF NOT EXISTS mail_settings (
    tenant_id BYTEA NOT NULL,
    -- Sealed: a password is in it.
    sealed BYTEA NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id)
);

-- The link in a notice by which its reader says: this wasn't me. The token itself is in the sealed notice alone.
CREATE TABLE IF NOT EXISTS notice_link (
    tenant_id BYTEA NOT NULL,
    token_hash BYTEA NOT NULL,
    person_id BYTEA NOT NULL,
    topic TEXT NOT NULL,
    epoch BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (tenant_id, token_hash)
);

-- Mail addresses that somebody had until a short while ago: notices go there, too (security 17).
CREATE TABLE IF NOT EXISTS former_mail (
    tenant_id BYTEA NOT NULL,
    former_id BYTEA NOT NULL,
    person_id BYTEA NOT NULL,
    mail TEXT NOT NULL,
    until BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, former_id)
);
CREATE INDEX IF NOT EXISTS former_mail_by_person ON former_mail (tenant_id, person_id);

-- Every notice is for the one mail server: what is due of one kind is found without looking at the others.
DROP INDEX IF EXISTS outbox_by_recipient;
CREATE INDEX IF NOT EXISTS outbox_by_kind ON outbox (tenant_id, recipient_id, kind, due_at);
