-- How many bytes failed and were skipped, and how many files that wait have no known size yet.
ALTER TABLE file ADD COLUMN tally_bytes_failed  INTEGER NOT NULL DEFAULT 0;
ALTER TABLE file ADD COLUMN tally_bytes_skipped INTEGER NOT NULL DEFAULT 0;
ALTER TABLE file ADD COLUMN tally_unsized       INTEGER NOT NULL DEFAULT 0;
