-- Requests of many files. A whole is a request whose parts are requests too: bundles of small files,
-- large files, a listing. A part's handle is that of its whole, '/' and its number.

ALTER TABLE request ADD COLUMN whole BLOB REFERENCES request (id) ON DELETE CASCADE;
ALTER TABLE request ADD COLUMN number INTEGER NOT NULL DEFAULT 0;
CREATE INDEX request_by_whole ON request (whole, number) WHERE whole IS NOT NULL;

ALTER TABLE file ADD COLUMN kind          TEXT    NOT NULL DEFAULT 'file';
ALTER TABLE file ADD COLUMN life          INTEGER NOT NULL DEFAULT 0;
ALTER TABLE file ADD COLUMN born          INTEGER NOT NULL DEFAULT 0;
ALTER TABLE file ADD COLUMN tally_files   INTEGER NOT NULL DEFAULT 0;
ALTER TABLE file ADD COLUMN tally_done    INTEGER NOT NULL DEFAULT 0;
ALTER TABLE file ADD COLUMN tally_failed  INTEGER NOT NULL DEFAULT 0;
ALTER TABLE file ADD COLUMN tally_skipped INTEGER NOT NULL DEFAULT 0;
ALTER TABLE file ADD COLUMN tally_bytes   INTEGER NOT NULL DEFAULT 0;
ALTER TABLE file ADD COLUMN tally_bytes_done INTEGER NOT NULL DEFAULT 0;
ALTER TABLE file ADD COLUMN bundle        BLOB    NOT NULL DEFAULT x'';  -- Bundle::bytes_form
ALTER TABLE file ADD COLUMN due           TEXT    NOT NULL DEFAULT '[]';

ALTER TABLE part ADD COLUMN items TEXT NOT NULL DEFAULT '[]';

-- The lines that a list has, by their digest, so that a repeated one counts once.
CREATE TABLE line (
  whole  BLOB NOT NULL REFERENCES request (id) ON DELETE CASCADE,
  digest BLOB NOT NULL CHECK (length(digest) = 16),
  PRIMARY KEY (whole, digest)
) STRICT, WITHOUT ROWID;

-- What is counted by status is what users have handles of: parts are not.
DROP TRIGGER file_counted;
DROP TRIGGER file_recounted;
DROP TRIGGER file_uncounted;
ALTER TABLE file ADD COLUMN is_part INTEGER NOT NULL DEFAULT 0;
CREATE TRIGGER file_counted AFTER INSERT ON file WHEN new.is_part = 0 BEGIN
  INSERT INTO status_count VALUES (new.status, 1)
    ON CONFLICT (status) DO UPDATE SET files = files + 1;
END;
CREATE TRIGGER file_recounted AFTER UPDATE OF status ON file
WHEN new.status <> old.status AND new.is_part = 0 BEGIN
  UPDATE status_count SET files = files - 1 WHERE status = old.status;
  INSERT INTO status_count VALUES (new.status, 1)
    ON CONFLICT (status) DO UPDATE SET files = files + 1;
END;
CREATE TRIGGER file_uncounted AFTER DELETE ON file WHEN old.is_part = 0 BEGIN
  UPDATE status_count SET files = files - 1 WHERE status = old.status;
END;

-- What is read at the start and what a page of a status holds are wholes and single files; of the
-- parts only those at work.
DROP INDEX file_open;
CREATE INDEX file_active ON file (status) WHERE status = 'active';
CREATE INDEX file_waiting ON file (status) WHERE status = 'committed' AND is_part = 0;
DROP INDEX file_by_status;
CREATE INDEX file_by_status ON file (owner, status, request) WHERE is_part = 0;
DROP INDEX file_finished;
CREATE INDEX file_finished ON file (finished_at) WHERE finished_at IS NOT NULL AND is_part = 0;
