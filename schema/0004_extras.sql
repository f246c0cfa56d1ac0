-- Deleting what a destination has more than its source (delete_extra). The names that the source has are in
-- `line`, by their digest.
ALTER TABLE file ADD COLUMN tally_deleted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE file ADD COLUMN extras_sought INTEGER NOT NULL DEFAULT 0;
