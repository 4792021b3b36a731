-- Who wrote a spec, when and why: with the present one in objects, with former ones in their history. Null for what was written before.
alter table objects
  add column revised_at timestamptz,
  add column revised_by jsonb,
  add column note text;
alter table object_history
  add column revised_by jsonb,
  add column note text;
