-- Applications' logos; how many renewals one application has of one person.

CREATE TABLE application_logo (
    tenant_id BYTEA NOT NULL,
    object_id BYTEA NOT NULL,
    -- Names this very picture in its address: random, so that nobody guesses it, and another for each picture.
    logo_id BYTEA NOT NULL,
    -- PNG, made here from pixels (security 35).
    picture BYTEA NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, object_id)
);
CREATE UNIQUE INDEX application_logo_by_logo ON application_logo (tenant_id, logo_id);

-- What ends and what counts families of a person: the application and what has ended are in it.
DROP INDEX refresh_family_by_person;
CREATE INDEX refresh_family_by_person ON refresh_family (tenant_id, person_id, principal_id, ended_at, family_id);
