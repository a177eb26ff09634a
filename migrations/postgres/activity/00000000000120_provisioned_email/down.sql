DROP TABLE provisioned_email;
