-- What vendors wrote to the gradebook: each vendor has a name space of its own.

CREATE TABLE writer (
    tenant_id BIGINT NOT NULL,
    vendor_id TEXT COLLATE "C" NOT NULL,
    last_at BIGINT NOT NULL,
    last_number BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, vendor_id)
);

CREATE TABLE written (
    tenant_id BIGINT NOT NULL,
    vendor_id TEXT COLLATE "C" NOT NULL,
    entity TEXT COLLATE "C" NOT NULL,
    identifier TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL,
    version BIGINT NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    modified_at BIGINT NOT NULL,
    "class" TEXT COLLATE "C",
    item TEXT COLLATE "C",
    student TEXT COLLATE "C",
    category TEXT COLLATE "C",
    scale TEXT COLLATE "C",
    body TEXT NOT NULL,
    PRIMARY KEY (tenant_id, vendor_id, entity, identifier)
);
CREATE UNIQUE INDEX written_in_order ON written (tenant_id, vendor_id, entity, status, number);
CREATE INDEX written_by_time ON written (tenant_id, vendor_id, entity, modified_at);
CREATE INDEX written_by_class ON written (tenant_id, vendor_id, entity, "class", status, number) WHERE "class" IS NOT NULL;
CREATE INDEX written_by_item ON written (tenant_id, vendor_id, entity, item, status, number) WHERE item IS NOT NULL;
CREATE INDEX written_by_student ON written (tenant_id, vendor_id, entity, student, status, number) WHERE student IS NOT NULL;
