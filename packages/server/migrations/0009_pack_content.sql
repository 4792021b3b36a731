-- Content under a version never changes: a tag that was moved gives another pack beside the former one.
drop index if exists objects_pack_key_registry_uid__name__version;
