-- Whom a user has as manager: who is deleted is nobody's any more.

ALTER TABLE provisioned ADD COLUMN manager TEXT COLLATE "C";
UPDATE provisioned SET manager = body::jsonb -> 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User' -> 'manager' ->> 'value'
WHERE kind = 'User' AND body LIKE '%"manager"%';
CREATE INDEX provisioned_by_manager ON provisioned (tenant_id, vendor_id, manager) WHERE manager IS NOT NULL;
