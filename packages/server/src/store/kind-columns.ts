/**
 * List columns, sort columns and unique keys of the kinds, as database objects.
 *
 * They are ensured by the migrator after the numbered files, not written into them: the kinds are the one list, and a
 * new kind cannot forget its indexes. They show in `schema.sql`, so a review sees the DDL. Only additions happen here;
 * taking something away is a numbered migration, because older servers may still run.
 *
 * Columns are generated and stored instead of expression indexes: under row-level security the planner uses an index
 * condition before the policy only when its operators are leakproof, and `->>` is not, so an expression index on
 * `spec->>'x'` is never used by `atrium_app`. Equality of a text column is leakproof.
 */
import type { KindDefinition } from '@atrium/api/kinds/meta.ts'

export interface Ddl {
  name: string
  statement: string
}

export interface KindDdl {
  columns: Ddl[]
  indexes: Ddl[]
}

const snake = (word: string): string => word.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replace(/^_/, '')
const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** The generated column of a path into the spec. */
export const columnOf = (path: readonly string[]): `spec_${string}` => `spec_${path.map(snake).join('__')}`

/** The name of the unique index of one key of a kind: errors are translated back by it. */
export const uniqueIndexOf = (kind: string, columns: readonly string[]): string =>
  checkName(`objects_${snake(kind)}_key_${columns.map(snake).join('__')}`)

const checkName = (name: string): string => {
  // PostgreSQL cuts longer names silently, and then two could be one.
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(name)) throw new Error(`${name} is no usable database name: shorten the column`)
  return name
}

export const kindDdl = (definitions: readonly KindDefinition[]): KindDdl => {
  const paths = new Map<string, string>()
  for (const definition of definitions)
    for (const path of Object.values({ ...definition.listColumns, ...definition.sortColumns })) addPath(paths, path)
  const columns = [...paths].map(([name, path]) => ({
    name,
    statement: `alter table objects add column ${name} text collate "C" generated always as (spec #>> ${path}) stored`,
  }))
  return { columns, indexes: definitions.flatMap(indexesOf) }
}

const addPath = (paths: Map<string, string>, path: readonly string[]): void => {
  const name = checkName(columnOf(path))
  const literal = quoteText(`{${path.map((step) => `"${step}"`).join(',')}}`)
  if ((paths.get(name) ?? literal) !== literal) throw new Error(`two paths into specs share the column name ${name}`)
  paths.set(name, literal)
}

const indexesOf = (definition: KindDefinition): Ddl[] => {
  const { name: kind, listColumns, sortColumns, uniqueKeys } = definition
  const where = `where kind = ${quoteText(kind)}`
  const searches = Object.values({ ...listColumns, ...sortColumns }).map((path) => {
    const name = checkName(`objects_${snake(kind)}_by_${columnOf(path).slice('spec_'.length)}`)
    return { name, statement: `create index ${name} on objects (tenant, ${columnOf(path)}, uid) ${where}` }
  })
  const keys = uniqueKeys.map((columns) => {
    const name = uniqueIndexOf(kind, columns)
    const list = columns.map((column) => keyColumn(definition, column)).join(', ')
    return {
      name,
      statement: `create unique index ${name} on objects (tenant, ${list}) ${where} and deleted_at is null`,
    }
  })
  return [...searches, ...keys]
}

/** The SQL of one column of a unique key; `scope` is the project, or the tenant when there is none. */
export const keyColumn = (definition: KindDefinition, column: string): string => {
  if (column === 'scope') return `coalesce(project, '')`
  if (column === 'name') return 'name'
  const path = definition.listColumns[column]
  if (path === undefined) throw new Error(`unique key of ${definition.name}: ${column} is no list column`)
  return columnOf(path)
}
