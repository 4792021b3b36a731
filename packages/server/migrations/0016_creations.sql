-- Which request made what: a client that lost the answer sends the request again, and is told what it has made already.

alter table audit_log add column request text collate "C";
create index audit_log_by_request on audit_log (tenant, request, at) where request is not null;
