-- A session that is renewed stays one row under another hash: whoever ends it at the same moment meets it.

grant update (hash, expires_at) on sessions to atrium_app;
