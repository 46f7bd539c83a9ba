-- People as a directory knows them. What a sign-in reads stands in the columns before; these are read by their own
-- statements.
ALTER TABLE person ADD COLUMN IF NOT EXISTS mail TEXT;
ALTER TABLE person ADD COLUMN IF NOT EXISTS mail_key TEXT COLLATE "C";
-- The display name as compared. NULL in rows from before this migration, until the minute's work has filled it.
ALTER TABLE person ADD COLUMN IF NOT EXISTS display_name_key TEXT COLLATE "C";
ALTER TABLE person ADD COLUMN IF NOT EXISTS user_type TEXT NOT NULL DEFAULT 'member';
ALTER TABLE person ADD COLUMN IF NOT EXISTS manager_id BYTEA;
-- What nobody filters by: names, job, telephone numbers. JSON.
ALTER TABLE person ADD COLUMN IF NOT EXISTS profile TEXT NOT NULL DEFAULT '{}';
-- Bumped by every change of what the directory shows: the ETag.
ALTER TABLE person ADD COLUMN IF NOT EXISTS record_version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE person ADD COLUMN IF NOT EXISTS changed_at BIGINT;
ALTER TABLE person ADD COLUMN IF NOT EXISTS deleted_at BIGINT;
-- What the status was before the deletion, for restoring.
ALTER TABLE person ADD COLUMN IF NOT EXISTS deleted_status TEXT;
CREATE INDEX IF NOT EXISTS person_by_display_name ON person (tenant_id, display_name_key, person_id);
CREATE INDEX IF NOT EXISTS person_by_mail ON person (tenant_id, mail_key, person_id) WHERE mail_key IS NOT NULL;
CREATE INDEX IF NOT EXISTS person_by_creation ON person (tenant_id, created_at, person_id);
CREATE INDEX IF NOT EXISTS person_by_manager ON person (tenant_id, manager_id, person_id) WHERE manager_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS person_by_deletion ON person (tenant_id, deleted_at, person_id) WHERE deleted_at IS NOT NULL;

CREATE TABLE IF NOT EXISTS directory_group (
    tenant_id BYTEA NOT NULL,
    group_id BYTEA NOT NULL,
    display_name TEXT NOT NULL,
    display_name_key TEXT COLLATE "C" NOT NULL,
    description TEXT,
    mail_nickname TEXT NOT NULL,
    -- Whether directory roles may be given to it: said when it is made, never changed.
    role_assignable BIGINT NOT NULL,
    record_version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    deleted_at BIGINT,
    PRIMARY KEY (tenant_id, group_id)
);
CREATE INDEX IF NOT EXISTS directory_group_by_name ON directory_group (tenant_id, display_name_key, group_id);
CREATE INDEX IF NOT EXISTS directory_group_by_creation ON directory_group (tenant_id, created_at, group_id);
CREATE INDEX IF NOT EXISTS directory_group_by_deletion ON directory_group (tenant_id, deleted_at, group_id) WHERE deleted_at IS NOT NULL;

-- Members are people, groups and applications (by the id of their service principal).
CREATE TABLE IF NOT EXISTS group_member (
    tenant_id BYTEA NOT NULL,
    group_id BYTEA NOT NULL,
    member_id BYTEA NOT NULL,
    member_kind TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, group_id, member_id)
);
CREATE INDEX IF NOT EXISTS group_member_by_member ON group_member (tenant_id, member_id, group_id);

-- The holder of a role may be a group or an application, too; its id stands in person_id, whose name is from before.
ALTER TABLE role_member ADD COLUMN IF NOT EXISTS principal_kind TEXT NOT NULL DEFAULT 'person';

-- One row for each tenant: moved by every change of who holds a role, of what is nested in what, and of the members of
-- protected groups. Whoever decides by rights compares it.
CREATE TABLE IF NOT EXISTS directory_state (
    tenant_id BYTEA PRIMARY KEY,
    membership_version BIGINT NOT NULL
);
INSERT INTO directory_state (tenant_id, membership_version) SELECT tenant_id, 1 FROM tenant WHERE TRUE ON CONFLICT DO NOTHING;
