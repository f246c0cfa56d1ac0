-- A wide tree is listed by many parts: how many of them are not whole yet.
ALTER TABLE file ADD COLUMN tally_listings INTEGER NOT NULL DEFAULT 0;
UPDATE file SET tally_listings = 1
  WHERE kind = 'listing' AND status NOT IN ('done', 'failed', 'user_stop_partial_trans');
