-- All that rftd keeps. Every row has an owner. Ids are 16 bytes (UUIDv7), times are milliseconds of
-- UTC, range sets are varints (RangeSet::bytes_form), small optional values are JSON, enumerations
-- are their words. Numbers of 64 bits without a sign keep their bits.
-- The schema's version is user_version in the file's header, so that it is known before any row is.

CREATE TABLE meta (
  one          INTEGER PRIMARY KEY CHECK (one = 1),
  instance     BLOB    NOT NULL CHECK (length(instance) = 16),
  -- The largest ever stored; rows that were cleared or pruned count too.
  last_seq     INTEGER NOT NULL DEFAULT 0,
  last_rank    INTEGER NOT NULL DEFAULT 0,
  newest_epoch INTEGER NOT NULL DEFAULT 0,
  -- Counts the writes that made sure that a failed commit left nothing behind.
  settled      INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE request (
  id           BLOB    PRIMARY KEY CHECK (length(id) = 16),
  owner        TEXT    NOT NULL,
  handle       TEXT    NOT NULL,
  source       TEXT    NOT NULL,
  destination  TEXT    NOT NULL,
  options      TEXT    NOT NULL,
  digest       BLOB    NOT NULL,
  submitted_at INTEGER NOT NULL,
  UNIQUE (owner, handle)
) STRICT, WITHOUT ROWID;
CREATE INDEX request_by_age ON request (owner, id);

CREATE TABLE file (
  id                   BLOB    PRIMARY KEY CHECK (length(id) = 16),
  owner                TEXT    NOT NULL,
  request              BLOB    NOT NULL REFERENCES request (id) ON DELETE CASCADE,
  version              INTEGER NOT NULL,
  status               TEXT    NOT NULL,
  stop_asked           INTEGER NOT NULL,
  priority             INTEGER NOT NULL,
  rank                 INTEGER NOT NULL,
  pushed               INTEGER NOT NULL,
  hold                 TEXT    NOT NULL,
  hold_detail          TEXT    NOT NULL,
  not_before           INTEGER,
  held_since           INTEGER,
  epoch                INTEGER NOT NULL,
  mover                TEXT    NOT NULL,
  heard                INTEGER NOT NULL,
  attempts             INTEGER NOT NULL,
  tries                INTEGER NOT NULL,
  afresh               INTEGER NOT NULL,
  mover_deaths         INTEGER NOT NULL,
  budget_from          INTEGER NOT NULL,
  most_confirmed       INTEGER NOT NULL,
  part_id              BLOB    NOT NULL,
  part_epochs          TEXT    NOT NULL,
  part_end             TEXT    NOT NULL,
  part_path_worked     INTEGER NOT NULL,
  part_silent          INTEGER NOT NULL,
  part_ended_at        INTEGER NOT NULL,
  part_presumed_before INTEGER NOT NULL,
  part_confirmed       BLOB    NOT NULL,
  source_facts         TEXT,
  intent               TEXT,
  publish_ordered      INTEGER NOT NULL,
  final_name_is_ours   INTEGER NOT NULL,
  bytes_sent           INTEGER NOT NULL,
  epoch_sent           INTEGER NOT NULL,
  streams              INTEGER NOT NULL,
  fault                TEXT,
  checksum             TEXT,
  verdict              TEXT    NOT NULL,
  adopted              INTEGER NOT NULL,
  size                 INTEGER NOT NULL,
  committed_at         INTEGER,
  started_at           INTEGER,
  finished_at          INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX file_by_request ON file (request);
CREATE INDEX file_by_status ON file (owner, status, request);
CREATE INDEX file_open ON file (status) WHERE status IN ('committed', 'active');
CREATE INDEX file_finished ON file (finished_at) WHERE finished_at IS NOT NULL;

-- How many files there are of each status: counting ten million rows would take seconds.
CREATE TABLE status_count (
  status TEXT    PRIMARY KEY,
  files  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TRIGGER file_counted AFTER INSERT ON file BEGIN
  INSERT INTO status_count VALUES (new.status, 1)
    ON CONFLICT (status) DO UPDATE SET files = files + 1;
END;
CREATE TRIGGER file_recounted AFTER UPDATE OF status ON file WHEN new.status <> old.status BEGIN
  UPDATE status_count SET files = files - 1 WHERE status = old.status;
  INSERT INTO status_count VALUES (new.status, 1)
    ON CONFLICT (status) DO UPDATE SET files = files + 1;
END;
CREATE TRIGGER file_uncounted AFTER DELETE ON file BEGIN
  UPDATE status_count SET files = files - 1 WHERE status = old.status;
END;

CREATE TABLE attempt (
  file          BLOB    NOT NULL REFERENCES file (id) ON DELETE CASCADE,
  epoch         INTEGER NOT NULL,
  owner         TEXT    NOT NULL,
  mover         TEXT    NOT NULL,
  started_at    INTEGER NOT NULL,
  ended_at      INTEGER,
  bytes_resumed INTEGER NOT NULL,
  bytes_sent    INTEGER NOT NULL,
  "end"         TEXT    NOT NULL,
  fault         TEXT,
  PRIMARY KEY (file, epoch)
) STRICT, WITHOUT ROWID;

-- The ledger of part files that are to be deleted. It outlives the transfer that they were for.
CREATE TABLE part (
  id          BLOB    PRIMARY KEY CHECK (length(id) = 16),
  owner       TEXT    NOT NULL,
  handle      TEXT    NOT NULL,
  destination TEXT    NOT NULL,
  credential  BLOB,
  part        BLOB    NOT NULL,
  epochs      TEXT    NOT NULL,
  since       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The history. It outlives the transfer; its numbers are the ids of the event stream.
CREATE TABLE event (
  seq     INTEGER PRIMARY KEY,
  at      INTEGER NOT NULL,
  owner   TEXT    NOT NULL,
  handle  TEXT    NOT NULL,
  request BLOB    NOT NULL,
  who     TEXT    NOT NULL,
  what    TEXT    NOT NULL,
  why     TEXT    NOT NULL,
  status  TEXT    NOT NULL,
  hold    TEXT    NOT NULL,
  epoch   INTEGER NOT NULL,
  fault   TEXT
) STRICT;
CREATE INDEX event_by_owner ON event (owner, seq);
CREATE INDEX event_by_request ON event (request, seq);

-- What is remembered of servers; these rows belong to the service itself.
CREATE TABLE endpoint (
  endpoint   TEXT PRIMARY KEY,
  owner      TEXT NOT NULL DEFAULT 'service',
  last_login INTEGER,
  down_since INTEGER,
  fault      TEXT
) STRICT, WITHOUT ROWID;

-- Secrets are sealed by the vault before they come here.
CREATE TABLE credential (
  id         BLOB    PRIMARY KEY CHECK (length(id) = 16),
  owner      TEXT    NOT NULL,
  kind       TEXT    NOT NULL,
  endpoint   TEXT,
  subject    TEXT    NOT NULL,
  not_after  INTEGER,
  path       TEXT    NOT NULL,
  version    INTEGER NOT NULL,
  added_at   INTEGER NOT NULL,
  renewed_at INTEGER NOT NULL,
  sealed     BLOB    NOT NULL
) STRICT, WITHOUT ROWID;

-- Orders to movers, each saved with the change that it follows from, until its answer is saved.
CREATE TABLE outbox (
  number  INTEGER PRIMARY KEY,
  owner   TEXT    NOT NULL,
  file    BLOB    NOT NULL REFERENCES file (id) ON DELETE CASCADE,
  epoch   INTEGER NOT NULL,
  mover   TEXT    NOT NULL,
  "order" TEXT    NOT NULL
) STRICT;
CREATE INDEX outbox_by_file ON outbox (file);

-- The first answer to a call with an Idempotency-Key.
CREATE TABLE answer (
  owner  TEXT    NOT NULL,
  key    TEXT    NOT NULL,
  digest BLOB    NOT NULL,
  answer TEXT    NOT NULL,
  at     INTEGER NOT NULL,
  PRIMARY KEY (owner, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX answer_by_age ON answer (at);
