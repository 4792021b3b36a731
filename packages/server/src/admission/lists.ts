import type { KindName } from '@atrium/api/kinds/index.ts'
import type { ListPage, ListQuery, Reach, Tx } from '@atrium/runtime/store/store.ts'
import { projectsWith, type Subject } from '../auth/rights/subject.ts'
import { listable } from './authorize.ts'

const asArray = (project: ListQuery['project']): (string | null)[] =>
  Array.isArray(project) ? project : [project ?? null]

/** `query` cut down to what the subject may list. */
export function visibleQuery(subject: Subject, kind: KindName, query: ListQuery): ListQuery | 'nothing' {
  const all = listable(subject, kind)
  if (all === 'all') return query
  const within = query.project === undefined ? all : all.flatMap((reach) => cutTo(asArray(query.project), reach))
  const [only] = within
  if (only === undefined) return 'nothing'
  // Whole projects, as nearly everybody's rights are: the column alone decides.
  if (within.length === 1 && only.projects && !only.filters && !only.uids)
    return { ...query, project: [...only.projects] }
  return { ...query, within }
}

/** The part of `reach` that lies in these scopes. */
function cutTo(scopes: readonly (string | null)[], reach: Reach): Reach[] {
  if (reach.projects === undefined) return [reach]
  const projects = reach.projects.filter((project) => scopes.includes(project))
  return projects.length === 0 ? [] : [{ ...reach, projects }]
}

/**
 * Projects belong to themselves, so no scope column can narrow them: a subject without the tenant's permission gets
 * those of its roles, which are few.
 */
export async function listProjects<K extends KindName>(
  tx: Tx,
  subject: Subject,
  kind: K,
  query: ListQuery,
): Promise<ListPage<K>> {
  if (subject.grants.tenant.has('project.list')) return tx.list(kind, query)
  const visible = new Set(projectsWith(subject, 'project.list'))
  if (visible.size === 0) return { items: [], count: 0 }
  const { limit, offset = 0, continue: token, ...rest } = query
  const page = await tx.list(kind, { ...rest, limit: 0 })
  const all = page.items.filter(({ meta }) => visible.has(meta.uid))
  const start = token === undefined ? offset : Number(token)
  const end = limit ? start + limit : all.length
  return {
    items: all.slice(start, end),
    count: all.length,
    ...(end < all.length ? { continue: String(end) } : {}),
  }
}
