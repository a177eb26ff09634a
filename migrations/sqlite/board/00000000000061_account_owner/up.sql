-- Which provider keeps which part of a person's account, and what the administration has in its place: imports leave
-- the one alone and bring the other up to date.

CREATE TABLE account_owner (
    tenant_id INTEGER NOT NULL,
    person INTEGER NOT NULL,
    attribute TEXT NOT NULL,
    vendor_id TEXT NOT NULL,
    of_administration TEXT,
    PRIMARY KEY (tenant_id, person, attribute)
) STRICT;
