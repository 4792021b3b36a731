--! breaking
-- What a tenant says of domains is kept as it was said (settings); here is what is known of each: whether it is theirs, and how that
-- was found. Servers of before would list domains that nobody ever looks at, and lead people by those that nobody proved.

create table email_domains (
  tenant text collate "C" not null references tenants (uid),
  -- In lower case.
  domain text collate "C" not null,
  listed_at timestamptz not null,
  confirmed_at timestamptz,
  confirmed_by text collate "C",
  -- The last look at its record: what came of it, and what stood there.
  looked_at timestamptz,
  outcome text collate "C",
  found text[] not null default '{}',
  -- Looks in a row that did not find it; of a confirmed domain also since when.
  misses integer not null default 0,
  lost_since timestamptz,
  -- Why it is confirmed no longer; '' = it never was.
  reason text not null default '',
  -- Null: nobody looks, an operator vouches for it.
  next_look_at timestamptz,
  primary key (tenant, domain),
  constraint email_domains_confirmed check (num_nulls(confirmed_at, confirmed_by) in (0, 2))
);
-- Confirmed for one tenant at a time.
create unique index email_domains_owner on email_domains (domain) where confirmed_at is not null;
create index email_domains_due on email_domains (next_look_at);

-- Those from before are listed, and proven by nobody. The owner is bound by policies too.
alter table settings no force row level security;
insert into email_domains (tenant, domain, listed_at, next_look_at)
  select distinct s.tenant, lower(own #>> '{}'), s.modified_at, now()
  from settings s, jsonb_path_query(s.value, '$.domains[*]') as own
  where s.name = 'domains' and s.scope = '' and own #>> '{}' <> '';
alter table settings force row level security;

drop policy domains on settings;
revoke select on settings from atrium_system;
drop index settings_domains;

alter table email_domains enable row level security;
alter table email_domains force row level security;
create policy own on email_domains to atrium_app using (tenant = current_setting('atrium.tenant', true));
create policy everything on email_domains to atrium_system using (true);
grant select, insert, update, delete on email_domains to atrium_app;
grant select (tenant, domain, confirmed_at, next_look_at), update (next_look_at) on email_domains to atrium_system;
