import { defineOperation } from '../../operation.ts'
import { listMeta, pageOfViews } from '../../shapes/lists.ts'
import { viewTeam } from './views.ts'

/** All teams unless a limit is asked for: clients never continue this list. */
export const v1TeamsList = defineOperation('v1TeamsList', {
  scope: 'tenant',
  permission: 'team.list',
  async handler({ subject, query }, { identity }) {
    const teams = await identity.listTeams(subject.tenant)
    const bindings = await identity.roleBindingsOf(
      subject.tenant,
      teams.map(({ uid }) => uid),
    )
    const views = teams.map((team) => viewTeam(team, bindings.get(team.uid) ?? []))
    const page = pageOfViews(views, query, 0)
    // A client that looks for one by name takes an empty array for more than one.
    const isMissed = query.filters !== undefined && page.count === 0
    return { items: isMissed ? null : page.items, listmeta: listMeta(page) }
  },
})
