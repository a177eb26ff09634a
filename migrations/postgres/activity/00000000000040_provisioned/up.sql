-- What identity providers keep over SCIM: users and groups of their own, and accounts of the school's people.
-- Each provider has a name space of its own.

CREATE TABLE provisioned (
    tenant_id BIGINT NOT NULL,
    vendor_id TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL,
    version BIGINT NOT NULL,
    adopted_version BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    modified_at BIGINT NOT NULL,
    name TEXT COLLATE "C",
    external_id TEXT COLLATE "C",
    password TEXT,
    person BIGINT,
    body TEXT NOT NULL,
    PRIMARY KEY (tenant_id, vendor_id, kind, id)
);
CREATE UNIQUE INDEX provisioned_in_order ON provisioned (tenant_id, vendor_id, kind, number);
CREATE INDEX provisioned_by_name ON provisioned (tenant_id, vendor_id, name, kind) WHERE name IS NOT NULL;
CREATE INDEX provisioned_by_external_id ON provisioned (tenant_id, vendor_id, external_id, kind) WHERE external_id IS NOT NULL;

-- Accounts that the board's own data doesn't show yet.
CREATE INDEX provisioned_to_adopt ON provisioned (tenant_id, number) WHERE kind = 'Account' AND version <> adopted_version;

CREATE TABLE provisioned_member (
    tenant_id BIGINT NOT NULL,
    vendor_id TEXT COLLATE "C" NOT NULL,
    group_id TEXT COLLATE "C" NOT NULL,
    member_id TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    display TEXT,
    PRIMARY KEY (tenant_id, vendor_id, group_id, member_id)
);
CREATE INDEX provisioned_membership ON provisioned_member (tenant_id, vendor_id, member_id, group_id);

-- Users that a provider made and who may be people of the school that it can't see: the school decides.

CREATE TABLE reconciliation (
    tenant_id BIGINT NOT NULL,
    vendor_id TEXT COLLATE "C" NOT NULL,
    provisioned_id TEXT COLLATE "C" NOT NULL,
    person BIGINT NOT NULL,
    attribute TEXT COLLATE "C" NOT NULL,
    noted_at BIGINT NOT NULL,
    decision TEXT COLLATE "C",
    decided_at BIGINT,
    PRIMARY KEY (tenant_id, vendor_id, provisioned_id, person)
);
