-- Which users and accounts have an e-mail address, in small letters: providers match people by it.
-- One with other letters than ASCII's is kept as '', because only the program compares those.

CREATE TABLE provisioned_email (
    tenant_id BIGINT NOT NULL,
    vendor_id TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    email TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, vendor_id, kind, email, id)
);
INSERT INTO provisioned_email (tenant_id, vendor_id, kind, id, email)
SELECT DISTINCT o.tenant_id, o.vendor_id, o.kind, o.id,
    CASE WHEN e ->> 'value' COLLATE "C" ~ '^[ -~]*$' THEN lower(e ->> 'value' COLLATE "C") ELSE '' END
FROM provisioned o, jsonb_array_elements(
    CASE WHEN jsonb_typeof(o.body::jsonb -> 'emails') = 'array' THEN o.body::jsonb -> 'emails' ELSE '[]' END
) e
WHERE o.kind IN ('User', 'Account') AND e ->> 'value' IS NOT NULL;
