-- The lane of a part among those of its whole (lane_number), so that each is read on by itself.
ALTER TABLE request ADD COLUMN lane INTEGER NOT NULL DEFAULT 0;
CREATE INDEX request_by_lane ON request (whole, lane, number) WHERE whole IS NOT NULL;
