-- Since when a provider keeps a part of a person's account.

ALTER TABLE account_owner ADD COLUMN since BIGINT NOT NULL DEFAULT 0;
