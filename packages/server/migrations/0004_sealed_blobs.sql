--! breaking
-- Texts of desired states hold values of sensitive variables: they are sealed with the tenant's data key, as secrets are.
-- A blob without a key is from before; it is sealed when its desired state is written again.
alter table blobs
  add column key_version integer,
  add column nonce bytea,
  add constraint blobs_sealed_whole check ((key_version is null) = (nonce is null)),
  add foreign key (tenant, key_version) references tenant_keys (tenant, version);
