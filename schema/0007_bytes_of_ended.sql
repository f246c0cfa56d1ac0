-- How many bytes failed, were skipped and were sent, how many files that wait have no known size yet,
-- and how many files are neither folders nor passed over. A file that is as good by `sync` is skipped.
ALTER TABLE file ADD COLUMN tally_bytes_failed  INTEGER NOT NULL DEFAULT 0;
ALTER TABLE file ADD COLUMN tally_bytes_skipped INTEGER NOT NULL DEFAULT 0;
ALTER TABLE file ADD COLUMN tally_unsized       INTEGER NOT NULL DEFAULT 0;
ALTER TABLE file ADD COLUMN tally_bytes_sent    INTEGER NOT NULL DEFAULT 0;
ALTER TABLE file ADD COLUMN tally_real_files    INTEGER NOT NULL DEFAULT 0;
ALTER TABLE file ADD COLUMN skipped             INTEGER NOT NULL DEFAULT 0;
