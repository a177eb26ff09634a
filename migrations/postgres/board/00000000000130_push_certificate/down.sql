DELETE FROM push_target WHERE token_sealed IS NULL;

ALTER TABLE push_target
    DROP COLUMN client_certificate,
    DROP COLUMN client_key_sealed,
    DROP COLUMN trusted_certificates,
    ALTER COLUMN token_sealed SET NOT NULL;
