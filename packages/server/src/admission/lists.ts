import type { KindName } from '@atrium/api/kinds/index.ts'
import type { ListPage, ListQuery, Tx } from '@atrium/runtime/store/store.ts'
import { projectsWith, type Subject } from '../auth/subject.ts'
import { listableScopes } from './authorize.ts'

const asArray = (project: ListQuery['project']): (string | null)[] =>
  Array.isArray(project) ? project : [project ?? null]

/** `query` cut down to the scopes the subject may list. */
export function visibleQuery(subject: Subject, kind: KindName, query: ListQuery): ListQuery | 'nothing' {
  const scopes = listableScopes(subject, kind)
  if (scopes === 'all') return query
  const wanted =
    query.project === undefined ? scopes : asArray(query.project).filter((project) => scopes.includes(project))
  return wanted.length === 0 ? 'nothing' : { ...query, project: wanted }
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
