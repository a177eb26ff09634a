-- Which provider keeps which part of a person's account, and what the administration has in its place: imports leave
-- the one alone and bring the other up to date.

CREATE TABLE account_owner (
    tenant_id BIGINT NOT NULL,
    person BIGINT NOT NULL,
    attribute TEXT COLLATE "C" NOT NULL,
    vendor_id TEXT COLLATE "C" NOT NULL,
    of_administration TEXT,
    PRIMARY KEY (tenant_id, person, attribute)
);
