DELETE FROM push_target WHERE token_sealed IS NULL;

CREATE TABLE push_target_with_token (
    tenant_id INTEGER NOT NULL REFERENCES tenant (id),
    vendor_id TEXT NOT NULL,
    url TEXT NOT NULL,
    profile TEXT NOT NULL,
    deprovision TEXT NOT NULL,
    status TEXT NOT NULL,
    token_sealed BLOB NOT NULL,
    PRIMARY KEY (tenant_id, vendor_id)
) STRICT, WITHOUT ROWID;

INSERT INTO push_target_with_token (tenant_id, vendor_id, url, profile, deprovision, status, token_sealed)
SELECT tenant_id, vendor_id, url, profile, deprovision, status, token_sealed FROM push_target;

DROP TABLE push_target;

ALTER TABLE push_target_with_token RENAME TO push_target;
