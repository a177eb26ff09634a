ALTER TABLE token DROP COLUMN label;
ALTER TABLE token DROP COLUMN last_used_at;
