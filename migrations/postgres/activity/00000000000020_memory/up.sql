-- What each vendor was last shown and when its view of each object changed, and which objects beside people
-- it has received.

CREATE TABLE memory (
    tenant_id BIGINT NOT NULL,
    vendor_id TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    data_epoch BIGINT NOT NULL,
    consent_epoch BIGINT NOT NULL,
    day BIGINT NOT NULL,
    data_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (tenant_id, vendor_id)
);
-- Prints don't get shorter by being compressed.
ALTER TABLE memory ALTER COLUMN body SET STORAGE EXTERNAL;

CREATE TABLE served_object (
    tenant_id BIGINT NOT NULL,
    vendor_id TEXT COLLATE "C" NOT NULL,
    entity TEXT COLLATE "C" NOT NULL,
    objects BYTEA NOT NULL,
    PRIMARY KEY (tenant_id, vendor_id, entity)
);
