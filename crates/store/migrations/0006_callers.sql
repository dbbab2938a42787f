-- By what staff find a person's cases and contacts: a blind index of an answer, by a key of the
-- body. case_id is a case's, or a contact's.

CREATE TABLE person_index (
  body TEXT NOT NULL,
  shard $int NOT NULL,
  person_key $bytes NOT NULL,
  case_id $bytes NOT NULL,
  found_by TEXT NOT NULL,
  PRIMARY KEY (body, shard, person_key, case_id)
) $table;
CREATE INDEX person_index_of_case ON person_index (body, shard, case_id, person_key);

-- Contacts that are no requests, as an agent logged them; role: whose queue they were handed to.
CREATE TABLE contact (
  body TEXT NOT NULL,
  shard $int NOT NULL,
  contact_id $bytes NOT NULL,
  kind TEXT NOT NULL,
  service TEXT,
  about $bytes,
  role TEXT,
  due_on TEXT,
  holder $bytes,
  repeated $int NOT NULL,
  received_at $int NOT NULL,
  closed_at $int,
  bytes $bytes NOT NULL,
  PRIMARY KEY (body, shard, contact_id)
) $table;
CREATE INDEX contact_due ON contact (body, shard, role, due_on, contact_id)
  WHERE closed_at IS NULL AND role IS NOT NULL;
CREATE INDEX contact_about ON contact (body, shard, about, contact_id) WHERE about IS NOT NULL;
