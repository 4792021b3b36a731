-- Sign-in by identity providers of a tenant: who a person is there, what of theirs was used already, which memberships and sessions came of it.

-- A person of an identity provider is one user here, and the other way round.
create table sso_links (
  tenant text collate "C" not null,
  provider text collate "C" not null,
  subject text collate "C" not null,
  user_uid text collate "C" not null,
  created_at timestamptz not null,
  primary key (tenant, provider, subject),
  constraint sso_links_user unique (tenant, provider, user_uid),
  foreign key (tenant, user_uid) references users (tenant, uid) on delete cascade
);
create index sso_links_by_user on sso_links (tenant, user_uid);

-- By hash: states that signed somebody in (no user: they do it once), and codes that a program exchanges for a session.
create table sso_tickets (
  tenant text collate "C" not null references tenants (uid),
  hash bytea not null,
  user_uid text collate "C",
  ticket jsonb,
  expires_at timestamptz not null,
  primary key (tenant, hash),
  constraint sso_tickets_code check (num_nulls(user_uid, ticket) in (0, 2)),
  foreign key (tenant, user_uid) references users (tenant, uid) on delete cascade
);
create index sso_tickets_by_user on sso_tickets (tenant, user_uid);

-- What a sign-in took back is what a sign-in gave: memberships given by hand stay.
alter table team_members add column by_sso boolean not null default false;
alter table teams add column sources text[] not null default '{}';
-- Ends with its identity provider, and by its logout.
alter table sessions add column sso jsonb;

-- An e-mail's domain leads to the tenant whose identity provider knows it.
create policy domains on settings for select to atrium_system using (name = 'domains' and scope = '');
grant select (tenant, name, scope, value) on settings to atrium_system;
create index settings_domains on settings (tenant) where name = 'domains' and scope = '';

alter table sso_links enable row level security;
alter table sso_links force row level security;
alter table sso_tickets enable row level security;
alter table sso_tickets force row level security;
create policy own on sso_links to atrium_app using (tenant = current_setting('atrium.tenant', true));
create policy own on sso_tickets to atrium_app using (tenant = current_setting('atrium.tenant', true));
grant select, insert on sso_links to atrium_app;
grant select, insert, delete on sso_tickets to atrium_app;
