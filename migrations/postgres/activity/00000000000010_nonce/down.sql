DROP TABLE nonce;
