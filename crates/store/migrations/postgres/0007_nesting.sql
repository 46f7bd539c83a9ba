-- Groups in groups, which are few beside people in groups. The kind, the same in every row, is in it so that it is preferred to
-- the primary key.
CREATE INDEX IF NOT EXISTS group_member_nested ON group_member (tenant_id, group_id, member_kind, member_id) WHERE member_kind = 'group';

-- What the status was before the deletion, for restoring.
ALTER TABLE service_principal ADD COLUMN IF NOT EXISTS deleted_status TEXT;
