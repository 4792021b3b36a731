import type { Subject } from '../../../auth/rights/subject.ts'
import type { ServerContext } from '../../../context.ts'
import { defineOperation } from '../../operation.ts'
import { stringFilter } from '../../shapes/filters.ts'
import { listMeta, pageOfArray } from '../../shapes/lists.ts'
import { viewMeta } from '../../shapes/meta.ts'
import { orderViews } from '../../shapes/order.ts'
import { orderOf } from '../../shapes/sorts.ts'
import { nameOf } from '../users/views.ts'
import { membersOf } from './members.ts'
import { viewProjectSummary } from './views.ts'

/** Names of all users and teams, by uid. */
async function holderNames({ identity }: ServerContext, { tenant }: Subject): Promise<Map<string, string>> {
  const users = (await identity.listUsers(tenant)).map((user) => [user.uid, nameOf(user)] as const)
  return new Map([...users, ...(await identity.listTeams(tenant)).map(({ uid, name }) => [uid, name] as const)])
}

export const v1ProjectsFilterSummary = defineOperation('v1ProjectsFilterSummary', {
  scope: 'self',
  permission: null,
  async handler({ subject, body, query }, context) {
    const { items } = await context.admission.run(subject, (tx) => tx.list('Project', { limit: 0 }))
    const byName = stringFilter(body.filter?.name)
    const found = items.filter(({ meta }) => byName(meta.name))
    const ordered = orderViews(
      found.map((project) => ({ metadata: viewMeta(project.meta), project })),
      orderOf(body.sort),
    )
    const page = pageOfArray(ordered, query)
    const uids = page.items.map(({ project }) => project.meta.uid)
    const members = await membersOf(context, subject, uids)
    const names = members.size > 0 ? await holderNames(context, subject) : new Map<string, string>()
    return {
      items: page.items.map(({ project }) => viewProjectSummary(project, members.get(project.meta.uid) ?? [], names)),
      listmeta: listMeta(page),
    }
  },
})
