import { type KindName, kinds } from '@atrium/api/kinds/index.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type {
  BriefObject,
  BriefPage,
  ListPage,
  ListQuery,
  NamedObject,
  NamesPage,
  Reach,
} from '@atrium/runtime/store/store.ts'
import { columnOf } from './kind-columns.ts'
import { OBJECT, type ObjectRow, toObject } from './object-rows.ts'
import { tagPath } from './tag-path.ts'
import type { TxContext } from './tx-context.ts'

/** `limit: 0` means everything: read in pages of this many, so that no answer of the database is unbounded. */
const PAGE_MAX = 1000
/** How many rows a statement reads. Each number is a text, and there is room for so many prepared ones: others are rounded up. */
const PAGE_SIZES = [1, 5, 10, 25, 50, 100, 250, 500, PAGE_MAX]

interface Order {
  column: string
  /** The SQL that is sorted by, and the type its values have in a token. */
  expression: string
  type: 'text' | 'timestamptz'
  descending: boolean
}

/** The last object of a page: [column, descending, value, uid]. */
type Place = [string, boolean, string, string]

export const listObjects = async <K extends KindName>(
  context: TxContext,
  kind: K,
  query: ListQuery,
): Promise<ListPage<K>> => {
  const { rows, ...page } = await listRows(context, kind, query, OBJECT)
  return { ...page, items: rows.map((row) => toObject(kind, row)) }
}

export const listBriefs = async <K extends KindName>(
  context: TxContext,
  kind: K,
  query: ListQuery,
): Promise<BriefPage<K>> => {
  const columns = Object.entries(kinds[kind].listColumns).map(([name, path]) => `'${name}', o.${columnOf(path)}`)
  const select = OBJECT.replace('o.spec', `jsonb_build_object(${columns.join(', ')}) as spec`)
  const { rows, ...page } = await listRows(context, kind, query, select)
  const items = rows.map((row) => {
    const { spec: _instead, ...object } = toObject(kind, row)
    return { ...object, columns: row.spec as BriefObject['columns'] }
  })
  return { ...page, items }
}

export const listNames = async (context: TxContext, kind: KindName, query: ListQuery): Promise<NamesPage> => {
  const columns = Object.entries(kinds[kind].listColumns).map(([name, path]) => [name, columnOf(path)] as const)
  const select = `select o.tenant, o.uid, o.name, o.project${columns.map(([, column]) => `, o.${column}`).join('')} from objects o`
  const { rows, ...page } = await listRows<ListedName>(context, kind, query, select)
  const items = rows.map((row) => ({
    ...{ uid: row.uid, name: row.name, project: row.project },
    columns: Object.fromEntries(columns.map(([name, column]) => [name, row[column] ?? null])),
  }))
  return { ...page, items }
}

interface Sorted {
  uid: string
  sort_value: string | Date
}
type ListedRow = ObjectRow & Sorted
type ListedName = Omit<NamedObject, 'columns'> & Sorted & { [column: `spec_${string}`]: string | null }

const listRows = async <Row extends Sorted = ListedRow>(
  context: TxContext,
  kind: KindName,
  query: ListQuery,
  select: string,
): Promise<{ rows: Row[]; count: number; continue?: string }> => {
  const order = orderOf(kind, query)
  const filter = filterOf(context.tenant, kind, query)
  const found: Row[] = []
  let place = query.continue === undefined ? null : readToken(query.continue, order)
  let more = true
  for (let offset = query.offset ?? 0; more; offset = 0) {
    const wanted = query.limit ? Math.min(query.limit - found.length, PAGE_MAX) : PAGE_MAX
    const rows = await readPage<Row>(context, { select, filter, order, place, limit: sizeFor(wanted) + 1, offset })
    more = rows.length > wanted
    found.push(...rows.slice(0, wanted))
    const last = rows.at(wanted - 1)
    if (!more || last === undefined) break
    place = placeOf(last, order)
    if (query.limit && found.length >= query.limit) break
  }
  const whole = !more && query.continue === undefined && query.offset === undefined
  const count = whole ? found.length : await countAll(context, filter)
  return { rows: found, count, ...(more && place !== null ? { continue: writeToken(place) } : {}) }
}

const sizeFor = (wanted: number): number => PAGE_SIZES.find((size) => size >= wanted) ?? PAGE_MAX

/** Conditions and the values they carry, in step. */
class Filter {
  readonly conditions: string[] = []
  readonly values: unknown[] = []
  /** Adds a condition; each `?` in it stands for the next value. */
  add(condition: string, ...values: unknown[]): void {
    let index = this.values.length
    this.conditions.push(condition.replaceAll('?', () => `$${++index}`))
    this.values.push(...values)
  }
  copy(): Filter {
    const copy = new Filter()
    copy.conditions.push(...this.conditions)
    copy.values.push(...this.values)
    return copy
  }
  get where(): string {
    return `where ${this.conditions.join(' and ')}`
  }
}

const filterOf = (tenant: string, kind: KindName, query: ListQuery): Filter => {
  const filter = new Filter()
  // The kind is a constant in the predicates of the indexes: as a value of the statement it would be planned anew each time.
  filter.add(`o.tenant = ? and o.kind = '${kind}'`, tenant)
  addProject(filter, query.project)
  if (query.within) addReaches(filter, kind, query.within)
  if (query.owner) filter.add('o.owner_uid = ? and o.owner_kind = ?', query.owner.uid, query.owner.kind)
  const { listColumns } = kinds[kind]
  for (const [column, wanted] of Object.entries(query.where ?? {})) {
    if (column === 'name' || column === 'uid') {
      filter.add(`o.${column} = any(?)`, [wanted].flat())
      continue
    }
    const path = listColumns[column]
    if (path === undefined) throw unknownColumn(kind, column, Object.keys(listColumns))
    if (Array.isArray(wanted)) filter.add(`o.${columnOf(path)} = any(?)`, wanted)
    else filter.add(`o.${columnOf(path)} = ?`, wanted)
  }
  if (query.holding !== undefined) filter.add('o.spec @> ?::jsonb', JSON.stringify(query.holding))
  for (const [key, value] of Object.entries(query.labels ?? {}))
    filter.add(
      'exists (select from object_labels l where l.tenant = o.tenant and l.uid = o.uid and l.key = ? and l.value = ?)',
      key,
      value,
    )
  return filter
}

const addProject = (filter: Filter, project: ListQuery['project']): void => {
  if (project === undefined) return
  if (project === null) return filter.add('o.project is null')
  if (!Array.isArray(project)) return filter.add('o.project = ?', project)
  const { condition, values } = inProjects(project)
  filter.add(condition, ...values)
}

interface Condition {
  condition: string
  values: unknown[]
}

const inProjects = (projects: readonly (string | null)[]): Condition => {
  const uids = projects.filter((uid) => uid !== null)
  return projects.includes(null)
    ? { condition: '(o.project is null or o.project = any(?))', values: [uids] }
    : { condition: 'o.project = any(?)', values: [uids] }
}

/** As `reaches` of the runtime decides; filters are values, so that the text is the same for all of them. */
const addReaches = (filter: Filter, kind: KindName, within: readonly Reach[]): void => {
  const any = within.map((reach) => conditionOf(kind, reach))
  const text = any.map(({ condition }) => `(${condition})`).join(' or ')
  filter.add(`(${text || 'false'})`, ...any.flatMap(({ values }) => values))
}

const conditionOf = (kind: KindName, { projects, uids, filters }: Reach): Condition => {
  const parts: Condition[] = []
  if (projects) parts.push(inProjects(projects))
  if (uids) parts.push({ condition: 'o.uid = any(?)', values: [uids] })
  if (filters) parts.push({ condition: `${labelsOf(kind)} @@ any(?::jsonpath[])`, values: [filters.map(tagPath)] })
  return {
    condition: parts.map(({ condition }) => condition).join(' and ') || 'true',
    values: parts.flatMap(({ values }) => values),
  }
}

/** The labels that stand for an object. */
const labelsOf = (kind: KindName): string =>
  kinds[kind].taggedBy === 'owner'
    ? '(select w.labels from objects w where w.tenant = o.tenant and w.uid = o.owner_uid)'
    : 'o.labels'

const orderOf = (kind: KindName, query: ListQuery): Order => {
  const { sortColumns } = kinds[kind]
  const column = query.orderBy?.column ?? 'name'
  const descending = query.orderBy?.descending ?? false
  if (column === 'name') return { column, expression: nameOrder(kind, query), type: 'text', descending }
  if (column === 'createdAt') return { column, expression: 'o.created_at', type: 'timestamptz', descending }
  if (column === 'modifiedAt') return { column, expression: 'o.modified_at', type: 'timestamptz', descending }
  const path = sortColumns[column]
  if (path === undefined)
    throw unknownColumn(kind, column, ['name', 'createdAt', 'modifiedAt', ...Object.keys(sortColumns)])
  return { column, expression: `coalesce(o.${columnOf(path)}, '')`, type: 'text', descending }
}

/**
 * A whole list by a column is read through that column's index and sorted: offered an order by name as well, a planner that
 * knows no statistics yet walked through all objects of the kind for each of them.
 */
const nameOrder = (kind: KindName, { where = {}, limit }: ListQuery): string =>
  !limit && Object.keys(where).some((column) => column in kinds[kind].listColumns) ? `(o.name || '')` : 'o.name'

interface PageQuery {
  /** `OBJECT`, or another list of columns that begins with the tenant. */
  select: string
  filter: Filter
  order: Order
  place: Place | null
  limit: number
  offset: number
}

const readPage = <Row extends Sorted>(context: TxContext, query: PageQuery): Promise<Row[]> => {
  const { order, place, limit, offset } = query
  const filter = query.filter.copy()
  const [operator, direction] = order.descending ? ['<', 'desc'] : ['>', 'asc']
  if (place !== null) filter.add(`(${order.expression}, o.uid) ${operator} (?::${order.type}, ?)`, place[2], place[3])
  // As a value: each page would be a statement of its own.
  const skipped = offset === 0 ? '' : ` offset $${filter.values.push(offset)}`
  const select = query.select.replace('select o.tenant,', `select ${order.expression} as sort_value, o.tenant,`)
  return context.sql.query(
    `${select} ${filter.where} order by ${order.expression} ${direction}, o.uid ${direction} limit ${limit}${skipped}`,
    filter.values,
  )
}

const countAll = async (context: TxContext, filter: Filter): Promise<number> => {
  const [row] = await context.sql.query<{ count: number }>(
    `select count(*) as count from objects o ${filter.where}`,
    filter.values,
  )
  return row?.count ?? 0
}

const placeOf = (row: Sorted, order: Order): Place => {
  const value = row.sort_value instanceof Date ? row.sort_value.toISOString() : row.sort_value
  return [order.column, order.descending, value, row.uid]
}

const writeToken = (place: Place): string => Buffer.from(JSON.stringify(place)).toString('base64url')

const readToken = (token: string, order: Order): Place => {
  const place = parseToken(token)
  if (place?.[0] === order.column && place[1] === order.descending) return place
  throw new AtriumError('InvalidRequest', 'the continue token does not belong to this list: start again without it', {
    details: { field: 'continue' },
  })
}

const parseToken = (token: string): Place | null => {
  try {
    const place = JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as unknown
    if (!Array.isArray(place) || place.length !== 4) return null
    const [column, descending, value, uid] = place as unknown[]
    if (typeof column !== 'string' || typeof descending !== 'boolean') return null
    if (typeof value !== 'string' || typeof uid !== 'string') return null
    return [column, descending, value, uid]
  } catch {
    // Whatever was sent is no token of ours; the caller says so.
    return null
  }
}

const unknownColumn = (kind: string, column: string, known: string[]): AtriumError =>
  new AtriumError('InvalidRequest', `${kind} has no column ${column}; known: ${known.join(', ')}`, {
    details: { field: column },
  })
