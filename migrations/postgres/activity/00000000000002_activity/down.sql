DROP TABLE served;
DROP TABLE disclosure;
DROP TABLE token;
