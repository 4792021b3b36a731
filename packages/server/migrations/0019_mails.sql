-- Mail that waits to be sent, and mail that was given up.

create table mails (
  tenant text collate "C" not null references tenants (uid),
  uid text collate "C" not null,
  -- findUser, findOperator: somebody asked for a link, and nobody has looked yet whether this address is anybody's (tenant `system`).
  purpose text collate "C" not null check (purpose in ('findUser', 'findOperator', 'invited', 'reset', 'asked')),
  recipient text not null,
  -- The name of who caused it, or the address that a stranger asked from.
  caused_by text not null,
  created_at timestamptz not null,
  attempts integer not null default 0,
  next_at timestamptz,
  -- Why the newest try failed.
  problem text,
  -- When it was given up. What was sent is deleted.
  ended_at timestamptz,
  -- The secret of its link, sealed with the tenant's data key, until the mail is sent or given up.
  key_version integer,
  nonce bytea,
  ciphertext bytea,
  primary key (tenant, uid),
  constraint mails_sealed check (num_nulls(key_version, nonce, ciphertext) in (0, 3)),
  constraint mails_ended check (ended_at is null or ciphertext is null),
  foreign key (tenant, key_version) references tenant_keys (tenant, version)
);

alter table mails enable row level security;
alter table mails force row level security;
create policy own on mails to atrium_app using (tenant = current_setting('atrium.tenant', true));
create policy everything on mails for select to atrium_system using (true);
grant select, insert, update, delete on mails to atrium_app;
-- The operator is told what waits and why, whoever it is for, and never what is in it.
grant select (tenant, uid, purpose, recipient, created_at, attempts, next_at, problem, ended_at) on mails to atrium_system;
