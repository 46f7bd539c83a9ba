-- Groups in groups, which are few beside people in groups. The kind, the same in every row, is in it so that it is preferred to
-- the primary key.
CREATE INDEX group_member_nested ON group_member (tenant_id, group_id, member_kind, member_id) WHERE member_kind = 'group';

-- What the status was before the deletion, for restoring.
ALTER TABLE service_principal ADD COLUMN deleted_status TEXT;
