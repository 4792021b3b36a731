import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { can, type Subject } from '../../../auth/rights/subject.ts'
import type { ServerContext } from '../../../context.ts'
import type { RecordedAudit } from '../../../store/audit.ts'
import { invalid } from '../../invalid.ts'
import { defineOperation } from '../../operation.ts'
import { getAudit } from './load.ts'

/** A note on what was done: by who did it, or who may change the place where it was. The record itself stays as it is. */
export const v1AuditsUidMsgUpdate = defineOperation('v1AuditsUidMsgUpdate', {
  scope: 'object',
  permission: 'audit.get',
  async handler({ subject, params, body }, context) {
    const note = (body.userMsg ?? '').trim()
    if (note === '' || /[^\P{Cc}\n\t]/u.test(note)) throw invalid('userMsg', 'is missing, or no text')
    const entry = await getAudit(context, subject, params.uid)
    if (!looksAfter(subject, entry) && !(await didIt(context, subject, entry)))
      throw new AtriumError('Forbidden', 'Notes are for who did it, and for who may change the project or the tenant.')
    await context.identity.noteAudit(subject, entry, note)
  },
})

const looksAfter = (subject: Subject, { project }: RecordedAudit): boolean =>
  can(subject, project === null ? 'tenant.update' : 'project.update', project)

async function didIt({ identity }: ServerContext, subject: Subject, { actor }: RecordedAudit): Promise<boolean> {
  if (actor.type !== 'apiKey') return actor.type === 'user' && actor.uid === subject.userUid
  return (await identity.getApiKey(subject.tenant, actor.uid))?.userUid === subject.userUid
}
