DROP TABLE provisioned_member;
DROP TABLE provisioned;
