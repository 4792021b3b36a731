import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { can, projectsWith, type Subject } from '../../../auth/rights/subject.ts'
import type { ServerContext } from '../../../context.ts'
import type { AuditSelection, RecordedAudit } from '../../../store/audit.ts'
import { type ActionType, plainTypes } from './views.ts'

/** Projects whose entries the subject may read, of `named` alone if that is given; null = of everything. */
export function readableProjects(
  subject: Subject,
  permission: 'audit.get' | 'audit.list',
  named: string | null,
): string[] | null {
  if (named !== null) return can(subject, permission, named) ? [named] : []
  return can(subject, permission, null) ? null : projectsWith(subject, permission)
}

/** Entries of a type of the public API: what is none of its verbs is an `action`. */
export function selectionOfType(type: ActionType | undefined): Pick<AuditSelection, 'verb' | 'notVerbs'> {
  if (type === undefined) return {}
  return type === 'action' ? { notVerbs: plainTypes } : { verb: type }
}

/** The entry; `ResourceNotFound` also for one that the caller may not read. */
export async function getAudit(context: ServerContext, subject: Subject, uid: string): Promise<RecordedAudit> {
  const projects = readableProjects(subject, 'audit.get', null)
  const id = /^\d{1,15}$/.test(uid) ? Number(uid) : 0
  const [entry] = await context.identity.audits(subject.tenant, { id, projects, limit: 1 })
  if (entry) return entry
  throw new AtriumError('ResourceNotFound', `There is no audit entry '${uid.slice(0, 64)}'.`)
}
