-- The folders of a tree get the modes and times of their sources when all else is done.
ALTER TABLE file ADD COLUMN folders_sought INTEGER NOT NULL DEFAULT 0;
