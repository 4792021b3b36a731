-- Second factors, sign-ins that wait for one, and links that set a password.

alter table users
  -- When the password was set: what a policy with an end to passwords counts from.
  add column password_set_at timestamptz,
  -- Wrong second factors in a row, and until when none is looked at. Kept here, not in a process: a code has six digits.
  add column factor_failures integer not null default 0,
  add column factors_blocked_until timestamptz;
-- Unknown for those from before. Nobody is locked out by the upgrade.
update users set password_set_at = now() where password_hash is not null;

alter table sessions
  -- What a session is called where it is shown and ended; its token is known to nobody.
  add column uid text collate "C" not null default gen_random_uuid()::text,
  add column address text not null default '',
  add column client text not null default '',
  add constraint sessions_uid unique (tenant, uid);

create table factors (
  tenant text collate "C" not null,
  user_uid text collate "C" not null,
  name text not null,
  kind text collate "C" not null,
  -- A code was right once, or the authenticator signed: only then does it count.
  is_confirmed boolean not null,
  created_at timestamptz not null,
  last_used_at timestamptz,
  -- Of kind totp: the secret, sealed with the tenant's data key, and the newest time step that was used.
  key_version integer,
  nonce bytea,
  ciphertext bytea,
  last_step bigint,
  -- Of kind webauthn.
  credential_id text collate "C",
  public_key bytea,
  sign_count bigint,
  transports text[],
  primary key (tenant, user_uid, name),
  constraint factors_credential unique (tenant, credential_id),
  constraint factors_kind check (
    kind = 'totp' and num_nulls(key_version, nonce, ciphertext, last_step) = 0
    or kind = 'webauthn' and num_nulls(credential_id, public_key, sign_count, transports) = 0
  ),
  foreign key (tenant, user_uid) references users (tenant, uid) on delete cascade,
  foreign key (tenant, key_version) references tenant_keys (tenant, version)
);

-- Each opens one sign-in in place of a factor that is lost. 120 random bits, as SHA-256.
create table recovery_codes (
  tenant text collate "C" not null,
  user_uid text collate "C" not null,
  hash bytea not null,
  primary key (tenant, user_uid, hash),
  foreign key (tenant, user_uid) references users (tenant, uid) on delete cascade
);

create table sign_in_challenges (
  tenant text collate "C" not null,
  -- Of the token its owner holds; of a registration, of the challenge itself.
  hash bytea not null,
  user_uid text collate "C" not null,
  -- signIn: the password was right, and no session is open. registration: of an authenticator.
  purpose text collate "C" not null,
  -- What an authenticator is to sign, base64url.
  challenge text collate "C",
  device_name text,
  -- The second factor was right too: only an expired password stands in the way.
  is_proven boolean not null default false,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (tenant, hash),
  foreign key (tenant, user_uid) references users (tenant, uid) on delete cascade
);
create index sign_in_challenges_by_user on sign_in_challenges (tenant, user_uid);

-- One for each user at most: a newer one takes the place of the older.
create table password_links (
  tenant text collate "C" not null,
  user_uid text collate "C" not null,
  hash bytea not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (tenant, user_uid),
  constraint password_links_hash unique (tenant, hash),
  foreign key (tenant, user_uid) references users (tenant, uid) on delete cascade
);

alter table factors enable row level security;
alter table factors force row level security;
alter table recovery_codes enable row level security;
alter table recovery_codes force row level security;
alter table sign_in_challenges enable row level security;
alter table sign_in_challenges force row level security;
alter table password_links enable row level security;
alter table password_links force row level security;
create policy own on factors to atrium_app using (tenant = current_setting('atrium.tenant', true));
create policy own on recovery_codes to atrium_app using (tenant = current_setting('atrium.tenant', true));
create policy own on sign_in_challenges to atrium_app using (tenant = current_setting('atrium.tenant', true));
create policy own on password_links to atrium_app using (tenant = current_setting('atrium.tenant', true));
grant select, insert, update, delete on factors to atrium_app;
grant select, insert, delete on recovery_codes to atrium_app;
grant select, insert, update, delete on sign_in_challenges to atrium_app;
grant select, insert, update, delete on password_links to atrium_app;
