-- What vendors' own servers were given, and what is still to be sent to them. Identifiers and hashes only.

CREATE TABLE push_state (
    tenant_id INTEGER NOT NULL,
    vendor_id TEXT NOT NULL,
    target TEXT NOT NULL,
    data_epoch INTEGER NOT NULL,
    consent_epoch INTEGER NOT NULL,
    day INTEGER NOT NULL,
    holder TEXT NOT NULL,
    held_until INTEGER NOT NULL,
    not_before INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    last_error TEXT,
    last_success_at INTEGER,
    PRIMARY KEY (tenant_id, vendor_id)
) STRICT;

CREATE TABLE pushed (
    tenant_id INTEGER NOT NULL,
    vendor_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    remote_id TEXT NOT NULL,
    hash BLOB NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (tenant_id, vendor_id, kind, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE push_queue (
    tenant_id INTEGER NOT NULL,
    vendor_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    phase INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    operation TEXT NOT NULL,
    hash BLOB NOT NULL,
    started INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    not_before INTEGER NOT NULL,
    last_error TEXT,
    state TEXT NOT NULL,
    PRIMARY KEY (tenant_id, vendor_id, kind, id)
) STRICT;
CREATE INDEX push_queue_in_order ON push_queue (tenant_id, vendor_id, state, phase, sequence);
