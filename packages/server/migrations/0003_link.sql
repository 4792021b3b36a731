-- The agent link. Tokens are kept as hashes. They name their tenant and cluster in clear, so every look-up runs as that
-- tenant, and no role ever searches the tokens of all tenants.

create table link_enrolments (
  tenant text collate "C" not null,
  cluster_uid text collate "C" not null,
  token_hash bytea not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  -- SHA-256 of the public key that used it: the same key may ask again when the answer was lost.
  used_by_key text collate "C",
  primary key (tenant, cluster_uid, token_hash),
  foreign key (tenant, cluster_uid) references objects (tenant, uid) on delete cascade,
  constraint link_enrolments_used check ((used_at is null) = (used_by_key is null))
);

create table link_certificates (
  tenant text collate "C" not null,
  cluster_uid text collate "C" not null,
  fingerprint text collate "C" not null,
  issued_at timestamptz not null,
  not_after timestamptz not null,
  revoked_at timestamptz,
  primary key (tenant, cluster_uid, fingerprint),
  foreign key (tenant, cluster_uid) references objects (tenant, uid) on delete cascade
);

-- One row per cluster: its newest session. A session with a lower epoch is over, wherever it lives.
create table link_sessions (
  tenant text collate "C" not null,
  cluster_uid text collate "C" not null,
  epoch bigint not null,
  token_hash bytea not null,
  -- Which server holds it, and where other servers reach that one.
  server text not null,
  peer_address text not null,
  certificate text collate "C" not null,
  opened_at timestamptz not null,
  heartbeat_at timestamptz not null,
  closed_at timestamptz,
  primary key (tenant, cluster_uid),
  foreign key (tenant, cluster_uid) references objects (tenant, uid) on delete cascade
) with (fillfactor = 50);
create index link_sessions_open on link_sessions (heartbeat_at) where closed_at is null;

alter table link_enrolments enable row level security;
alter table link_enrolments force row level security;
alter table link_certificates enable row level security;
alter table link_certificates force row level security;
alter table link_sessions enable row level security;
alter table link_sessions force row level security;

create policy own on link_enrolments to atrium_app using (tenant = current_setting('atrium.tenant', true));
create policy own on link_certificates to atrium_app using (tenant = current_setting('atrium.tenant', true));
create policy own on link_sessions to atrium_app using (tenant = current_setting('atrium.tenant', true));
-- Finds sessions whose server died without a word.
create policy everything on link_sessions for select to atrium_system using (true);

grant select, insert, update, delete on link_enrolments to atrium_app;
grant select, insert, update, delete on link_certificates to atrium_app;
grant select, insert, update, delete on link_sessions to atrium_app;
grant select (tenant, cluster_uid, epoch, heartbeat_at, closed_at) on link_sessions to atrium_system;
