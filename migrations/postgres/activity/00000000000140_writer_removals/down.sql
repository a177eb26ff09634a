ALTER TABLE writer DROP COLUMN removals;
