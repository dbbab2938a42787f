-- Wrapped data keys, apart from the journal and its backups. Rows are appended
-- and overwritten in place, never deleted: a page that is never rebuilt keeps
-- no stale copy of a key. The epoch has four bytes, so that no row changes its
-- length, and the table ends as $heap, so that rows stand in the order of time.

CREATE TABLE known_body (
  body TEXT NOT NULL,
  PRIMARY KEY (body)
) $heap;

CREATE TABLE data_key (
  body TEXT NOT NULL,
  key_id $bytes NOT NULL,
  epoch $bytes NOT NULL,
  wrapped $bytes NOT NULL,
  PRIMARY KEY (body, key_id)
) $heap;
