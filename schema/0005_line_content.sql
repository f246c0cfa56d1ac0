-- A list has one line for each destination: `digest` is of the destination's URL, and `content` of what is to be there. (Of a
-- name that a tree's source has: empty.) Lines of lists from before this had digests of both, and are known no more.
ALTER TABLE line ADD COLUMN content BLOB NOT NULL DEFAULT x'';
