import { defineOperation } from '../../operation.ts'
import { stringFilter } from '../../shapes/filters.ts'
import { viewUserSummary } from './views.ts'

export const v1UsersSummaryGet = defineOperation('v1UsersSummaryGet', {
  scope: 'tenant',
  permission: 'user.list',
  async handler({ subject, body }, { identity }) {
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
    return { items: found.map((user) => viewUserSummary(user, teams)) }
  },
})
