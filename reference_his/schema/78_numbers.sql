-- Numbers of documents that were given out for good: a sequence alone would go on counting over a
-- step that a killed process never finished, and the day after it would be another one.
CREATE TABLE document_taken (n bigint NOT NULL);
