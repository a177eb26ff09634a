-- Signed requests that were let in, so that none is let in twice, on whatever node.

CREATE TABLE nonce (
    hash BYTEA NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (hash)
);

CREATE INDEX nonce_by_expiry ON nonce (expires_at);
