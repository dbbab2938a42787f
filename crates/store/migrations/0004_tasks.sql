-- Tasks that a process gave to a person, by the day on which they are due.
-- seen_by: 1 caseworkers, 2 assessors, 3 both.

CREATE TABLE task (
  body TEXT NOT NULL,
  shard $int NOT NULL,
  case_id $bytes NOT NULL,
  element_key $int NOT NULL,
  element_id TEXT NOT NULL,
  service TEXT NOT NULL,
  seen_by $int NOT NULL,
  due_on TEXT NOT NULL,
  holder $bytes,
  bytes $bytes NOT NULL,
  PRIMARY KEY (body, shard, case_id, element_key)
) $table;
CREATE INDEX task_due ON task (body, shard, due_on, case_id, element_key);
