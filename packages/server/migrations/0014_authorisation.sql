-- Roles in single workspaces, held by a user or by a team. A table of its own: to a server of an earlier version a row of
-- role_bindings without a project is a role in the whole tenant.
create table workspace_roles (
  tenant text collate "C" not null,
  user_uid text collate "C",
  team_uid text collate "C",
  workspace text collate "C" not null,
  role_uid text collate "C" not null,
  constraint workspace_roles_holder check (num_nonnulls(user_uid, team_uid) = 1),
  constraint workspace_roles_of_user unique (tenant, user_uid, workspace, role_uid),
  constraint workspace_roles_of_team unique (tenant, team_uid, workspace, role_uid),
  foreign key (tenant, user_uid) references users (tenant, uid) on delete cascade,
  foreign key (tenant, team_uid) references teams (tenant, uid) on delete cascade,
  foreign key (tenant, workspace) references objects (tenant, uid) on delete cascade
);
create index workspace_roles_by_workspace on workspace_roles (tenant, workspace);
create index workspace_roles_by_role on workspace_roles (tenant, role_uid);

alter table workspace_roles enable row level security;
alter table workspace_roles force row level security;
create policy own on workspace_roles to atrium_app using (tenant = current_setting('atrium.tenant', true));
grant select, insert, delete on workspace_roles to atrium_app;

-- Every request reads the role bindings of its user, and few users hold roles of the other two tables: a binding of no role
-- says who does, so that nobody else pays for looking. Those kept so far get theirs; the owner is bound by policies too.
alter table resource_roles no force row level security;
alter table role_bindings no force row level security;
insert into role_bindings (tenant, user_uid, team_uid, role_uid)
  select distinct tenant, user_uid, team_uid, 'beside' from resource_roles;
alter table resource_roles force row level security;
alter table role_bindings force row level security;

-- Labels from before a change of them, and of what is gone: whoever saw an object by its tags is told that it left their
-- sight. Null where labels stayed.
alter table changes_pending add column former_labels jsonb;
alter table changes add column former_labels jsonb;
