-- Teams: users who hold roles together. A role, and a resource role, is held by a user or by a team.

create table teams (
  tenant text collate "C" not null references tenants (uid),
  uid text collate "C" not null,
  name text not null,
  labels jsonb not null,
  annotations jsonb not null,
  created_at timestamptz not null,
  modified_at timestamptz not null,
  primary key (tenant, uid),
  constraint teams_name unique (tenant, name)
);

create table team_members (
  tenant text collate "C" not null,
  team_uid text collate "C" not null,
  user_uid text collate "C" not null,
  primary key (tenant, team_uid, user_uid),
  foreign key (tenant, team_uid) references teams (tenant, uid) on delete cascade,
  foreign key (tenant, user_uid) references users (tenant, uid) on delete cascade
);
-- Every request looks up the teams of its user.
create index team_members_by_user on team_members (tenant, user_uid);

alter table role_bindings
  drop constraint role_bindings_pkey,
  alter column user_uid drop not null,
  add column team_uid text collate "C",
  add constraint role_bindings_holder check (num_nonnulls(user_uid, team_uid) = 1),
  add constraint role_bindings_of_user unique (tenant, user_uid, scope, role_uid),
  add constraint role_bindings_of_team unique (tenant, team_uid, scope, role_uid),
  add foreign key (tenant, team_uid) references teams (tenant, uid) on delete cascade;

alter table resource_roles
  drop constraint resource_roles_pkey,
  alter column user_uid drop not null,
  add column team_uid text collate "C",
  add constraint resource_roles_holder check (num_nonnulls(user_uid, team_uid) = 1),
  add constraint resource_roles_of_user unique (tenant, user_uid, uid),
  add constraint resource_roles_of_team unique (tenant, team_uid, uid),
  add foreign key (tenant, team_uid) references teams (tenant, uid) on delete cascade;

alter table teams enable row level security;
alter table teams force row level security;
alter table team_members enable row level security;
alter table team_members force row level security;
create policy own on teams to atrium_app using (tenant = current_setting('atrium.tenant', true));
create policy own on team_members to atrium_app using (tenant = current_setting('atrium.tenant', true));
grant select, insert, update, delete on teams to atrium_app;
grant select, insert, delete on team_members to atrium_app;
