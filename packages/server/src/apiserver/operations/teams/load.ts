import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { Team } from '../../../auth/identity.ts'
import { teamNotFound } from '../../../auth/parts.ts'
import { mustCoverTeam } from '../../../auth/rights/escalation.ts'
import type { Subject } from '../../../auth/rights/subject.ts'
import type { ServerContext } from '../../../context.ts'
import { capped } from '../../invalid.ts'

export async function getTeam(context: ServerContext, subject: Subject, uid: string): Promise<Team> {
  const team = await context.identity.getTeam(subject.tenant, uid)
  if (!team) throw teamNotFound(uid)
  return team
}

/** The team, if the caller holds at least as much: for whatever changes who is in it. */
export async function getManagedTeam(context: ServerContext, subject: Subject, uid: string): Promise<Team> {
  const team = await getTeam(context, subject, uid)
  mustCoverTeam(subject, team.name, await context.identity.grantsOf(subject.tenant, { team: uid }))
  return team
}

const mostTeams = 100

/** Uids of teams as a request names them, each of which the caller may put somebody into. */
export async function getManagedTeams(
  context: ServerContext,
  subject: Subject,
  uids: readonly string[],
  field = 'spec.teams',
): Promise<string[]> {
  for (const uid of capped(uids, mostTeams, field)) {
    if (!(await context.identity.getTeam(subject.tenant, uid))) {
      throw new AtriumError('InvalidRequest', `${field}: there is no team '${uid}'.`, {
        details: { field, value: uid },
      })
    }
    await getManagedTeam(context, subject, uid)
  }
  return [...uids]
}
