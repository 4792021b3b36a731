-- Who may sign in, and what they may do. Keys and sessions are kept as SHA-256 of the secret; a secret names its tenant
-- in clear, so its look-up runs as that tenant. Only the sign-in by e-mail has to find the tenant first.

create table users (
  tenant text collate "C" not null references tenants (uid),
  uid text collate "C" not null,
  -- Lower case: the same person whatever they type.
  email text collate "C" not null,
  first_name text not null,
  last_name text not null,
  -- argon2id in its usual text form; null until a password is set.
  password_hash text,
  is_active boolean not null default true,
  last_sign_in_at timestamptz,
  created_at timestamptz not null,
  modified_at timestamptz not null,
  primary key (tenant, uid),
  constraint users_email unique (tenant, email)
);
create index users_by_email on users (email);

create table api_keys (
  tenant text collate "C" not null,
  uid text collate "C" not null,
  user_uid text collate "C" not null,
  name text not null,
  hash bytea not null,
  labels jsonb not null,
  annotations jsonb not null,
  is_active boolean not null default true,
  expires_at timestamptz,
  created_at timestamptz not null,
  modified_at timestamptz not null,
  primary key (tenant, uid),
  constraint api_keys_hash unique (tenant, hash),
  foreign key (tenant, user_uid) references users (tenant, uid) on delete cascade
);
create index api_keys_by_user on api_keys (tenant, user_uid);

create table sessions (
  tenant text collate "C" not null,
  hash bytea not null,
  user_uid text collate "C" not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (tenant, hash),
  foreign key (tenant, user_uid) references users (tenant, uid) on delete cascade
);
create index sessions_by_user on sessions (tenant, user_uid);

-- A role a user holds, at tenant scope (project null) or in one project. Built-in roles are no rows, so no foreign key.
create table role_bindings (
  tenant text collate "C" not null,
  user_uid text collate "C" not null,
  project text collate "C",
  scope text collate "C" not null generated always as (coalesce(project, '')) stored,
  role_uid text collate "C" not null,
  primary key (tenant, user_uid, scope, role_uid),
  foreign key (tenant, user_uid) references users (tenant, uid) on delete cascade,
  foreign key (tenant, project) references objects (tenant, uid) on delete cascade
);
create index role_bindings_by_project on role_bindings (tenant, project) where project is not null;
create index role_bindings_by_role on role_bindings (tenant, role_uid);

create table resource_roles (
  tenant text collate "C" not null,
  user_uid text collate "C" not null,
  uid text collate "C" not null,
  project_uids text[] not null,
  filter_uids text[] not null,
  role_uids text[] not null,
  primary key (tenant, user_uid, uid),
  foreign key (tenant, user_uid) references users (tenant, uid) on delete cascade
);

-- Single documents of a tenant or of a project (sign-in, preferences, policies), by name; absent = the default.
create table settings (
  tenant text collate "C" not null references tenants (uid),
  project text collate "C",
  scope text collate "C" not null generated always as (coalesce(project, '')) stored,
  name text collate "C" not null,
  value jsonb not null,
  modified_at timestamptz not null,
  primary key (tenant, scope, name),
  foreign key (tenant, project) references objects (tenant, uid) on delete cascade
);
create index settings_by_project on settings (tenant, project) where project is not null;

alter table users enable row level security;
alter table users force row level security;
alter table api_keys enable row level security;
alter table api_keys force row level security;
alter table sessions enable row level security;
alter table sessions force row level security;
alter table role_bindings enable row level security;
alter table role_bindings force row level security;
alter table resource_roles enable row level security;
alter table resource_roles force row level security;
alter table settings enable row level security;
alter table settings force row level security;

create policy own on users to atrium_app using (tenant = current_setting('atrium.tenant', true));
create policy own on api_keys to atrium_app using (tenant = current_setting('atrium.tenant', true));
create policy own on sessions to atrium_app using (tenant = current_setting('atrium.tenant', true));
create policy own on role_bindings to atrium_app using (tenant = current_setting('atrium.tenant', true));
create policy own on resource_roles to atrium_app using (tenant = current_setting('atrium.tenant', true));
create policy own on settings to atrium_app using (tenant = current_setting('atrium.tenant', true));
create policy everything on users for select to atrium_system using (true);
create policy everything on sessions to atrium_system using (true);

grant select, insert, update, delete on users to atrium_app;
grant select, insert, update, delete on api_keys to atrium_app;
grant select, insert, delete on sessions to atrium_app;
grant select, insert, update, delete on role_bindings to atrium_app;
grant select, insert, update, delete on resource_roles to atrium_app;
grant select, insert, update, delete on settings to atrium_app;

-- Which tenant an e-mail belongs to; nothing else of a user.
grant select (tenant, email, is_active) on users to atrium_system;
-- Sweeping what has expired.
grant select (expires_at), delete on sessions to atrium_system;
