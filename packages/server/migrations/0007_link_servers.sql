-- Which servers live. Rows of sessions are written seldom; that their server lives says that it would have told of their end.
create table link_servers (
  server text primary key,
  seen_at timestamptz not null
);
alter table link_servers enable row level security;
alter table link_servers force row level security;
create policy everything on link_servers to atrium_system using (true);
grant select, insert, update, delete on link_servers to atrium_system;
grant select (server) on link_sessions to atrium_system;
