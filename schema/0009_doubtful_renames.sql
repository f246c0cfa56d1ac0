-- Waiting parts of which a rename may be done yet: their names are kept from the start on.
CREATE INDEX file_in_doubt ON file (status)
  WHERE status = 'committed' AND is_part = 1 AND publish_ordered = 1;
