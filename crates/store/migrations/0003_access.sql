-- A body's access log. A leaf is a salted commitment and nothing else, and stays for good; its
-- record stands apart and goes when its case is erased.

CREATE TABLE access_leaf (
  body TEXT NOT NULL,
  shard $int NOT NULL,
  leaf $int NOT NULL,
  commitment $bytes NOT NULL,
  PRIMARY KEY (body, shard, leaf)
) $table;

CREATE TABLE access_record (
  body TEXT NOT NULL,
  shard $int NOT NULL,
  leaf $int NOT NULL,
  case_id $bytes,
  crossing_id $bytes,
  sector_person_id $bytes,
  kind TEXT NOT NULL,
  agreement TEXT,
  at $int NOT NULL,
  entry $int NOT NULL,
  commitment $bytes NOT NULL,
  bytes $bytes NOT NULL,
  PRIMARY KEY (body, shard, leaf)
) $table;

CREATE INDEX access_record_of_case ON access_record (body, shard, case_id, leaf)
  WHERE case_id IS NOT NULL;
CREATE INDEX access_record_of_crossing ON access_record (body, shard, crossing_id, leaf)
  WHERE crossing_id IS NOT NULL;
CREATE INDEX access_record_of_person ON access_record (body, shard, sector_person_id, leaf)
  WHERE sector_person_id IS NOT NULL;
CREATE INDEX access_record_of_agreement ON access_record (body, shard, agreement, at, leaf)
  WHERE agreement IS NOT NULL;

-- The last checkpoint of each day.
CREATE TABLE access_checkpoint (
  body TEXT NOT NULL,
  shard $int NOT NULL,
  day TEXT NOT NULL,
  note TEXT NOT NULL,
  PRIMARY KEY (body, shard, day)
) $table;
