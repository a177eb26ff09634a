DROP TABLE push_queue;
DROP TABLE pushed;
DROP TABLE push_state;
