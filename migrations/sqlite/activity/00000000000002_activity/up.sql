-- What happens at run time: tokens, the record of what left, and which people each vendor has received.
-- A file of its own, so that a long import never keeps a disclosure from becoming durable.

CREATE TABLE token (
    hash BLOB NOT NULL,
    vendor_id TEXT NOT NULL,
    tenants TEXT NOT NULL,
    scopes TEXT NOT NULL,
    issued_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE disclosure (
    id INTEGER PRIMARY KEY,
    tenant_id INTEGER NOT NULL,
    at INTEGER NOT NULL,
    vendor_id TEXT NOT NULL,
    request_id TEXT NOT NULL,
    rules TEXT NOT NULL,
    entity TEXT NOT NULL,
    records INTEGER NOT NULL,
    people BLOB NOT NULL
) STRICT;

CREATE TABLE served (
    tenant_id INTEGER NOT NULL,
    vendor_id TEXT NOT NULL,
    categories INTEGER NOT NULL,
    people BLOB NOT NULL,
    PRIMARY KEY (tenant_id, vendor_id, categories)
) STRICT, WITHOUT ROWID;

CREATE INDEX disclosure_by_vendor ON disclosure (tenant_id, vendor_id, at);
CREATE INDEX token_by_expiry ON token (expires_at);
