import { invalid } from '../../invalid.ts'
import { defineOperation } from '../../operation.ts'
import { listMeta } from '../../shapes/lists.ts'
import { parseTime } from '../../shapes/time.ts'
import { readableProjects, selectionOfType } from './load.ts'
import { viewAudit } from './views.ts'

const defaultLimit = 50
const mostAtOnce = 1_000

/** What was done, newest first; of a project that is not seen nothing. New entries come in at the front while a client reads: a token is the last one it got. */
export const v1AuditsList = defineOperation('v1AuditsList', {
  scope: 'object',
  permission: 'audit.list',
  async handler({ subject, project, query }, context) {
    const { startTime, endTime, userUid, projectUid, tenantUid, resourceKind, resourceUid, actionType } = query
    const { limit = defaultLimit, offset = 0, continue: token } = query
    const size = limit === 0 ? mostAtOnce : limit
    if (limit < 0 || limit > mostAtOnce) throw invalid('limit', `is at most ${mostAtOnce}`)
    if (offset < 0) throw invalid('offset', 'cannot be negative')
    if (token !== undefined && !/^\d{1,15}$/.test(token))
      throw invalid('continue', 'is not a token of this list. Start again without it')
    const since = startTime === undefined ? undefined : parseTime(startTime, 'startTime')
    const until = endTime === undefined ? undefined : parseTime(endTime, 'endTime')
    const named = project ?? projectUid ?? null
    const projects = readableProjects(subject, 'audit.list', named)
    if (projects?.length === 0 || (tenantUid !== undefined && tenantUid !== subject.tenant))
      return { items: [], listmeta: listMeta({ items: [], count: 0, start: 0 }) }
    const selection = {
      ...{ since, until, userUid, projects, kind: resourceKind, uid: resourceUid },
      ...selectionOfType(actionType),
    }
    const items = await context.identity.audits(subject.tenant, {
      ...selection,
      limit: size,
      ...(token === undefined ? { offset } : { before: Number(token) }),
    })
    const last = items.at(-1)
    const isWhole = last === undefined || items.length < size
    return {
      items: items.map((entry) => viewAudit(entry, subject.tenantName)),
      listmeta: listMeta({
        items,
        count: await context.identity.countAudits(subject.tenant, selection),
        start: offset,
        ...(!isWhole && { continue: String(last.id) }),
      }),
    }
  },
})
