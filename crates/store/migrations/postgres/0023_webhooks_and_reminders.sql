-- Programs of the organisation's that are told what happens to people's accounts.
CREATE TABLE IF NOT EXISTS webhook (
    tenant_id BYTEA NOT NULL,
    webhook_id BYTEA NOT NULL,
    url TEXT NOT NULL,
    -- The key of signatures, sealed.
    sealed BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, webhook_id)
);

-- Where people signed in before, beside what their passkeys remember: a hash of person, browser, system and network.
CREATE TABLE IF NOT EXISTS known_place (
    tenant_id BYTEA NOT NULL,
    place_id BYTEA NOT NULL,
    person_id BYTEA NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, place_id)
);
CREATE INDEX IF NOT EXISTS known_place_by_person ON known_place (tenant_id, person_id, seen_at);

-- What people were reminded of: a hash of passkey and stage, and the end that it was about.
CREATE TABLE IF NOT EXISTS reminder (
    tenant_id BYTEA NOT NULL,
    reminder_id BYTEA NOT NULL,
    person_id BYTEA NOT NULL,
    ends_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, reminder_id)
);
