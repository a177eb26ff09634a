-- What vendors' own servers were given, and what is still to be sent to them. Identifiers and hashes only.

CREATE TABLE push_state (
    tenant_id BIGINT NOT NULL,
    vendor_id TEXT COLLATE "C" NOT NULL,
    target TEXT COLLATE "C" NOT NULL,
    data_epoch BIGINT NOT NULL,
    consent_epoch BIGINT NOT NULL,
    day BIGINT NOT NULL,
    holder TEXT COLLATE "C" NOT NULL,
    held_until BIGINT NOT NULL,
    not_before BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    last_error TEXT COLLATE "C",
    last_success_at BIGINT,
    PRIMARY KEY (tenant_id, vendor_id)
);

CREATE TABLE pushed (
    tenant_id BIGINT NOT NULL,
    vendor_id TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    remote_id TEXT COLLATE "C" NOT NULL,
    hash BYTEA NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, vendor_id, kind, id)
);

CREATE TABLE push_queue (
    tenant_id BIGINT NOT NULL,
    vendor_id TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    phase BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    operation TEXT COLLATE "C" NOT NULL,
    hash BYTEA NOT NULL,
    started BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    not_before BIGINT NOT NULL,
    last_error TEXT COLLATE "C",
    state TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, vendor_id, kind, id)
);
CREATE INDEX push_queue_in_order ON push_queue (tenant_id, vendor_id, state, phase, sequence);
