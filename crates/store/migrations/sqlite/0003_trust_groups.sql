-- The trust groups (cmtgKey) that answered with a passkey: a JSON array of {thumbprint, firstSeen, lastSeen}, at most
-- eight. In the credential's row, because every sign-in reads and writes that row anyway. Empty text: none so far.
ALTER TABLE credential ADD COLUMN trust_groups TEXT NOT NULL DEFAULT '';
