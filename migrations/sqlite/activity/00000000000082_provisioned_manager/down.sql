DROP INDEX provisioned_by_manager;
ALTER TABLE provisioned DROP COLUMN manager;
