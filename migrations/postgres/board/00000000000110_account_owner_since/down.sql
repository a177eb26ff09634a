ALTER TABLE account_owner DROP COLUMN since;
