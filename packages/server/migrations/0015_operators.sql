-- The system console: operators, who run the installation, and the life of tenants.

-- Operators belong to no tenant of people. Their rows are those of tenant `system`, so that the wall around it hides them from
-- every other tenant; they are neither users nor sessions of users, so that no look-up for a tenant can meet them.
create table operators (
  tenant text collate "C" not null default 'system' references tenants (uid) check (tenant = 'system'),
  uid text collate "C" not null,
  email text collate "C" not null,
  first_name text not null,
  last_name text not null,
  role text collate "C" not null,
  password_hash text,
  is_active boolean not null default true,
  last_sign_in_at timestamptz,
  created_at timestamptz not null,
  modified_at timestamptz not null,
  primary key (tenant, uid),
  constraint operators_email unique (tenant, email)
);

create table operator_sessions (
  tenant text collate "C" not null default 'system' check (tenant = 'system'),
  hash bytea not null,
  operator_uid text collate "C" not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (tenant, hash),
  foreign key (tenant, operator_uid) references operators (tenant, uid) on delete cascade
);
create index operator_sessions_by_operator on operator_sessions (tenant, operator_uid);

-- One for each operator at most, as `password_links` are for users.
create table operator_links (
  tenant text collate "C" not null default 'system' check (tenant = 'system'),
  operator_uid text collate "C" not null,
  hash bytea not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (tenant, operator_uid),
  constraint operator_links_hash unique (tenant, hash),
  foreign key (tenant, operator_uid) references operators (tenant, uid) on delete cascade
);

alter table operators enable row level security;
alter table operators force row level security;
alter table operator_sessions enable row level security;
alter table operator_sessions force row level security;
alter table operator_links enable row level security;
alter table operator_links force row level security;
create policy own on operators to atrium_app using (tenant = current_setting('atrium.tenant', true));
create policy own on operator_sessions to atrium_app using (tenant = current_setting('atrium.tenant', true));
create policy own on operator_links to atrium_app using (tenant = current_setting('atrium.tenant', true));
grant select, insert, update, delete on operators to atrium_app;
grant select, insert, delete on operator_sessions to atrium_app;
grant select, insert, update, delete on operator_links to atrium_app;

-- `deletion`: what was asked for and how far it is. `shredded_at`: since when its data keys are destroyed.
alter table tenants
  add column state text collate "C" not null default 'Active'
    check (state in ('Pending', 'Active', 'Disabled', 'Deleting')),
  add column state_since timestamptz,
  add column deletion jsonb,
  add column shredded_at timestamptz,
  add constraint tenants_system_active check (uid <> 'system' or state = 'Active');
update tenants set state_since = created_at;
alter table tenants alter column state_since set default now(), alter column state_since set not null;

-- Whoever lets a tenant go names its state too: nobody removes one that still lives.
create policy deleting on tenants as restrictive for delete to atrium_system
  using (state = 'Deleting' and shredded_at is not null);
grant update (state, state_since, deletion, shredded_at), delete on tenants to atrium_system;
-- The key of a tenant is put into the queue in the transaction that says what is to become of it.
grant insert on work_queue to atrium_system;
-- Positions stay without gaps: changes of a tenant that is gone keep theirs, and tell no more whose they were.
grant update (tenant, kind, uid, project, type) on changes to atrium_system;
-- What no role may delete goes with its tenant.
alter table audit_log drop constraint audit_log_tenant_fkey,
  add foreign key (tenant) references tenants (uid) on delete cascade;
alter table tenant_keys drop constraint tenant_keys_tenant_fkey,
  add foreign key (tenant) references tenants (uid) on delete cascade;
