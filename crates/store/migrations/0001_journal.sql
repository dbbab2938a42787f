-- One schema for SQLite and every PostgreSQL-wire database. Three type tokens
-- are replaced: $int (64 bits), $bytes, and $table (what ends a table).
-- Ids are made by the application; every key begins with body and shard.

CREATE TABLE known_body (
  body TEXT NOT NULL,
  PRIMARY KEY (body)
) $table;

CREATE TABLE shard (
  body TEXT NOT NULL,
  shard $int NOT NULL,
  owner TEXT NOT NULL,
  epoch $int NOT NULL,
  lease_until $int NOT NULL,
  next_seq $int NOT NULL,
  chain_head $bytes NOT NULL,
  PRIMARY KEY (body, shard)
) $table;

CREATE TABLE event (
  body TEXT NOT NULL,
  shard $int NOT NULL,
  seq $int NOT NULL,
  case_id $bytes,
  at $int NOT NULL,
  name TEXT NOT NULL,
  version $int NOT NULL,
  bytes $bytes NOT NULL,
  hash $bytes NOT NULL,
  PRIMARY KEY (body, shard, seq)
) $table;

-- Events of one case that stand one after another in one batch: a row for the
-- run, where an index on event would take a row for each.
CREATE TABLE event_run (
  body TEXT NOT NULL,
  shard $int NOT NULL,
  case_id $bytes NOT NULL,
  first_seq $int NOT NULL,
  last_seq $int NOT NULL,
  PRIMARY KEY (body, shard, case_id, first_seq)
) $table;

CREATE TABLE inbox (
  body TEXT NOT NULL,
  shard $int NOT NULL,
  sender TEXT NOT NULL,
  message_id $bytes NOT NULL,
  received_at $int NOT NULL,
  PRIMARY KEY (body, shard, sender, message_id)
) $table;

CREATE TABLE effect (
  body TEXT NOT NULL,
  shard $int NOT NULL,
  effect_id $bytes NOT NULL,
  case_id $bytes,
  element_key $int,
  system TEXT NOT NULL,
  job_type TEXT NOT NULL,
  state TEXT NOT NULL,
  attempt $int NOT NULL,
  due_at $int NOT NULL,
  opened_at $int NOT NULL,
  closed_at $int,
  bytes $bytes NOT NULL,
  PRIMARY KEY (body, shard, effect_id)
) $table;

CREATE INDEX effect_due ON effect (body, shard, due_at, effect_id) WHERE state = 'waiting';
CREATE INDEX effect_unfinished ON effect (body, shard, effect_id) WHERE closed_at IS NULL;
CREATE INDEX effect_of_case ON effect (body, shard, case_id, effect_id) WHERE case_id IS NOT NULL;

CREATE TABLE service_request (
  body TEXT NOT NULL,
  shard $int NOT NULL,
  case_id $bytes NOT NULL,
  reference TEXT NOT NULL,
  service TEXT NOT NULL,
  service_version $bytes NOT NULL,
  status TEXT NOT NULL,
  held_by TEXT,
  channel TEXT NOT NULL,
  language TEXT NOT NULL,
  received_at $int NOT NULL,
  updated_at $int NOT NULL,
  promised_on TEXT,
  closed_at $int,
  outcome TEXT,
  sector_person_id $bytes,
  duplicate_key $bytes,
  duplicate_of $bytes,
  straight_through $int,
  provisional_until $int,
  touches $int NOT NULL,
  reopenings $int NOT NULL,
  rekeyed_fields $int NOT NULL,
  staff_centiminutes $int NOT NULL,
  calls $int NOT NULL,
  messages $int NOT NULL,
  questions_asked $int NOT NULL,
  questions_answered $int NOT NULL,
  cost_millipence $int NOT NULL,
  bytes $bytes NOT NULL,
  PRIMARY KEY (body, shard, case_id)
) $table;

CREATE UNIQUE INDEX service_request_reference ON service_request (body, shard, reference);
CREATE INDEX service_request_of_service ON service_request (body, shard, service, case_id);
CREATE INDEX service_request_of_person ON service_request (body, shard, sector_person_id, case_id)
  WHERE sector_person_id IS NOT NULL;
CREATE INDEX service_request_duplicate ON service_request (body, shard, duplicate_key, case_id)
  WHERE closed_at IS NULL AND duplicate_key IS NOT NULL;

CREATE TABLE touch (
  body TEXT NOT NULL,
  shard $int NOT NULL,
  case_id $bytes NOT NULL,
  seq $int NOT NULL,
  reason TEXT NOT NULL,
  role TEXT NOT NULL,
  at $int NOT NULL,
  centiminutes $int NOT NULL,
  PRIMARY KEY (body, shard, case_id, seq)
) $table;

CREATE TABLE charge (
  body TEXT NOT NULL,
  shard $int NOT NULL,
  case_id $bytes NOT NULL,
  line $int NOT NULL,
  payer TEXT NOT NULL,
  payee TEXT NOT NULL,
  kind TEXT NOT NULL,
  at $int NOT NULL,
  millipence $int NOT NULL,
  PRIMARY KEY (body, shard, case_id, line)
) $table;

CREATE TABLE draft (
  body TEXT NOT NULL,
  shard $int NOT NULL,
  draft_id $bytes NOT NULL,
  service TEXT NOT NULL,
  expires_at $int NOT NULL,
  bytes $bytes NOT NULL,
  PRIMARY KEY (body, shard, draft_id)
) $table;

CREATE INDEX draft_expiry ON draft (body, shard, expires_at, draft_id);

CREATE TABLE process_instance (
  body TEXT NOT NULL,
  shard $int NOT NULL,
  case_id $bytes NOT NULL,
  process TEXT NOT NULL,
  version $bytes NOT NULL,
  bytes $bytes NOT NULL,
  PRIMARY KEY (body, shard, case_id)
) $table;

CREATE TABLE process_element (
  body TEXT NOT NULL,
  shard $int NOT NULL,
  case_id $bytes NOT NULL,
  element_key $int NOT NULL,
  process TEXT NOT NULL,
  element_id TEXT NOT NULL,
  bytes $bytes NOT NULL,
  PRIMARY KEY (body, shard, case_id, element_key)
) $table;

CREATE TABLE timer (
  body TEXT NOT NULL,
  shard $int NOT NULL,
  case_id $bytes NOT NULL,
  element_key $int NOT NULL,
  due_at $int NOT NULL,
  PRIMARY KEY (body, shard, case_id, element_key)
) $table;

CREATE INDEX timer_due ON timer (body, shard, due_at, case_id, element_key);

CREATE TABLE subscription (
  body TEXT NOT NULL,
  shard $int NOT NULL,
  message TEXT NOT NULL,
  correlation $bytes NOT NULL,
  case_id $bytes NOT NULL,
  element_key $int NOT NULL,
  opened_at $int NOT NULL,
  PRIMARY KEY (body, shard, message, correlation, case_id, element_key)
) $table;

CREATE TABLE incident (
  body TEXT NOT NULL,
  shard $int NOT NULL,
  case_id $bytes NOT NULL,
  element_key $int NOT NULL,
  kind TEXT NOT NULL,
  system TEXT,
  raised_at $int NOT NULL,
  state TEXT NOT NULL,
  bytes $bytes NOT NULL,
  PRIMARY KEY (body, shard, case_id, element_key)
) $table;

CREATE INDEX incident_open ON incident (body, shard, case_id, element_key) WHERE state = 'open';

CREATE TABLE alias (
  body TEXT NOT NULL,
  shard $int NOT NULL,
  sector_person_id $bytes NOT NULL,
  canonical $bytes NOT NULL,
  PRIMARY KEY (body, shard, sector_person_id)
) $table;

CREATE INDEX alias_canonical ON alias (body, shard, canonical, sector_person_id);

CREATE TABLE account (
  body TEXT NOT NULL,
  shard $int NOT NULL,
  account_id $bytes NOT NULL,
  email_index $bytes NOT NULL,
  bytes $bytes NOT NULL,
  PRIMARY KEY (body, shard, account_id)
) $table;

CREATE UNIQUE INDEX account_email ON account (body, shard, email_index);

CREATE TABLE sign_in_code (
  body TEXT NOT NULL,
  shard $int NOT NULL,
  code_id $bytes NOT NULL,
  email_index $bytes NOT NULL,
  code $bytes NOT NULL,
  expires_at $int NOT NULL,
  attempts $int NOT NULL,
  bytes $bytes NOT NULL,
  PRIMARY KEY (body, shard, code_id)
) $table;

CREATE INDEX sign_in_code_expiry ON sign_in_code (body, shard, expires_at, code_id);

CREATE TABLE session (
  body TEXT NOT NULL,
  shard $int NOT NULL,
  token $bytes NOT NULL,
  account_id $bytes,
  expires_at $int NOT NULL,
  bytes $bytes NOT NULL,
  PRIMARY KEY (body, shard, token)
) $table;

CREATE INDEX session_expiry ON session (body, shard, expires_at, token);
CREATE INDEX session_of_account ON session (body, shard, account_id, token)
  WHERE account_id IS NOT NULL;

CREATE TABLE message_out (
  body TEXT NOT NULL,
  shard $int NOT NULL,
  message_id $bytes NOT NULL,
  created_at $int NOT NULL,
  kind TEXT NOT NULL,
  bytes $bytes NOT NULL,
  PRIMARY KEY (body, shard, message_id)
) $table;

CREATE TABLE document (
  body TEXT NOT NULL,
  shard $int NOT NULL,
  name TEXT NOT NULL,
  media_type TEXT NOT NULL,
  created_at $int NOT NULL,
  bytes $bytes NOT NULL,
  PRIMARY KEY (body, shard, name)
) $table;

CREATE TABLE setting (
  body TEXT NOT NULL,
  shard $int NOT NULL,
  name TEXT NOT NULL,
  bytes $bytes NOT NULL,
  PRIMARY KEY (body, shard, name)
) $table;
