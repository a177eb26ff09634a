-- What each vendor was last shown and when its view of each object changed, and which objects beside people
-- it has received.

CREATE TABLE memory (
    tenant_id INTEGER NOT NULL,
    vendor_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    data_epoch INTEGER NOT NULL,
    consent_epoch INTEGER NOT NULL,
    day INTEGER NOT NULL,
    data_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (tenant_id, vendor_id)
) STRICT;

CREATE TABLE served_object (
    tenant_id INTEGER NOT NULL,
    vendor_id TEXT NOT NULL,
    entity TEXT NOT NULL,
    objects BLOB NOT NULL,
    PRIMARY KEY (tenant_id, vendor_id, entity)
) STRICT;
