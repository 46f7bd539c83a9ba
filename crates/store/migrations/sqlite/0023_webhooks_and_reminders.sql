-- Programs of the organisation's that are told what happens to people's accounts.
CREATE TABLE webhook (
    tenant_id BLOB NOT NULL,
    webhook_id BLOB NOT NULL,
    url TEXT NOT NULL,
    -- The key of signatures, sealed.
    sealed BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, webhook_id)
) WITHOUT ROWID;

-- Where people signed in before, beside what their passkeys remember: a hash of person, browser, system and network.
CREATE TABLE known_place (
    tenant_id BLOB NOT NULL,
    place_id BLOB NOT NULL,
    person_id BLOB NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, place_id)
) WITHOUT ROWID;
CREATE INDEX known_place_by_person ON known_place (tenant_id, person_id, seen_at);

-- What people were reminded of: a hash of passkey and stage, and the end that it was about.
CREATE TABLE reminder (
    tenant_id BLOB NOT NULL,
    reminder_id BLOB NOT NULL,
    person_id BLOB NOT NULL,
    ends_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, reminder_id)
) WITHOUT ROWID;
