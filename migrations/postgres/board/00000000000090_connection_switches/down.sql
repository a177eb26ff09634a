ALTER TABLE connection DROP COLUMN scim;
