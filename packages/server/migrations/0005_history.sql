-- A restore begins a new history of changes: its positions, versions and fences start above all that were ever given out.
-- `epoch` orders desired states of one history after those of any before. `home` names the database the row was last seen in.
alter table change_head
  add column epoch bigint not null default 1,
  add column home text;
grant update on sequence resource_versions, work_fences to atrium_system;
