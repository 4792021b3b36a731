import type { Client } from 'pg'

/**
 * The whole schema as text, from the catalogues: the same text for the same schema, so that `schema.sql` shows in a
 * review what a migration or a kind really changes. Made for reading and comparing, close to SQL but not for restoring.
 */
export const dumpSchema = async (client: Client): Promise<string> => {
  const lines: string[] = []
  for (const role of await read(client, ROLES)) lines.push(role)
  for (const sequence of await read(client, SEQUENCES)) lines.push(sequence)
  for (const table of await read(client, TABLES)) lines.push('', ...(await dumpTable(client, table)))
  for (const routine of await read(client, FUNCTIONS)) lines.push('', routine)
  return `${lines.join('\n')}\n`
}

const dumpTable = async (client: Client, table: string): Promise<string[]> => {
  const columns = await read(client, COLUMNS, table)
  return [
    `create table ${table} (`,
    ...columns.map((column, index) => `  ${column}${index === columns.length - 1 ? '' : ','}`),
    ')',
    ...(await read(client, CONSTRAINTS, table)).map((line) => `  ${line}`),
    ...(await read(client, INDEXES, table)).map((line) => `  ${line}`),
    ...(await read(client, SECURITY, table)).map((line) => `  ${line}`),
    ...(await read(client, GRANTS, table)).map((line) => `  ${line}`),
    ...(await read(client, TRIGGERS, table)).map((line) => `  ${line}`),
  ]
}

const read = async (client: Client, text: string, table?: string): Promise<string[]> => {
  const { rows } = await client.query<{ line: string }>(text, table === undefined ? [] : [table])
  return rows.map(({ line }) => line)
}

const ROLES = `
  select format('role %s: login %s, superuser %s, bypassrls %s, createrole %s, createdb %s, inherit %s',
    rolname, rolcanlogin, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolinherit) as line
  from pg_roles where rolname in ('atrium_app', 'atrium_system') order by rolname`

const SEQUENCES = `
  select format('create sequence %s%s', c.relname, coalesce((
    select ' grant ' || string_agg(format('%s to %s', lower(a.privilege_type), a.grantee::regrole), ', '
      order by a.grantee::regrole::text collate "C", a.privilege_type)
    from aclexplode(c.relacl) a where a.grantee <> c.relowner), '')) as line
  from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'S' order by c.relname collate "C"`

const TABLES = `
  select relname as line from pg_class
  where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm') order by relname collate "C"`

const COLUMNS = `
  select concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod),
    case when a.attcollation <> t.typcollation then 'collate ' || quote_ident(co.collname) end,
    case a.attgenerated when 's' then 'generated always as (' || pg_get_expr(d.adbin, d.adrelid) || ') stored' end,
    case when a.attidentity <> '' then 'generated always as identity' end,
    case when a.attnotnull then 'not null' end,
    case when a.attgenerated = '' and d.adbin is not null then 'default ' || pg_get_expr(d.adbin, d.adrelid) end,
    case when a.attstorage <> t.typstorage then 'storage ' || a.attstorage::text end) as line
  from pg_attribute a
  join pg_type t on t.oid = a.atttypid
  left join pg_collation co on co.oid = a.attcollation
  left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where a.attrelid = ('public.' || $1)::regclass and a.attnum > 0 and not a.attisdropped
  order by a.attname collate "C"`

// Not-null constraints are rows of their own since PostgreSQL 18; the columns show them.
const CONSTRAINTS = `
  select format('constraint %s %s', conname, pg_get_constraintdef(oid)) as line from pg_constraint
  where conrelid = ('public.' || $1)::regclass and contype <> 'n' order by contype, conname collate "C"`

const INDEXES = `
  select pg_get_indexdef(indexrelid) as line from pg_index
  where indrelid = ('public.' || $1)::regclass and not indisprimary
    and not exists (select from pg_constraint where conindid = indexrelid and contype = 'u')
  order by 1`

const SECURITY = `
  select line from (
    select 1 as place, format('row level security: %s, forced: %s', relrowsecurity, relforcerowsecurity) as line
    from pg_class where oid = ('public.' || $1)::regclass
    union all
    select 2, format('policy %s for %s to %s using (%s)%s', policyname, lower(cmd), array_to_string(roles, ', '), qual,
      ' with check (' || with_check || ')')
    from pg_policies where schemaname = 'public' and tablename = $1
  ) lines order by place, line collate "C"`

const GRANTS = `
  select line from (
    select format('grant %s to %s', string_agg(lower(a.privilege_type), ', ' order by a.privilege_type), a.grantee::regrole) as line
    from pg_class c, aclexplode(c.relacl) a
    where c.oid = ('public.' || $1)::regclass and a.grantee <> c.relowner group by a.grantee
    union all
    select format('grant %s (%s) to %s', lower(a.privilege_type), string_agg(at.attname, ', ' order by at.attname collate "C"),
      a.grantee::regrole)
    from pg_attribute at, aclexplode(at.attacl) a
    where at.attrelid = ('public.' || $1)::regclass and at.attnum > 0 and not at.attisdropped
    group by a.grantee, a.privilege_type
  ) lines order by line collate "C"`

const TRIGGERS = `
  select pg_get_triggerdef(oid) as line from pg_trigger
  where tgrelid = ('public.' || $1)::regclass and not tgisinternal order by tgname collate "C"`

const FUNCTIONS = `
  select pg_get_functiondef(oid) as line from pg_proc
  where pronamespace = 'public'::regnamespace and prokind in ('f', 'p') order by proname collate "C", oid`
