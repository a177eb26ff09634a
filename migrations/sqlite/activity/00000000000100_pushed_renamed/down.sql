DROP INDEX pushed_renamed;
ALTER TABLE pushed DROP COLUMN renamed;
