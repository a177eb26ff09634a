-- What vendors wrote to the gradebook: each vendor has a name space of its own.

CREATE TABLE writer (
    tenant_id INTEGER NOT NULL,
    vendor_id TEXT NOT NULL,
    last_at INTEGER NOT NULL,
    last_number INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, vendor_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE written (
    tenant_id INTEGER NOT NULL,
    vendor_id TEXT NOT NULL,
    entity TEXT NOT NULL,
    identifier TEXT NOT NULL,
    number INTEGER NOT NULL,
    version INTEGER NOT NULL,
    status TEXT NOT NULL,
    modified_at INTEGER NOT NULL,
    "class" TEXT,
    item TEXT,
    student TEXT,
    category TEXT,
    scale TEXT,
    body TEXT NOT NULL,
    PRIMARY KEY (tenant_id, vendor_id, entity, identifier)
) STRICT;
CREATE UNIQUE INDEX written_in_order ON written (tenant_id, vendor_id, entity, status, number);
CREATE INDEX written_by_time ON written (tenant_id, vendor_id, entity, modified_at);
CREATE INDEX written_by_class ON written (tenant_id, vendor_id, entity, "class", status, number) WHERE "class" IS NOT NULL;
CREATE INDEX written_by_item ON written (tenant_id, vendor_id, entity, item, status, number) WHERE item IS NOT NULL;
CREATE INDEX written_by_student ON written (tenant_id, vendor_id, entity, student, status, number) WHERE student IS NOT NULL;
