import { defineOperation } from '../../operation.ts'
import { stringFilter } from '../../shapes/filters.ts'
import { orderViews } from '../../shapes/order.ts'
import { orderOf } from '../../shapes/sorts.ts'
import { projectNames } from '../users/load.ts'
import { viewTeamSummary } from './views.ts'

export const v1TeamsSummaryGet = defineOperation('v1TeamsSummaryGet', {
  scope: 'tenant',
  permission: 'team.list',
  async handler({ subject, body }, context) {
    const { identity } = context
    const byName = stringFilter(body.filter?.name)
    const around = {
      users: await identity.listUsers(subject.tenant),
      roles: await identity.roles(subject.tenant),
      projects: await projectNames(context, subject),
    }
    const teams = (await identity.listTeams(subject.tenant)).filter(({ name }) => byName(name))
    const bindings = await identity.roleBindingsOf(
      subject.tenant,
      teams.map(({ uid }) => uid),
    )
    const views = teams.map((team) => viewTeamSummary(team, bindings.get(team.uid) ?? [], around))
    return { items: orderViews(views, orderOf(body.sort)) }
  },
})
