-- Where a board pushes to for a vendor.

CREATE TABLE push_target (
    tenant_id BIGINT NOT NULL REFERENCES tenant (id),
    vendor_id TEXT COLLATE "C" NOT NULL,
    url TEXT COLLATE "C" NOT NULL,
    profile TEXT COLLATE "C" NOT NULL,
    deprovision TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    token_sealed BYTEA NOT NULL,
    PRIMARY KEY (tenant_id, vendor_id)
);
