-- Who changed this object: asked for one among all that the tenant ever did.
create index audit_log_by_object on audit_log (tenant, uid, id desc);
