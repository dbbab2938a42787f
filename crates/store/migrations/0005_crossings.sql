-- What crosses between two bodies, by the id that both know; how often an agreement was used on a
-- day; and whose data no agreement moves.

CREATE TABLE crossing (
  body TEXT NOT NULL,
  shard $int NOT NULL,
  crossing_id $bytes NOT NULL,
  agreement TEXT NOT NULL,
  letter $bytes NOT NULL,
  key_id $bytes,
  at $int NOT NULL,
  bytes $bytes NOT NULL,
  PRIMARY KEY (body, shard, crossing_id)
) $table;

-- A person of zeros stands for everybody together.
CREATE TABLE agreement_use (
  body TEXT NOT NULL,
  shard $int NOT NULL,
  day TEXT NOT NULL,
  agreement TEXT NOT NULL,
  sector_person_id $bytes NOT NULL,
  used $int NOT NULL,
  PRIMARY KEY (body, shard, day, agreement, sector_person_id)
) $table;

-- An agreement of no name stands for every one.
CREATE TABLE restriction (
  body TEXT NOT NULL,
  shard $int NOT NULL,
  sector_person_id $bytes NOT NULL,
  agreement TEXT NOT NULL,
  since $int NOT NULL,
  PRIMARY KEY (body, shard, sector_person_id, agreement)
) $table;
