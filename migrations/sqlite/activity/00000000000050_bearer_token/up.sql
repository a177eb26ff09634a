-- Tokens that live long and that a person gave a name: what identity providers keep in their settings.

ALTER TABLE token ADD COLUMN label TEXT;
ALTER TABLE token ADD COLUMN last_used_at INTEGER;
