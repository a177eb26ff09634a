-- A target may be shown a certificate instead of a token. SQLite lets go of NOT NULL in a new table only.

CREATE TABLE push_target_with_certificate (
    tenant_id INTEGER NOT NULL REFERENCES tenant (id),
    vendor_id TEXT NOT NULL,
    url TEXT NOT NULL,
    profile TEXT NOT NULL,
    deprovision TEXT NOT NULL,
    status TEXT NOT NULL,
    token_sealed BLOB,
    client_certificate TEXT,
    client_key_sealed BLOB,
    trusted_certificates TEXT,
    PRIMARY KEY (tenant_id, vendor_id)
) STRICT, WITHOUT ROWID;

INSERT INTO push_target_with_certificate (tenant_id, vendor_id, url, profile, deprovision, status, token_sealed)
SELECT tenant_id, vendor_id, url, profile, deprovision, status, token_sealed FROM push_target;

DROP TABLE push_target;

ALTER TABLE push_target_with_certificate RENAME TO push_target;
