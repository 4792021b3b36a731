import { defineOperation } from '../../operation.ts'
import { stringFilter } from '../../shapes/filters.ts'
import { orderViews } from '../../shapes/order.ts'
import { viewTeamSummary } from './views.ts'

const sortPaths = { name: 'metadata.name', creationTimestamp: 'metadata.creationTimestamp' } as const

export const v1TeamsSummaryGet = defineOperation('v1TeamsSummaryGet', {
  scope: 'tenant',
  permission: 'team.list',
  async handler({ subject, body }, { identity, admission }) {
    const byName = stringFilter(body.filter?.name)
    const projects = await admission.run(subject, (tx) => tx.list('Project', { limit: 0 }))
    const around = {
      users: await identity.listUsers(subject.tenant),
      roles: await identity.roles(subject.tenant),
      projects: new Map(projects.items.map(({ meta }) => [meta.uid, meta.name])),
    }
    const teams = (await identity.listTeams(subject.tenant)).filter(({ name }) => byName(name))
    const bindings = await identity.roleBindingsOf(
      subject.tenant,
      teams.map(({ uid }) => uid),
    )
    const views = teams.map((team) => viewTeamSummary(team, bindings.get(team.uid) ?? [], around))
    const order = (body.sort ?? []).map(
      ({ field, order: direction }) => `${sortPaths[field ?? 'name']}=${direction === 'desc' ? -1 : 1}`,
    )
    return { items: orderViews(views, order.join(',')) }
  },
})
