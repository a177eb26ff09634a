DROP TABLE served_object;
DROP TABLE memory;
