-- SQLite needs these: the same here, so that both stay alike. Members stay as they were: a `display` may be too long
-- for an index of PostgreSQL, which finds them without it.

DROP INDEX provisioned_by_name;
DROP INDEX provisioned_by_external_id;
CREATE INDEX provisioned_by_name ON provisioned (tenant_id, vendor_id, kind, name, number) WHERE name IS NOT NULL;
CREATE INDEX provisioned_by_external_id ON provisioned (tenant_id, vendor_id, kind, external_id, number) WHERE external_id IS NOT NULL;
