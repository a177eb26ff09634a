-- How many objects a provider has removed: as long as that stays, its lists have only grown.

ALTER TABLE writer ADD COLUMN removals BIGINT NOT NULL DEFAULT 0;
