-- Which users and accounts have an e-mail address, in small letters: providers match people by it.
-- One with other letters than ASCII's is kept as '', because only the program compares those.

CREATE TABLE provisioned_email (
    tenant_id INTEGER NOT NULL,
    vendor_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    email TEXT NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, vendor_id, kind, email, id)
) STRICT, WITHOUT ROWID;
INSERT INTO provisioned_email (tenant_id, vendor_id, kind, id, email)
SELECT DISTINCT o.tenant_id, o.vendor_id, o.kind, o.id,
    CASE WHEN json_extract(e.value, '$.value') GLOB '*[^ -~]*' THEN '' ELSE lower(json_extract(e.value, '$.value')) END
FROM provisioned o, json_each(o.body, '$.emails') e
WHERE o.kind IN ('User', 'Account') AND json_extract(e.value, '$.value') IS NOT NULL;
