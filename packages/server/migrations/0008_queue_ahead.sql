-- How far `due_at` of a key was set back, so that it goes before others; what it really waits is told by both.
alter table work_queue add column ahead_ms integer not null default 0;
