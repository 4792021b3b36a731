-- The store. Rules every table here keeps, and the catalogue test checks:
-- row-level security is on and forced; keys of tenant rows start with the tenant, and so do foreign keys, because a
-- foreign key looks past row-level security; `atrium_app` sees one tenant per transaction (setting `atrium.tenant`);
-- `atrium_system` sees all tenants, but only the columns granted to it, never specs, status or secrets.
-- Texts that order or identify are `collate "C"`: an upgrade of a C library cannot corrupt their indexes.

create table tenants (
  uid text collate "C" primary key,
  name text collate "C" not null unique,
  created_at timestamptz not null
);
-- Content shared by everybody (packs, registries): every tenant may read it.
insert into tenants (uid, name, created_at) values ('system', 'system', now());

-- One sequence for all objects: versions ascend per object, also when a uid goes and comes again.
create sequence resource_versions;

create table objects (
  tenant text collate "C" not null references tenants (uid),
  uid text collate "C" not null,
  kind text collate "C" not null,
  project text collate "C",
  name text collate "C" not null,
  generation bigint not null,
  labels jsonb not null,
  annotations jsonb not null,
  finalizers text[] not null,
  owner_kind text collate "C",
  owner_uid text collate "C",
  spec jsonb not null,
  created_at timestamptz not null,
  modified_at timestamptz not null,
  deleted_at timestamptz,
  primary key (tenant, uid),
  constraint objects_project foreign key (tenant, project) references objects (tenant, uid),
  constraint objects_owner foreign key (tenant, owner_uid) references objects (tenant, uid),
  constraint objects_owner_whole check ((owner_kind is null) = (owner_uid is null))
);
create index objects_by_name on objects (tenant, kind, name, uid);
create index objects_by_project on objects (tenant, project, kind, name, uid) where project is not null;
create index objects_by_owner on objects (tenant, owner_uid) where owner_uid is not null;

-- Apart from the spec, so that status traffic rewrites no spec; half-empty pages keep its updates on the page.
create table object_status (
  tenant text collate "C" not null,
  uid text collate "C" not null,
  resource_version bigint not null,
  status jsonb not null,
  conditions jsonb not null,
  primary key (tenant, uid),
  foreign key (tenant, uid) references objects (tenant, uid) on delete cascade
) with (fillfactor = 50);

create table object_history (
  tenant text collate "C" not null,
  uid text collate "C" not null,
  generation bigint not null,
  at timestamptz not null,
  spec jsonb not null,
  primary key (tenant, uid, generation),
  foreign key (tenant, uid) references objects (tenant, uid) on delete cascade
);

-- Labels as rows. A GIN index on objects.labels cannot serve under row-level security: jsonb containment is not
-- leakproof, so the planner may not use it before the policy is checked; equality of texts is.
create table object_labels (
  tenant text collate "C" not null,
  key text collate "C" not null,
  value text collate "C" not null,
  uid text collate "C" not null,
  primary key (tenant, key, value, uid),
  foreign key (tenant, uid) references objects (tenant, uid) on delete cascade
);
create index object_labels_by_object on object_labels (tenant, uid);

-- "In use by". The target is of the same tenant, or shared content of tenant `system`.
create table object_refs (
  tenant text collate "C" not null,
  from_uid text collate "C" not null,
  field text collate "C" not null,
  to_tenant text collate "C" not null,
  to_uid text collate "C" not null,
  primary key (tenant, from_uid, field, to_uid),
  constraint object_refs_from foreign key (tenant, from_uid) references objects (tenant, uid) on delete cascade,
  constraint object_refs_to foreign key (to_tenant, to_uid) references objects (tenant, uid),
  constraint object_refs_scope check (to_tenant in (tenant, 'system'))
);
create index object_refs_by_target on object_refs (to_tenant, to_uid);

create table events (
  tenant text collate "C" not null,
  uid text collate "C" not null,
  id text collate "C" not null,
  at timestamptz not null,
  severity text not null,
  reason text not null,
  message text not null,
  involved text not null,
  source text not null,
  primary key (tenant, uid, id),
  foreign key (tenant, uid) references objects (tenant, uid) on delete cascade
);
create index events_newest on events (tenant, uid, at desc, id desc);

create table blobs (
  tenant text collate "C" not null references tenants (uid),
  digest text collate "C" not null,
  content bytea not null,
  created_at timestamptz not null,
  primary key (tenant, digest)
);
-- Blobs are compressed YAML or archives already more often than not: compressing again costs time for nothing.
alter table blobs alter column content set storage external;

-- One data key per tenant and version, wrapped by a root key that is never in the database.
create table tenant_keys (
  tenant text collate "C" not null references tenants (uid),
  version integer not null,
  root_key text not null,
  wrapped bytea not null,
  created_at timestamptz not null,
  primary key (tenant, version)
);

create table secrets (
  tenant text collate "C" not null,
  uid text collate "C" not null,
  field text collate "C" not null,
  key_version integer not null,
  nonce bytea not null,
  ciphertext bytea not null,
  modified_at timestamptz not null,
  primary key (tenant, uid, field),
  foreign key (tenant, uid) references objects (tenant, uid) on delete cascade,
  foreign key (tenant, key_version) references tenant_keys (tenant, version)
);

-- Append only: nobody but the owner of the schema may change or delete a line.
create table audit_log (
  tenant text collate "C" not null references tenants (uid),
  id bigint not null generated always as identity,
  at timestamptz not null,
  actor_type text not null,
  actor_uid text not null,
  actor_name text not null,
  action text not null,
  kind text not null,
  uid text not null,
  name text not null,
  project text,
  message text not null,
  primary key (tenant, id)
);
create index audit_log_newest on audit_log (tenant, at desc, id desc);

-- What happened, before and after it has a position. Writers insert here under the object's row lock; the one
-- sequencer moves committed rows into `changes` and gives them positions without gaps.
create table changes_pending (
  resource_version bigint primary key,
  tenant text collate "C" not null,
  kind text collate "C" not null,
  uid text collate "C" not null,
  project text collate "C",
  type text not null
);
create table changes (
  position bigint primary key,
  tenant text collate "C" not null,
  kind text collate "C" not null,
  uid text collate "C" not null,
  project text collate "C",
  type text not null,
  resource_version bigint not null
);
create index changes_by_tenant on changes (tenant, position);
-- One row: the newest position, and the last one that was pruned.
create table change_head (
  singleton boolean primary key default true check (singleton),
  position bigint not null,
  pruned bigint not null
);
insert into change_head (position, pruned) values (0, 0);

-- One row per object that waits or is worked on; `due_at` of a leased row is the end of its lease.
create sequence work_fences;
create table work_queue (
  tenant text collate "C" not null,
  kind text collate "C" not null,
  uid text collate "C" not null,
  due_at timestamptz,
  owner text,
  fence bigint not null default 0,
  dirty boolean not null default false,
  attempts integer not null default 0,
  primary key (tenant, kind, uid)
) with (fillfactor = 50);
create index work_queue_due on work_queue (due_at) where due_at is not null;

-- Work that one process of the installation does at a time.
create table leases (
  name text collate "C" primary key,
  owner text not null,
  lease_until timestamptz not null
);

alter table tenants enable row level security;
alter table tenants force row level security;
alter table objects enable row level security;
alter table objects force row level security;
alter table object_status enable row level security;
alter table object_status force row level security;
alter table object_history enable row level security;
alter table object_history force row level security;
alter table object_labels enable row level security;
alter table object_labels force row level security;
alter table object_refs enable row level security;
alter table object_refs force row level security;
alter table events enable row level security;
alter table events force row level security;
alter table blobs enable row level security;
alter table blobs force row level security;
alter table tenant_keys enable row level security;
alter table tenant_keys force row level security;
alter table secrets enable row level security;
alter table secrets force row level security;
alter table audit_log enable row level security;
alter table audit_log force row level security;
alter table changes_pending enable row level security;
alter table changes_pending force row level security;
alter table changes enable row level security;
alter table changes force row level security;
alter table change_head enable row level security;
alter table change_head force row level security;
alter table work_queue enable row level security;
alter table work_queue force row level security;
alter table leases enable row level security;
alter table leases force row level security;

-- A transaction without a tenant sees nothing: the setting is then null or empty.
create policy own on tenants for select to atrium_app
  using (uid in (current_setting('atrium.tenant', true), 'system'));
create policy own on objects to atrium_app using (tenant = current_setting('atrium.tenant', true));
create policy shared on objects for select to atrium_app using (tenant = 'system');
create policy own on object_status to atrium_app using (tenant = current_setting('atrium.tenant', true));
create policy shared on object_status for select to atrium_app using (tenant = 'system');
create policy own on object_history to atrium_app using (tenant = current_setting('atrium.tenant', true));
create policy own on object_labels to atrium_app using (tenant = current_setting('atrium.tenant', true));
create policy shared on object_labels for select to atrium_app using (tenant = 'system');
create policy own on object_refs to atrium_app using (tenant = current_setting('atrium.tenant', true));
create policy own on events to atrium_app using (tenant = current_setting('atrium.tenant', true));
create policy own on blobs to atrium_app using (tenant = current_setting('atrium.tenant', true));
create policy own on tenant_keys to atrium_app using (tenant = current_setting('atrium.tenant', true));
create policy own on secrets to atrium_app using (tenant = current_setting('atrium.tenant', true));
create policy own on audit_log to atrium_app using (tenant = current_setting('atrium.tenant', true));
create policy own on changes_pending for insert to atrium_app
  with check (tenant = current_setting('atrium.tenant', true));
create policy own on changes for select to atrium_app using (tenant = current_setting('atrium.tenant', true));
create policy own on work_queue to atrium_app using (tenant = current_setting('atrium.tenant', true));

create policy everything on tenants to atrium_system using (true);
create policy everything on changes_pending to atrium_system using (true);
create policy everything on changes to atrium_system using (true);
create policy everything on change_head to atrium_system using (true);
create policy everything on work_queue to atrium_system using (true);
create policy everything on leases to atrium_system using (true);

grant usage on schema public to atrium_app, atrium_system;

grant select on tenants to atrium_app;
grant select, insert, update, delete on objects to atrium_app;
grant select, insert, update, delete on object_status to atrium_app;
grant select, insert, update, delete on object_history to atrium_app;
grant select, insert, update, delete on object_labels to atrium_app;
grant select, insert, update, delete on object_refs to atrium_app;
grant select, insert, update, delete on events to atrium_app;
grant select, insert, delete on blobs to atrium_app;
grant select, insert, update on tenant_keys to atrium_app;
grant select, insert, update, delete on secrets to atrium_app;
grant select, insert on audit_log to atrium_app;
grant insert on changes_pending to atrium_app;
grant select on changes to atrium_app;
grant select, insert, update, delete on work_queue to atrium_app;
grant usage on sequence resource_versions to atrium_app;

grant select, insert, update (name) on tenants to atrium_system;
grant select, delete on changes_pending to atrium_system;
grant select, insert, delete on changes to atrium_system;
grant select, update on change_head to atrium_system;
grant select, update, delete on work_queue to atrium_system;
grant select, insert, update, delete on leases to atrium_system;
grant usage on sequence work_fences to atrium_system;
