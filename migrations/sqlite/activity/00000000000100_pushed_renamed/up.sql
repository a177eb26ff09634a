-- Whether a vendor's server has the resource under another id than before, so that what refers to it must be given again.

ALTER TABLE pushed ADD COLUMN renamed INTEGER NOT NULL DEFAULT 0;
CREATE INDEX pushed_renamed ON pushed (tenant_id, vendor_id) WHERE renamed = 1;
