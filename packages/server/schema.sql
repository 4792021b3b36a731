role atrium_app: login t, superuser f, bypassrls f, createrole f, createdb f, inherit f
role atrium_system: login t, superuser f, bypassrls f, createrole f, createdb f, inherit f
create sequence audit_log_id_seq
create sequence resource_versions grant usage to atrium_app, update to atrium_system
create sequence work_fences grant update to atrium_system, usage to atrium_system

create table api_keys (
  annotations jsonb not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone,
  hash bytea not null,
  is_active boolean not null default true,
  labels jsonb not null,
  modified_at timestamp with time zone not null,
  name text not null,
  tenant text collate "C" not null,
  uid text collate "C" not null,
  user_uid text collate "C" not null
)
  constraint api_keys_tenant_user_uid_fkey FOREIGN KEY (tenant, user_uid) REFERENCES users(tenant, uid) ON DELETE CASCADE
  constraint api_keys_pkey PRIMARY KEY (tenant, uid)
  constraint api_keys_hash UNIQUE (tenant, hash)
  CREATE INDEX api_keys_by_user ON public.api_keys USING btree (tenant, user_uid)
  row level security: t, forced: t
  policy own for all to atrium_app using ((tenant = current_setting('atrium.tenant'::text, true)))
  grant delete, insert, select, update to atrium_app

create table audit_log (
  action text not null,
  actor_name text not null,
  actor_type text not null,
  actor_uid text not null,
  at timestamp with time zone not null,
  id bigint generated always as identity not null,
  kind text not null,
  message text not null,
  name text not null,
  project text,
  request text collate "C",
  tenant text collate "C" not null,
  uid text not null
)
  constraint audit_log_tenant_fkey FOREIGN KEY (tenant) REFERENCES tenants(uid) ON DELETE CASCADE
  constraint audit_log_pkey PRIMARY KEY (tenant, id)
  CREATE INDEX audit_log_by_object ON public.audit_log USING btree (tenant, uid, id DESC)
  CREATE INDEX audit_log_by_request ON public.audit_log USING btree (tenant, request, at) WHERE (request IS NOT NULL)
  CREATE INDEX audit_log_newest ON public.audit_log USING btree (tenant, at DESC, id DESC)
  row level security: t, forced: t
  policy own for all to atrium_app using ((tenant = current_setting('atrium.tenant'::text, true)))
  grant insert, select to atrium_app

create table blobs (
  content bytea not null storage e,
  created_at timestamp with time zone not null,
  digest text collate "C" not null,
  key_version integer,
  nonce bytea,
  tenant text collate "C" not null
)
  constraint blobs_sealed_whole CHECK (((key_version IS NULL) = (nonce IS NULL)))
  constraint blobs_tenant_fkey FOREIGN KEY (tenant) REFERENCES tenants(uid)
  constraint blobs_tenant_key_version_fkey FOREIGN KEY (tenant, key_version) REFERENCES tenant_keys(tenant, version)
  constraint blobs_pkey PRIMARY KEY (tenant, digest)
  row level security: t, forced: t
  policy own for all to atrium_app using ((tenant = current_setting('atrium.tenant'::text, true)))
  grant delete, insert, select to atrium_app

create table change_head (
  epoch bigint not null default 1,
  home text,
  position bigint not null,
  pruned bigint not null,
  singleton boolean not null default true
)
  constraint change_head_singleton_check CHECK (singleton)
  constraint change_head_pkey PRIMARY KEY (singleton)
  row level security: t, forced: t
  policy everything for all to atrium_system using (true)
  grant select, update to atrium_system

create table changes (
  former_labels jsonb,
  kind text collate "C" not null,
  position bigint not null,
  project text collate "C",
  resource_version bigint not null,
  tenant text collate "C" not null,
  type text not null,
  uid text collate "C" not null
)
  constraint changes_pkey PRIMARY KEY ("position")
  CREATE INDEX changes_by_tenant ON public.changes USING btree (tenant, "position")
  row level security: t, forced: t
  policy everything for all to atrium_system using (true)
  policy own for select to atrium_app using ((tenant = current_setting('atrium.tenant'::text, true)))
  grant delete, insert, select to atrium_system
  grant select to atrium_app
  grant update (kind, project, tenant, type, uid) to atrium_system

create table changes_pending (
  former_labels jsonb,
  kind text collate "C" not null,
  project text collate "C",
  resource_version bigint not null,
  tenant text collate "C" not null,
  type text not null,
  uid text collate "C" not null
)
  constraint changes_pending_pkey PRIMARY KEY (resource_version)
  row level security: t, forced: t
  policy everything for all to atrium_system using (true)
  policy own for insert to atrium_app using () with check ((tenant = current_setting('atrium.tenant'::text, true)))
  grant delete, select to atrium_system
  grant insert to atrium_app

create table email_domains (
  confirmed_at timestamp with time zone,
  confirmed_by text collate "C",
  domain text collate "C" not null,
  found text[] not null default '{}'::text[],
  listed_at timestamp with time zone not null,
  looked_at timestamp with time zone,
  lost_since timestamp with time zone,
  misses integer not null default 0,
  next_look_at timestamp with time zone,
  outcome text collate "C",
  reason text not null default ''::text,
  tenant text collate "C" not null
)
  constraint email_domains_confirmed CHECK ((num_nulls(confirmed_at, confirmed_by) = ANY (ARRAY[0, 2])))
  constraint email_domains_tenant_fkey FOREIGN KEY (tenant) REFERENCES tenants(uid)
  constraint email_domains_pkey PRIMARY KEY (tenant, domain)
  CREATE INDEX email_domains_due ON public.email_domains USING btree (next_look_at)
  CREATE UNIQUE INDEX email_domains_owner ON public.email_domains USING btree (domain) WHERE (confirmed_at IS NOT NULL)
  row level security: t, forced: t
  policy everything for all to atrium_system using (true)
  policy own for all to atrium_app using ((tenant = current_setting('atrium.tenant'::text, true)))
  grant delete, insert, select, update to atrium_app
  grant select (confirmed_at, domain, next_look_at, tenant) to atrium_system
  grant update (next_look_at) to atrium_system

create table events (
  at timestamp with time zone not null,
  id text collate "C" not null,
  involved text not null,
  message text not null,
  reason text not null,
  severity text not null,
  source text not null,
  tenant text collate "C" not null,
  uid text collate "C" not null
)
  constraint events_tenant_uid_fkey FOREIGN KEY (tenant, uid) REFERENCES objects(tenant, uid) ON DELETE CASCADE
  constraint events_pkey PRIMARY KEY (tenant, uid, id)
  CREATE INDEX events_newest ON public.events USING btree (tenant, uid, at DESC, id DESC)
  row level security: t, forced: t
  policy own for all to atrium_app using ((tenant = current_setting('atrium.tenant'::text, true)))
  grant delete, insert, select, update to atrium_app

create table factors (
  ciphertext bytea,
  created_at timestamp with time zone not null,
  credential_id text collate "C",
  is_confirmed boolean not null,
  key_version integer,
  kind text collate "C" not null,
  last_step bigint,
  last_used_at timestamp with time zone,
  name text not null,
  nonce bytea,
  public_key bytea,
  sign_count bigint,
  tenant text collate "C" not null,
  transports text[],
  user_uid text collate "C" not null
)
  constraint factors_kind CHECK ((((kind = 'totp'::text) AND (num_nulls(key_version, nonce, ciphertext, last_step) = 0)) OR ((kind = 'webauthn'::text) AND (num_nulls(credential_id, public_key, sign_count, transports) = 0))))
  constraint factors_tenant_key_version_fkey FOREIGN KEY (tenant, key_version) REFERENCES tenant_keys(tenant, version)
  constraint factors_tenant_user_uid_fkey FOREIGN KEY (tenant, user_uid) REFERENCES users(tenant, uid) ON DELETE CASCADE
  constraint factors_pkey PRIMARY KEY (tenant, user_uid, name)
  constraint factors_credential UNIQUE (tenant, credential_id)
  row level security: t, forced: t
  policy own for all to atrium_app using ((tenant = current_setting('atrium.tenant'::text, true)))
  grant delete, insert, select, update to atrium_app

create table leases (
  lease_until timestamp with time zone not null,
  name text collate "C" not null,
  owner text not null
)
  constraint leases_pkey PRIMARY KEY (name)
  row level security: t, forced: t
  policy everything for all to atrium_system using (true)
  grant delete, insert, select, update to atrium_system

create table link_certificates (
  cluster_uid text collate "C" not null,
  fingerprint text collate "C" not null,
  issued_at timestamp with time zone not null,
  not_after timestamp with time zone not null,
  revoked_at timestamp with time zone,
  tenant text collate "C" not null
)
  constraint link_certificates_tenant_cluster_uid_fkey FOREIGN KEY (tenant, cluster_uid) REFERENCES objects(tenant, uid) ON DELETE CASCADE
  constraint link_certificates_pkey PRIMARY KEY (tenant, cluster_uid, fingerprint)
  row level security: t, forced: t
  policy own for all to atrium_app using ((tenant = current_setting('atrium.tenant'::text, true)))
  grant delete, insert, select, update to atrium_app

create table link_enrolments (
  cluster_uid text collate "C" not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  tenant text collate "C" not null,
  token_hash bytea not null,
  used_at timestamp with time zone,
  used_by_key text collate "C"
)
  constraint link_enrolments_used CHECK (((used_at IS NULL) = (used_by_key IS NULL)))
  constraint link_enrolments_tenant_cluster_uid_fkey FOREIGN KEY (tenant, cluster_uid) REFERENCES objects(tenant, uid) ON DELETE CASCADE
  constraint link_enrolments_pkey PRIMARY KEY (tenant, cluster_uid, token_hash)
  row level security: t, forced: t
  policy own for all to atrium_app using ((tenant = current_setting('atrium.tenant'::text, true)))
  grant delete, insert, select, update to atrium_app

create table link_servers (
  seen_at timestamp with time zone not null,
  server text not null
)
  constraint link_servers_pkey PRIMARY KEY (server)
  row level security: t, forced: t
  policy everything for all to atrium_system using (true)
  grant delete, insert, select, update to atrium_system

create table link_sessions (
  certificate text collate "C" not null,
  closed_at timestamp with time zone,
  cluster_uid text collate "C" not null,
  epoch bigint not null,
  heartbeat_at timestamp with time zone not null,
  opened_at timestamp with time zone not null,
  peer_address text not null,
  server text not null,
  tenant text collate "C" not null,
  token_hash bytea not null
)
  constraint link_sessions_tenant_cluster_uid_fkey FOREIGN KEY (tenant, cluster_uid) REFERENCES objects(tenant, uid) ON DELETE CASCADE
  constraint link_sessions_pkey PRIMARY KEY (tenant, cluster_uid)
  CREATE INDEX link_sessions_open ON public.link_sessions USING btree (heartbeat_at) WHERE (closed_at IS NULL)
  row level security: t, forced: t
  policy everything for select to atrium_system using (true)
  policy own for all to atrium_app using ((tenant = current_setting('atrium.tenant'::text, true)))
  grant delete, insert, select, update to atrium_app
  grant select (closed_at, cluster_uid, epoch, heartbeat_at, server, tenant) to atrium_system

create table mails (
  attempts integer not null default 0,
  caused_by text not null,
  ciphertext bytea,
  created_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  key_version integer,
  next_at timestamp with time zone,
  nonce bytea,
  problem text,
  purpose text collate "C" not null,
  recipient text not null,
  tenant text collate "C" not null,
  uid text collate "C" not null
)
  constraint mails_ended CHECK (((ended_at IS NULL) OR (ciphertext IS NULL)))
  constraint mails_purpose_check CHECK ((purpose = ANY (ARRAY['findUser'::text, 'findOperator'::text, 'invited'::text, 'reset'::text, 'asked'::text])))
  constraint mails_sealed CHECK ((num_nulls(key_version, nonce, ciphertext) = ANY (ARRAY[0, 3])))
  constraint mails_tenant_fkey FOREIGN KEY (tenant) REFERENCES tenants(uid)
  constraint mails_tenant_key_version_fkey FOREIGN KEY (tenant, key_version) REFERENCES tenant_keys(tenant, version)
  constraint mails_pkey PRIMARY KEY (tenant, uid)
  row level security: t, forced: t
  policy everything for select to atrium_system using (true)
  policy own for all to atrium_app using ((tenant = current_setting('atrium.tenant'::text, true)))
  grant delete, insert, select, update to atrium_app
  grant select (attempts, created_at, ended_at, next_at, problem, purpose, recipient, tenant, uid) to atrium_system

create table migrations (
  applied_at timestamp with time zone not null default now(),
  breaking boolean not null,
  checksum text not null,
  name text not null,
  number integer not null
)
  constraint migrations_pkey PRIMARY KEY (number)
  row level security: f, forced: f

create table object_history (
  at timestamp with time zone not null,
  generation bigint not null,
  note text,
  revised_by jsonb,
  spec jsonb not null,
  tenant text collate "C" not null,
  uid text collate "C" not null
)
  constraint object_history_tenant_uid_fkey FOREIGN KEY (tenant, uid) REFERENCES objects(tenant, uid) ON DELETE CASCADE
  constraint object_history_pkey PRIMARY KEY (tenant, uid, generation)
  row level security: t, forced: t
  policy own for all to atrium_app using ((tenant = current_setting('atrium.tenant'::text, true)))
  grant delete, insert, select, update to atrium_app

create table object_labels (
  key text collate "C" not null,
  tenant text collate "C" not null,
  uid text collate "C" not null,
  value text collate "C" not null
)
  constraint object_labels_tenant_uid_fkey FOREIGN KEY (tenant, uid) REFERENCES objects(tenant, uid) ON DELETE CASCADE
  constraint object_labels_pkey PRIMARY KEY (tenant, key, value, uid)
  CREATE INDEX object_labels_by_object ON public.object_labels USING btree (tenant, uid)
  row level security: t, forced: t
  policy own for all to atrium_app using ((tenant = current_setting('atrium.tenant'::text, true)))
  policy shared for select to atrium_app using ((tenant = 'system'::text))
  grant delete, insert, select, update to atrium_app

create table object_refs (
  field text collate "C" not null,
  from_uid text collate "C" not null,
  tenant text collate "C" not null,
  to_tenant text collate "C" not null,
  to_uid text collate "C" not null
)
  constraint object_refs_scope CHECK (((to_tenant = tenant) OR (to_tenant = 'system'::text)))
  constraint object_refs_from FOREIGN KEY (tenant, from_uid) REFERENCES objects(tenant, uid) ON DELETE CASCADE
  constraint object_refs_to FOREIGN KEY (to_tenant, to_uid) REFERENCES objects(tenant, uid)
  constraint object_refs_pkey PRIMARY KEY (tenant, from_uid, field, to_uid)
  CREATE INDEX object_refs_by_target ON public.object_refs USING btree (to_tenant, to_uid)
  row level security: t, forced: t
  policy own for all to atrium_app using ((tenant = current_setting('atrium.tenant'::text, true)))
  grant delete, insert, select, update to atrium_app

create table object_status (
  conditions jsonb not null,
  resource_version bigint not null,
  status jsonb not null,
  tenant text collate "C" not null,
  uid text collate "C" not null
)
  constraint object_status_tenant_uid_fkey FOREIGN KEY (tenant, uid) REFERENCES objects(tenant, uid) ON DELETE CASCADE
  constraint object_status_pkey PRIMARY KEY (tenant, uid)
  row level security: t, forced: t
  policy own for all to atrium_app using ((tenant = current_setting('atrium.tenant'::text, true)))
  policy shared for select to atrium_app using ((tenant = 'system'::text))
  grant delete, insert, select, update to atrium_app

create table objects (
  annotations jsonb not null,
  created_at timestamp with time zone not null,
  deleted_at timestamp with time zone,
  finalizers text[] not null,
  generation bigint not null,
  kind text collate "C" not null,
  labels jsonb not null,
  modified_at timestamp with time zone not null,
  name text collate "C" not null,
  note text,
  owner_kind text collate "C",
  owner_uid text collate "C",
  project text collate "C",
  revised_at timestamp with time zone,
  revised_by jsonb,
  spec jsonb not null,
  spec_cloud_account_uid text collate "C" generated always as ((spec #>> '{cloudAccountUid}'::text[])) stored,
  spec_cloud_config_uid text collate "C" generated always as ((spec #>> '{cloudConfigUid}'::text[])) stored,
  spec_cloud_type text collate "C" generated always as ((spec #>> '{cloudType}'::text[])) stored,
  spec_cluster_uid text collate "C" generated always as ((spec #>> '{clusterUid}'::text[])) stored,
  spec_digest text collate "C" generated always as ((spec #>> '{digest}'::text[])) stored,
  spec_layer text collate "C" generated always as ((spec #>> '{layer}'::text[])) stored,
  spec_pool text collate "C" generated always as ((spec #>> '{pool}'::text[])) stored,
  spec_registry_uid text collate "C" generated always as ((spec #>> '{registryUid}'::text[])) stored,
  spec_template__uid text collate "C" generated always as ((spec #>> '{template,uid}'::text[])) stored,
  spec_type text collate "C" generated always as ((spec #>> '{type}'::text[])) stored,
  spec_version text collate "C" generated always as ((spec #>> '{version}'::text[])) stored,
  tenant text collate "C" not null,
  uid text collate "C" not null
)
  constraint objects_owner_whole CHECK (((owner_kind IS NULL) = (owner_uid IS NULL)))
  constraint objects_owner FOREIGN KEY (tenant, owner_uid) REFERENCES objects(tenant, uid)
  constraint objects_project FOREIGN KEY (tenant, project) REFERENCES objects(tenant, uid)
  constraint objects_tenant_fkey FOREIGN KEY (tenant) REFERENCES tenants(uid)
  constraint objects_pkey PRIMARY KEY (tenant, uid)
  CREATE INDEX objects_by_name ON public.objects USING btree (tenant, kind, name, uid)
  CREATE INDEX objects_by_owner ON public.objects USING btree (tenant, owner_uid) WHERE (owner_uid IS NOT NULL)
  CREATE INDEX objects_by_project ON public.objects USING btree (tenant, project, kind, name, uid) WHERE (project IS NOT NULL)
  CREATE INDEX objects_cloud_account_by_cloud_type ON public.objects USING btree (tenant, spec_cloud_type, uid) WHERE (kind = 'CloudAccount'::text)
  CREATE INDEX objects_cluster_by_cloud_account_uid ON public.objects USING btree (tenant, spec_cloud_account_uid, uid) WHERE (kind = 'Cluster'::text)
  CREATE INDEX objects_cluster_by_cloud_config_uid ON public.objects USING btree (tenant, spec_cloud_config_uid, uid) WHERE (kind = 'Cluster'::text)
  CREATE INDEX objects_cluster_by_cloud_type ON public.objects USING btree (tenant, spec_cloud_type, uid) WHERE (kind = 'Cluster'::text)
  CREATE INDEX objects_cluster_by_template__uid ON public.objects USING btree (tenant, spec_template__uid, uid) WHERE (kind = 'Cluster'::text)
  CREATE INDEX objects_cluster_profile_by_cloud_type ON public.objects USING btree (tenant, spec_cloud_type, uid) WHERE (kind = 'ClusterProfile'::text)
  CREATE INDEX objects_cluster_profile_by_type ON public.objects USING btree (tenant, spec_type, uid) WHERE (kind = 'ClusterProfile'::text)
  CREATE INDEX objects_cluster_profile_by_version ON public.objects USING btree (tenant, spec_version, uid) WHERE (kind = 'ClusterProfile'::text)
  CREATE INDEX objects_machine_by_cluster_uid ON public.objects USING btree (tenant, spec_cluster_uid, uid) WHERE (kind = 'Machine'::text)
  CREATE INDEX objects_machine_by_pool ON public.objects USING btree (tenant, spec_pool, uid) WHERE (kind = 'Machine'::text)
  CREATE INDEX objects_pack_by_digest ON public.objects USING btree (tenant, spec_digest, uid) WHERE (kind = 'Pack'::text)
  CREATE INDEX objects_pack_by_layer ON public.objects USING btree (tenant, spec_layer, uid) WHERE (kind = 'Pack'::text)
  CREATE INDEX objects_pack_by_registry_uid ON public.objects USING btree (tenant, spec_registry_uid, uid) WHERE (kind = 'Pack'::text)
  CREATE INDEX objects_pack_by_version ON public.objects USING btree (tenant, spec_version, uid) WHERE (kind = 'Pack'::text)
  CREATE INDEX objects_registry_by_type ON public.objects USING btree (tenant, spec_type, uid) WHERE (kind = 'Registry'::text)
  CREATE UNIQUE INDEX objects_cloud_account_key_scope__cloud_type__name ON public.objects USING btree (tenant, COALESCE(project, ''::text), spec_cloud_type, name) WHERE ((kind = 'CloudAccount'::text) AND (deleted_at IS NULL))
  CREATE UNIQUE INDEX objects_cluster_group_key_scope__name ON public.objects USING btree (tenant, COALESCE(project, ''::text), name) WHERE ((kind = 'ClusterGroup'::text) AND (deleted_at IS NULL))
  CREATE UNIQUE INDEX objects_cluster_key_cloud_config_uid ON public.objects USING btree (tenant, spec_cloud_config_uid) WHERE ((kind = 'Cluster'::text) AND (deleted_at IS NULL))
  CREATE UNIQUE INDEX objects_cluster_key_scope__name ON public.objects USING btree (tenant, COALESCE(project, ''::text), name) WHERE ((kind = 'Cluster'::text) AND (deleted_at IS NULL))
  CREATE UNIQUE INDEX objects_cluster_profile_key_scope__name__version ON public.objects USING btree (tenant, COALESCE(project, ''::text), name, spec_version) WHERE ((kind = 'ClusterProfile'::text) AND (deleted_at IS NULL))
  CREATE UNIQUE INDEX objects_cluster_template_key_scope__name ON public.objects USING btree (tenant, COALESCE(project, ''::text), name) WHERE ((kind = 'ClusterTemplate'::text) AND (deleted_at IS NULL))
  CREATE UNIQUE INDEX objects_edge_token_key_name ON public.objects USING btree (tenant, name) WHERE ((kind = 'EdgeToken'::text) AND (deleted_at IS NULL))
  CREATE UNIQUE INDEX objects_machine_key_cluster_uid__name ON public.objects USING btree (tenant, spec_cluster_uid, name) WHERE ((kind = 'Machine'::text) AND (deleted_at IS NULL))
  CREATE UNIQUE INDEX objects_macro_set_key_scope__name ON public.objects USING btree (tenant, COALESCE(project, ''::text), name) WHERE ((kind = 'MacroSet'::text) AND (deleted_at IS NULL))
  CREATE UNIQUE INDEX objects_maintenance_policy_key_scope__name ON public.objects USING btree (tenant, COALESCE(project, ''::text), name) WHERE ((kind = 'MaintenancePolicy'::text) AND (deleted_at IS NULL))
  CREATE UNIQUE INDEX objects_pack_key_registry_uid__name__version__digest ON public.objects USING btree (tenant, spec_registry_uid, name, spec_version, spec_digest) WHERE ((kind = 'Pack'::text) AND (deleted_at IS NULL))
  CREATE UNIQUE INDEX objects_project_key_name ON public.objects USING btree (tenant, name) WHERE ((kind = 'Project'::text) AND (deleted_at IS NULL))
  CREATE UNIQUE INDEX objects_registry_key_scope__name ON public.objects USING btree (tenant, COALESCE(project, ''::text), name) WHERE ((kind = 'Registry'::text) AND (deleted_at IS NULL))
  CREATE UNIQUE INDEX objects_role_key_name ON public.objects USING btree (tenant, name) WHERE ((kind = 'Role'::text) AND (deleted_at IS NULL))
  CREATE UNIQUE INDEX objects_ssh_key_key_scope__name ON public.objects USING btree (tenant, COALESCE(project, ''::text), name) WHERE ((kind = 'SshKey'::text) AND (deleted_at IS NULL))
  CREATE UNIQUE INDEX objects_sso_config_key_name ON public.objects USING btree (tenant, name) WHERE ((kind = 'SsoConfig'::text) AND (deleted_at IS NULL))
  CREATE UNIQUE INDEX objects_storage_location_key_scope__name ON public.objects USING btree (tenant, COALESCE(project, ''::text), name) WHERE ((kind = 'StorageLocation'::text) AND (deleted_at IS NULL))
  CREATE UNIQUE INDEX objects_tag_filter_key_name ON public.objects USING btree (tenant, name) WHERE ((kind = 'TagFilter'::text) AND (deleted_at IS NULL))
  CREATE UNIQUE INDEX objects_tenant_certificate_key_name ON public.objects USING btree (tenant, name) WHERE ((kind = 'TenantCertificate'::text) AND (deleted_at IS NULL))
  CREATE UNIQUE INDEX objects_workspace_key_scope__name ON public.objects USING btree (tenant, COALESCE(project, ''::text), name) WHERE ((kind = 'Workspace'::text) AND (deleted_at IS NULL))
  row level security: t, forced: t
  policy own for all to atrium_app using ((tenant = current_setting('atrium.tenant'::text, true)))
  policy shared for select to atrium_app using ((tenant = 'system'::text))
  grant delete, insert, select, update to atrium_app

create table operator_keys (
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  hash bytea not null,
  name text not null,
  operator_uid text collate "C" not null,
  tenant text collate "C" not null default 'system'::text,
  uid text collate "C" not null
)
  constraint operator_keys_tenant_check CHECK ((tenant = 'system'::text))
  constraint operator_keys_tenant_operator_uid_fkey FOREIGN KEY (tenant, operator_uid) REFERENCES operators(tenant, uid) ON DELETE CASCADE
  constraint operator_keys_pkey PRIMARY KEY (tenant, uid)
  constraint operator_keys_hash UNIQUE (tenant, hash)
  constraint operator_keys_name UNIQUE (tenant, operator_uid, name)
  row level security: t, forced: t
  policy own for all to atrium_app using ((tenant = current_setting('atrium.tenant'::text, true)))
  grant delete, insert, select to atrium_app

create table operator_links (
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  hash bytea not null,
  operator_uid text collate "C" not null,
  tenant text collate "C" not null default 'system'::text
)
  constraint operator_links_tenant_check CHECK ((tenant = 'system'::text))
  constraint operator_links_tenant_operator_uid_fkey FOREIGN KEY (tenant, operator_uid) REFERENCES operators(tenant, uid) ON DELETE CASCADE
  constraint operator_links_pkey PRIMARY KEY (tenant, operator_uid)
  constraint operator_links_hash UNIQUE (tenant, hash)
  row level security: t, forced: t
  policy own for all to atrium_app using ((tenant = current_setting('atrium.tenant'::text, true)))
  grant delete, insert, select, update to atrium_app

create table operator_sessions (
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  hash bytea not null,
  operator_uid text collate "C" not null,
  tenant text collate "C" not null default 'system'::text
)
  constraint operator_sessions_tenant_check CHECK ((tenant = 'system'::text))
  constraint operator_sessions_tenant_operator_uid_fkey FOREIGN KEY (tenant, operator_uid) REFERENCES operators(tenant, uid) ON DELETE CASCADE
  constraint operator_sessions_pkey PRIMARY KEY (tenant, hash)
  CREATE INDEX operator_sessions_by_operator ON public.operator_sessions USING btree (tenant, operator_uid)
  row level security: t, forced: t
  policy own for all to atrium_app using ((tenant = current_setting('atrium.tenant'::text, true)))
  grant delete, insert, select to atrium_app

create table operators (
  created_at timestamp with time zone not null,
  email text collate "C" not null,
  first_name text not null,
  is_active boolean not null default true,
  last_name text not null,
  last_sign_in_at timestamp with time zone,
  modified_at timestamp with time zone not null,
  password_hash text,
  role text collate "C" not null,
  tenant text collate "C" not null default 'system'::text,
  uid text collate "C" not null
)
  constraint operators_tenant_check CHECK ((tenant = 'system'::text))
  constraint operators_tenant_fkey FOREIGN KEY (tenant) REFERENCES tenants(uid)
  constraint operators_pkey PRIMARY KEY (tenant, uid)
  constraint operators_email UNIQUE (tenant, email)
  row level security: t, forced: t
  policy own for all to atrium_app using ((tenant = current_setting('atrium.tenant'::text, true)))
  grant delete, insert, select, update to atrium_app

create table password_links (
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  hash bytea not null,
  tenant text collate "C" not null,
  user_uid text collate "C" not null
)
  constraint password_links_tenant_user_uid_fkey FOREIGN KEY (tenant, user_uid) REFERENCES users(tenant, uid) ON DELETE CASCADE
  constraint password_links_pkey PRIMARY KEY (tenant, user_uid)
  constraint password_links_hash UNIQUE (tenant, hash)
  row level security: t, forced: t
  policy own for all to atrium_app using ((tenant = current_setting('atrium.tenant'::text, true)))
  grant delete, insert, select, update to atrium_app

create table recovery_codes (
  hash bytea not null,
  tenant text collate "C" not null,
  user_uid text collate "C" not null
)
  constraint recovery_codes_tenant_user_uid_fkey FOREIGN KEY (tenant, user_uid) REFERENCES users(tenant, uid) ON DELETE CASCADE
  constraint recovery_codes_pkey PRIMARY KEY (tenant, user_uid, hash)
  row level security: t, forced: t
  policy own for all to atrium_app using ((tenant = current_setting('atrium.tenant'::text, true)))
  grant delete, insert, select to atrium_app

create table resource_roles (
  filter_uids text[] not null,
  project_uids text[] not null,
  role_uids text[] not null,
  team_uid text collate "C",
  tenant text collate "C" not null,
  uid text collate "C" not null,
  user_uid text collate "C"
)
  constraint resource_roles_holder CHECK ((num_nonnulls(user_uid, team_uid) = 1))
  constraint resource_roles_tenant_team_uid_fkey FOREIGN KEY (tenant, team_uid) REFERENCES teams(tenant, uid) ON DELETE CASCADE
  constraint resource_roles_tenant_user_uid_fkey FOREIGN KEY (tenant, user_uid) REFERENCES users(tenant, uid) ON DELETE CASCADE
  constraint resource_roles_of_team UNIQUE (tenant, team_uid, uid)
  constraint resource_roles_of_user UNIQUE (tenant, user_uid, uid)
  row level security: t, forced: t
  policy own for all to atrium_app using ((tenant = current_setting('atrium.tenant'::text, true)))
  grant delete, insert, select, update to atrium_app

create table role_bindings (
  project text collate "C",
  role_uid text collate "C" not null,
  scope text collate "C" generated always as (COALESCE(project, ''::text)) stored not null,
  team_uid text collate "C",
  tenant text collate "C" not null,
  user_uid text collate "C"
)
  constraint role_bindings_holder CHECK ((num_nonnulls(user_uid, team_uid) = 1))
  constraint role_bindings_tenant_project_fkey FOREIGN KEY (tenant, project) REFERENCES objects(tenant, uid) ON DELETE CASCADE
  constraint role_bindings_tenant_team_uid_fkey FOREIGN KEY (tenant, team_uid) REFERENCES teams(tenant, uid) ON DELETE CASCADE
  constraint role_bindings_tenant_user_uid_fkey FOREIGN KEY (tenant, user_uid) REFERENCES users(tenant, uid) ON DELETE CASCADE
  constraint role_bindings_of_team UNIQUE (tenant, team_uid, scope, role_uid)
  constraint role_bindings_of_user UNIQUE (tenant, user_uid, scope, role_uid)
  CREATE INDEX role_bindings_by_project ON public.role_bindings USING btree (tenant, project) WHERE (project IS NOT NULL)
  CREATE INDEX role_bindings_by_role ON public.role_bindings USING btree (tenant, role_uid)
  row level security: t, forced: t
  policy own for all to atrium_app using ((tenant = current_setting('atrium.tenant'::text, true)))
  grant delete, insert, select, update to atrium_app

create table secrets (
  ciphertext bytea not null,
  field text collate "C" not null,
  key_version integer not null,
  modified_at timestamp with time zone not null,
  nonce bytea not null,
  tenant text collate "C" not null,
  uid text collate "C" not null
)
  constraint secrets_tenant_key_version_fkey FOREIGN KEY (tenant, key_version) REFERENCES tenant_keys(tenant, version)
  constraint secrets_tenant_uid_fkey FOREIGN KEY (tenant, uid) REFERENCES objects(tenant, uid) ON DELETE CASCADE
  constraint secrets_pkey PRIMARY KEY (tenant, uid, field)
  row level security: t, forced: t
  policy own for all to atrium_app using ((tenant = current_setting('atrium.tenant'::text, true)))
  grant delete, insert, select, update to atrium_app

create table sessions (
  address text not null default ''::text,
  client text not null default ''::text,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  hash bytea not null,
  sso jsonb,
  tenant text collate "C" not null,
  uid text collate "C" not null default (gen_random_uuid())::text,
  user_uid text collate "C" not null
)
  constraint sessions_tenant_user_uid_fkey FOREIGN KEY (tenant, user_uid) REFERENCES users(tenant, uid) ON DELETE CASCADE
  constraint sessions_pkey PRIMARY KEY (tenant, hash)
  constraint sessions_uid UNIQUE (tenant, uid)
  CREATE INDEX sessions_by_user ON public.sessions USING btree (tenant, user_uid)
  row level security: t, forced: t
  policy everything for all to atrium_system using (true)
  policy own for all to atrium_app using ((tenant = current_setting('atrium.tenant'::text, true)))
  grant delete to atrium_system
  grant delete, insert, select to atrium_app
  grant select (expires_at) to atrium_system
  grant update (expires_at, hash) to atrium_app

create table settings (
  modified_at timestamp with time zone not null,
  name text collate "C" not null,
  project text collate "C",
  scope text collate "C" generated always as (COALESCE(project, ''::text)) stored not null,
  tenant text collate "C" not null,
  value jsonb not null
)
  constraint settings_tenant_fkey FOREIGN KEY (tenant) REFERENCES tenants(uid)
  constraint settings_tenant_project_fkey FOREIGN KEY (tenant, project) REFERENCES objects(tenant, uid) ON DELETE CASCADE
  constraint settings_pkey PRIMARY KEY (tenant, scope, name)
  CREATE INDEX settings_by_project ON public.settings USING btree (tenant, project) WHERE (project IS NOT NULL)
  row level security: t, forced: t
  policy own for all to atrium_app using ((tenant = current_setting('atrium.tenant'::text, true)))
  grant delete, insert, select, update to atrium_app

create table sign_in_challenges (
  challenge text collate "C",
  created_at timestamp with time zone not null,
  device_name text,
  expires_at timestamp with time zone not null,
  hash bytea not null,
  is_proven boolean not null default false,
  purpose text collate "C" not null,
  tenant text collate "C" not null,
  user_uid text collate "C" not null
)
  constraint sign_in_challenges_tenant_user_uid_fkey FOREIGN KEY (tenant, user_uid) REFERENCES users(tenant, uid) ON DELETE CASCADE
  constraint sign_in_challenges_pkey PRIMARY KEY (tenant, hash)
  CREATE INDEX sign_in_challenges_by_user ON public.sign_in_challenges USING btree (tenant, user_uid)
  row level security: t, forced: t
  policy own for all to atrium_app using ((tenant = current_setting('atrium.tenant'::text, true)))
  grant delete, insert, select, update to atrium_app

create table sso_links (
  created_at timestamp with time zone not null,
  provider text collate "C" not null,
  subject text collate "C" not null,
  tenant text collate "C" not null,
  user_uid text collate "C" not null
)
  constraint sso_links_tenant_user_uid_fkey FOREIGN KEY (tenant, user_uid) REFERENCES users(tenant, uid) ON DELETE CASCADE
  constraint sso_links_pkey PRIMARY KEY (tenant, provider, subject)
  constraint sso_links_user UNIQUE (tenant, provider, user_uid)
  CREATE INDEX sso_links_by_user ON public.sso_links USING btree (tenant, user_uid)
  row level security: t, forced: t
  policy own for all to atrium_app using ((tenant = current_setting('atrium.tenant'::text, true)))
  grant insert, select to atrium_app

create table sso_tickets (
  expires_at timestamp with time zone not null,
  hash bytea not null,
  tenant text collate "C" not null,
  ticket jsonb,
  user_uid text collate "C"
)
  constraint sso_tickets_code CHECK ((num_nulls(user_uid, ticket) = ANY (ARRAY[0, 2])))
  constraint sso_tickets_tenant_fkey FOREIGN KEY (tenant) REFERENCES tenants(uid)
  constraint sso_tickets_tenant_user_uid_fkey FOREIGN KEY (tenant, user_uid) REFERENCES users(tenant, uid) ON DELETE CASCADE
  constraint sso_tickets_pkey PRIMARY KEY (tenant, hash)
  CREATE INDEX sso_tickets_by_user ON public.sso_tickets USING btree (tenant, user_uid)
  row level security: t, forced: t
  policy own for all to atrium_app using ((tenant = current_setting('atrium.tenant'::text, true)))
  grant delete, insert, select to atrium_app

create table team_members (
  by_sso boolean not null default false,
  team_uid text collate "C" not null,
  tenant text collate "C" not null,
  user_uid text collate "C" not null
)
  constraint team_members_tenant_team_uid_fkey FOREIGN KEY (tenant, team_uid) REFERENCES teams(tenant, uid) ON DELETE CASCADE
  constraint team_members_tenant_user_uid_fkey FOREIGN KEY (tenant, user_uid) REFERENCES users(tenant, uid) ON DELETE CASCADE
  constraint team_members_pkey PRIMARY KEY (tenant, team_uid, user_uid)
  CREATE INDEX team_members_by_user ON public.team_members USING btree (tenant, user_uid)
  row level security: t, forced: t
  policy own for all to atrium_app using ((tenant = current_setting('atrium.tenant'::text, true)))
  grant delete, insert, select to atrium_app

create table teams (
  annotations jsonb not null,
  created_at timestamp with time zone not null,
  labels jsonb not null,
  modified_at timestamp with time zone not null,
  name text not null,
  sources text[] not null default '{}'::text[],
  tenant text collate "C" not null,
  uid text collate "C" not null
)
  constraint teams_tenant_fkey FOREIGN KEY (tenant) REFERENCES tenants(uid)
  constraint teams_pkey PRIMARY KEY (tenant, uid)
  constraint teams_name UNIQUE (tenant, name)
  row level security: t, forced: t
  policy own for all to atrium_app using ((tenant = current_setting('atrium.tenant'::text, true)))
  grant delete, insert, select, update to atrium_app

create table tenant_keys (
  created_at timestamp with time zone not null,
  root_key text not null,
  tenant text collate "C" not null,
  version integer not null,
  wrapped bytea not null
)
  constraint tenant_keys_tenant_fkey FOREIGN KEY (tenant) REFERENCES tenants(uid) ON DELETE CASCADE
  constraint tenant_keys_pkey PRIMARY KEY (tenant, version)
  row level security: t, forced: t
  policy own for all to atrium_app using ((tenant = current_setting('atrium.tenant'::text, true)))
  grant insert, select, update to atrium_app

create table tenants (
  created_at timestamp with time zone not null,
  deletion jsonb,
  name text collate "C" not null,
  shredded_at timestamp with time zone,
  state text collate "C" not null default 'Active'::text,
  state_since timestamp with time zone not null default now(),
  uid text collate "C" not null
)
  constraint tenants_state_check CHECK ((state = ANY (ARRAY['Pending'::text, 'Active'::text, 'Disabled'::text, 'Deleting'::text])))
  constraint tenants_system_active CHECK (((uid <> 'system'::text) OR (state = 'Active'::text)))
  constraint tenants_pkey PRIMARY KEY (uid)
  constraint tenants_name_key UNIQUE (name)
  row level security: t, forced: t
  policy deleting for delete to atrium_system using (((state = 'Deleting'::text) AND (shredded_at IS NOT NULL)))
  policy everything for all to atrium_system using (true)
  policy own for select to atrium_app using ((uid = ANY (ARRAY[current_setting('atrium.tenant'::text, true), 'system'::text])))
  grant delete, insert, select to atrium_system
  grant select to atrium_app
  grant update (deletion, name, shredded_at, state, state_since) to atrium_system

create table users (
  created_at timestamp with time zone not null,
  email text collate "C" not null,
  factor_failures integer not null default 0,
  factors_blocked_until timestamp with time zone,
  first_name text not null,
  is_active boolean not null default true,
  last_name text not null,
  last_sign_in_at timestamp with time zone,
  modified_at timestamp with time zone not null,
  password_hash text,
  password_set_at timestamp with time zone,
  tenant text collate "C" not null,
  uid text collate "C" not null
)
  constraint users_tenant_fkey FOREIGN KEY (tenant) REFERENCES tenants(uid)
  constraint users_pkey PRIMARY KEY (tenant, uid)
  constraint users_email UNIQUE (tenant, email)
  CREATE INDEX users_by_email ON public.users USING btree (email)
  row level security: t, forced: t
  policy everything for select to atrium_system using (true)
  policy own for all to atrium_app using ((tenant = current_setting('atrium.tenant'::text, true)))
  grant delete, insert, select, update to atrium_app
  grant select (email, is_active, tenant) to atrium_system

create table work_queue (
  ahead_ms integer not null default 0,
  attempts integer not null default 0,
  dirty boolean not null default false,
  due_at timestamp with time zone,
  fence bigint not null default 0,
  kind text collate "C" not null,
  owner text,
  tenant text collate "C" not null,
  uid text collate "C" not null
)
  constraint work_queue_pkey PRIMARY KEY (tenant, kind, uid)
  CREATE INDEX work_queue_due ON public.work_queue USING btree (due_at) WHERE (due_at IS NOT NULL)
  row level security: t, forced: t
  policy everything for all to atrium_system using (true)
  policy own for all to atrium_app using ((tenant = current_setting('atrium.tenant'::text, true)))
  grant delete, insert, select, update to atrium_app
  grant delete, insert, select, update to atrium_system

create table workspace_roles (
  role_uid text collate "C" not null,
  team_uid text collate "C",
  tenant text collate "C" not null,
  user_uid text collate "C",
  workspace text collate "C" not null
)
  constraint workspace_roles_holder CHECK ((num_nonnulls(user_uid, team_uid) = 1))
  constraint workspace_roles_tenant_team_uid_fkey FOREIGN KEY (tenant, team_uid) REFERENCES teams(tenant, uid) ON DELETE CASCADE
  constraint workspace_roles_tenant_user_uid_fkey FOREIGN KEY (tenant, user_uid) REFERENCES users(tenant, uid) ON DELETE CASCADE
  constraint workspace_roles_tenant_workspace_fkey FOREIGN KEY (tenant, workspace) REFERENCES objects(tenant, uid) ON DELETE CASCADE
  constraint workspace_roles_of_team UNIQUE (tenant, team_uid, workspace, role_uid)
  constraint workspace_roles_of_user UNIQUE (tenant, user_uid, workspace, role_uid)
  CREATE INDEX workspace_roles_by_role ON public.workspace_roles USING btree (tenant, role_uid)
  CREATE INDEX workspace_roles_by_workspace ON public.workspace_roles USING btree (tenant, workspace)
  row level security: t, forced: t
  policy own for all to atrium_app using ((tenant = current_setting('atrium.tenant'::text, true)))
  grant delete, insert, select to atrium_app
