DROP TABLE push_target;
