-- What identity providers keep over SCIM: users and groups of their own, and accounts of the school's people.
-- Each provider has a name space of its own.

CREATE TABLE provisioned (
    tenant_id INTEGER NOT NULL,
    vendor_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    number INTEGER NOT NULL,
    version INTEGER NOT NULL,
    adopted_version INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    name TEXT,
    external_id TEXT,
    password TEXT,
    person INTEGER,
    body TEXT NOT NULL,
    PRIMARY KEY (tenant_id, vendor_id, kind, id)
) STRICT;
CREATE UNIQUE INDEX provisioned_in_order ON provisioned (tenant_id, vendor_id, kind, number);
CREATE INDEX provisioned_by_name ON provisioned (tenant_id, vendor_id, name, kind) WHERE name IS NOT NULL;
CREATE INDEX provisioned_by_external_id ON provisioned (tenant_id, vendor_id, external_id, kind) WHERE external_id IS NOT NULL;

-- Accounts that the board's own data doesn't show yet.
CREATE INDEX provisioned_to_adopt ON provisioned (tenant_id, number) WHERE kind = 'Account' AND version <> adopted_version;

CREATE TABLE provisioned_member (
    tenant_id INTEGER NOT NULL,
    vendor_id TEXT NOT NULL,
    group_id TEXT NOT NULL,
    member_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    display TEXT,
    PRIMARY KEY (tenant_id, vendor_id, group_id, member_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX provisioned_membership ON provisioned_member (tenant_id, vendor_id, member_id, group_id);

-- Users that a provider made and who may be people of the school that it can't see: the school decides.

CREATE TABLE reconciliation (
    tenant_id INTEGER NOT NULL,
    vendor_id TEXT NOT NULL,
    provisioned_id TEXT NOT NULL,
    person INTEGER NOT NULL,
    attribute TEXT NOT NULL,
    noted_at INTEGER NOT NULL,
    decision TEXT,
    decided_at INTEGER,
    PRIMARY KEY (tenant_id, vendor_id, provisioned_id, person)
) STRICT;
