-- The key that the code's tokens are bound to, as its thumbprint (RFC 9449 section 10); NULL: whichever key the client shows.
ALTER TABLE authorization_code ADD COLUMN key_thumbprint BLOB;
-- The key of the last renewal; for clients that prove themselves in no other way, of each one.
ALTER TABLE refresh_family ADD COLUMN key_thumbprint BLOB;
-- JSON of what tokens for it say and how they are asked for and signed; roles of its own.
ALTER TABLE application ADD COLUMN token_settings TEXT NOT NULL DEFAULT '{}';
