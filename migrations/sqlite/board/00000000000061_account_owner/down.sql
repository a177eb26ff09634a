DROP TABLE account_owner;
