-- Without statistics SQLite prefers an index that gives the order over one that finds the row, and a primary key over
-- a second index: these give both, and all columns.

DROP INDEX provisioned_by_name;
DROP INDEX provisioned_by_external_id;
DROP INDEX provisioned_membership;
CREATE INDEX provisioned_by_name ON provisioned (tenant_id, vendor_id, kind, name, number) WHERE name IS NOT NULL;
CREATE INDEX provisioned_by_external_id ON provisioned (tenant_id, vendor_id, kind, external_id, number) WHERE external_id IS NOT NULL;
CREATE INDEX provisioned_membership ON provisioned_member (tenant_id, vendor_id, member_id, group_id, kind, display);
