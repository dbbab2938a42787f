-- Requests that wait for a person's second look.

CREATE INDEX service_request_review ON service_request (body, shard, case_id)
  WHERE status = 'under_review';
