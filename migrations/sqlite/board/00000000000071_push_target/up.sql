-- Where a board pushes to for a vendor.

CREATE TABLE push_target (
    tenant_id INTEGER NOT NULL REFERENCES tenant (id),
    vendor_id TEXT NOT NULL,
    url TEXT NOT NULL,
    profile TEXT NOT NULL,
    deprovision TEXT NOT NULL,
    status TEXT NOT NULL,
    token_sealed BLOB NOT NULL,
    PRIMARY KEY (tenant_id, vendor_id)
) STRICT, WITHOUT ROWID;
