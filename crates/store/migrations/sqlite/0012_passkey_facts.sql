-- What a policy asks of everybody is in the indexes alone: a preview reads no row of a person or of a passkey. No column
-- here changes with a sign-in.
CREATE INDEX person_by_status ON person (tenant_id, status, person_id);
CREATE INDEX credential_facts_by_person
    ON credential (tenant_id, person_id, status, credential_id, aaguid, backup_eligible, created_at);
DROP INDEX credential_by_person;
