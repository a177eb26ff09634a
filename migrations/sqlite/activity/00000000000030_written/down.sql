DROP TABLE written;
DROP TABLE writer;
