-- What happens at run time: tokens, the record of what left, and which people each vendor has received.

CREATE TABLE token (
    hash BYTEA NOT NULL,
    vendor_id TEXT COLLATE "C" NOT NULL,
    tenants TEXT COLLATE "C" NOT NULL,
    scopes TEXT COLLATE "C" NOT NULL,
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (hash)
);

CREATE TABLE disclosure (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    tenant_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    vendor_id TEXT COLLATE "C" NOT NULL,
    request_id TEXT COLLATE "C" NOT NULL,
    rules TEXT COLLATE "C" NOT NULL,
    entity TEXT COLLATE "C" NOT NULL,
    records BIGINT NOT NULL,
    people BYTEA NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

CREATE TABLE served (
    tenant_id BIGINT NOT NULL,
    vendor_id TEXT COLLATE "C" NOT NULL,
    categories BIGINT NOT NULL,
    people BYTEA NOT NULL,
    PRIMARY KEY (tenant_id, vendor_id, categories)
);

CREATE INDEX disclosure_by_vendor ON disclosure (tenant_id, vendor_id, at);
CREATE INDEX token_by_expiry ON token (expires_at);
