-- What a connection wants otherwise over SCIM, as a JSON object of what differs from the defaults.

ALTER TABLE connection ADD COLUMN scim TEXT NOT NULL DEFAULT '{}';
