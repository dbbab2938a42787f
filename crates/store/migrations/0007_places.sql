-- A reference is the place of its receipt under a cipher, and is found by that place. Those given
-- before were drawn at random, and are found here.

CREATE TABLE earlier_reference (
  body TEXT NOT NULL,
  shard $int NOT NULL,
  reference TEXT NOT NULL,
  case_id $bytes NOT NULL,
  PRIMARY KEY (body, shard, reference)
) $table;

INSERT INTO earlier_reference (body, shard, reference, case_id)
SELECT body, shard, reference, case_id
  FROM service_request;

DROP INDEX service_request_reference;
