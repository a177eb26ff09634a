DROP TABLE reconciliation;
DROP TABLE provisioned_member;
DROP TABLE provisioned;
