DROP INDEX provisioned_by_name;
DROP INDEX provisioned_by_external_id;
DROP INDEX provisioned_membership;
CREATE INDEX provisioned_by_name ON provisioned (tenant_id, vendor_id, name, kind) WHERE name IS NOT NULL;
CREATE INDEX provisioned_by_external_id ON provisioned (tenant_id, vendor_id, external_id, kind) WHERE external_id IS NOT NULL;
CREATE INDEX provisioned_membership ON provisioned_member (tenant_id, vendor_id, member_id, group_id);
