import { defineOperation } from '../../operation.ts'
import { stringFilter } from '../../shapes/filters.ts'
import { orderViews } from '../../shapes/order.ts'
import { orderOf } from '../../shapes/sorts.ts'
import { projectNames } from './load.ts'
import { viewUserSummary } from './views.ts'

export const v1UsersSummaryGet = defineOperation('v1UsersSummaryGet', {
  scope: 'tenant',
  permission: 'user.list',
  async handler({ subject, body }, context) {
    const { identity } = context
    const byEmail = stringFilter(body.filter?.emailId)
    const byName = stringFilter(body.filter?.name)
    const { eq, ignoreCase } = body.filter?.emailId ?? {}
    // E-mails are kept in small letters: clients look for one among thousands.
    const email = eq && (ignoreCase === false ? eq : eq.toLowerCase())
    const users = await identity.listUsers(subject.tenant, email ? { email } : {})
    const teams = await identity.listTeams(subject.tenant)
    const found = users.filter(
      ({ email, firstName, lastName }) => byEmail(email) && byName(`${firstName} ${lastName}`.trim()),
    )
    const bindings = await identity.roleBindingsOf(
      subject.tenant,
      found.map(({ uid }) => uid),
    )
    const around = {
      teams,
      roles: await identity.roles(subject.tenant),
      projects: await projectNames(context, subject),
    }
    const views = found.map((user) => viewUserSummary(user, bindings.get(user.uid) ?? [], around))
    return { items: orderViews(views, orderOf(body.sort)) }
  },
})
