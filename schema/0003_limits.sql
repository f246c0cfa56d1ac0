-- Limits and shares that an administrator set, by scope: "all", "owner:uid:1000", an endpoint,
-- "endpoint->endpoint". These rows belong to the service itself.
CREATE TABLE limits (
  scope   TEXT    PRIMARY KEY,
  owner   TEXT    NOT NULL DEFAULT 'service',
  bounds  TEXT    NOT NULL,
  windows TEXT    NOT NULL,
  zone    TEXT    NOT NULL,
  share   INTEGER NOT NULL,
  set_at  INTEGER NOT NULL,
  set_by  TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
