import { type KindName, kinds } from '@atrium/api/kinds/index.ts'
import { AtriumError } from '../../base/errors.ts'
import { holdsJson } from '../../base/json.ts'
import { reaches } from '../reach.ts'
import type { BriefObject, ListPage, ListQuery, StoredObject } from '../store.ts'

/** The value of a declared column, as the indexes see it. */
export const columnValue = (object: StoredObject, path: string[]): string | null => specValue(object.spec, path)

function specValue(spec: unknown, path: string[]): string | null {
  let value = spec
  for (const step of path) value = value !== null && typeof value === 'object' ? Reflect.get(value, step) : undefined
  return typeof value === 'string' ? value : value === undefined || value === null ? null : JSON.stringify(value)
}

const unknownColumn = (kind: string, column: string, known: string[]): AtriumError =>
  new AtriumError('InvalidRequest', `${kind} has no column ${column}; known: ${known.join(', ')}`, {
    details: { field: column },
  })

/** Columns of every kind. */
const isFixed = (column: string): column is 'name' | 'uid' => column === 'name' || column === 'uid'

export function briefOf<K extends KindName>({ spec, ...rest }: StoredObject<K>): BriefObject<K> {
  const columns = Object.entries(kinds[rest.kind].listColumns)
  return { ...rest, columns: Object.fromEntries(columns.map(([name, path]) => [name, specValue(spec, path)])) }
}

/** Labels that stand for an object. */
export type LabelsOf = (object: StoredObject) => Record<string, string>

function matches(object: StoredObject, query: ListQuery, labelsOf: LabelsOf): boolean {
  const { listColumns } = kinds[object.kind]
  const target = { project: object.meta.project, uid: object.meta.uid, labels: labelsOf(object) }
  if (query.within && !query.within.some((reach) => reaches(reach, target))) return false
  if (query.project !== undefined && ![query.project].flat().includes(object.meta.project)) return false
  if (query.owner && (object.meta.owner?.kind !== query.owner.kind || object.meta.owner.uid !== query.owner.uid))
    return false
  if (Object.entries(query.labels ?? {}).some(([key, value]) => object.meta.labels[key] !== value)) return false
  if (query.holding !== undefined && !holdsJson(object.spec, query.holding)) return false
  return Object.entries(query.where ?? {}).every(([column, wanted]) => {
    const value = isFixed(column) ? object.meta[column] : columnValue(object, listColumns[column] ?? [])
    return value !== null && (Array.isArray(wanted) ? wanted.includes(value) : wanted === value)
  })
}

function sortValue(object: StoredObject, column: string): string {
  if (column === 'name' || column === 'createdAt' || column === 'modifiedAt') return object.meta[column]
  return columnValue(object, kinds[object.kind].sortColumns[column] ?? []) ?? ''
}

function checkColumns(kind: KindName, query: ListQuery, orderBy: string): void {
  const { listColumns, sortColumns } = kinds[kind]
  for (const column of Object.keys(query.where ?? {}))
    if (!isFixed(column) && !listColumns[column]) throw unknownColumn(kind, column, Object.keys(listColumns))
  const sortable = ['name', 'createdAt', 'modifiedAt', ...Object.keys(sortColumns)]
  if (!sortable.includes(orderBy)) throw unknownColumn(kind, orderBy, sortable)
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const readToken = (token: string): [string, string] =>
  JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as [string, string]
const writeToken = (place: [string, string]): string => Buffer.from(JSON.stringify(place)).toString('base64url')

/** Filters, sorts and cuts; a page continues after the last object of the former one. */
export function listObjects<K extends KindName>(
  objects: StoredObject<K>[],
  kind: K,
  query: ListQuery,
  labelsOf: LabelsOf,
): ListPage<K> {
  const column = query.orderBy?.column ?? 'name'
  checkColumns(kind, query, column)
  const direction = query.orderBy?.descending ? -1 : 1
  const order = (a: [string, string], b: [string, string]): number =>
    direction * (compare(a[0], b[0]) || compare(a[1], b[1]))
  const place = (object: StoredObject<K>): [string, string] => [sortValue(object, column), object.meta.uid]
  const all = objects.filter((object) => matches(object, query, labelsOf)).sort((a, b) => order(place(a), place(b)))
  const start = query.continue === undefined ? null : readToken(query.continue)
  const rest = (start ? all.filter((object) => order(place(object), start) > 0) : all).slice(query.offset ?? 0)
  const items = query.limit ? rest.slice(0, query.limit) : rest
  const last = items.at(-1)
  return {
    items,
    count: all.length,
    ...(items.length < rest.length && last ? { continue: writeToken(place(last)) } : {}),
  }
}
