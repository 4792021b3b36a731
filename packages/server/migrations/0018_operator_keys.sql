-- Keys of operators: for programs, with the rights of whoever made them.

create table operator_keys (
  tenant text collate "C" not null default 'system' check (tenant = 'system'),
  uid text collate "C" not null,
  operator_uid text collate "C" not null,
  name text not null,
  hash bytea not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (tenant, uid),
  constraint operator_keys_hash unique (tenant, hash),
  constraint operator_keys_name unique (tenant, operator_uid, name),
  foreign key (tenant, operator_uid) references operators (tenant, uid) on delete cascade
);

alter table operator_keys enable row level security;
alter table operator_keys force row level security;
create policy own on operator_keys to atrium_app using (tenant = current_setting('atrium.tenant', true));
grant select, insert, delete on operator_keys to atrium_app;
