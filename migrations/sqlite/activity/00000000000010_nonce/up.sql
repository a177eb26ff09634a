-- Signed requests that were let in, so that none is let in twice, on whatever node.

CREATE TABLE nonce (
    hash BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (hash)
) STRICT, WITHOUT ROWID;

CREATE INDEX nonce_by_expiry ON nonce (expires_at);
