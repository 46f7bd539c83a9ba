-- Groups and service principals have owners, too, and applications may be owners (by their service principal). The owner's
-- id stands in person_id, what is owned in object_id: the names are from before.
ALTER TABLE application_owner ADD COLUMN owner_kind TEXT NOT NULL DEFAULT 'person';
CREATE INDEX application_owner_by_owner ON application_owner (tenant_id, person_id, object_id);
