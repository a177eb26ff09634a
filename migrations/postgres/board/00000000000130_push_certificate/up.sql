-- A target may be shown a certificate instead of a token.

ALTER TABLE push_target
    ALTER COLUMN token_sealed DROP NOT NULL,
    ADD COLUMN client_certificate TEXT COLLATE "C",
    ADD COLUMN client_key_sealed BYTEA,
    ADD COLUMN trusted_certificates TEXT COLLATE "C";
