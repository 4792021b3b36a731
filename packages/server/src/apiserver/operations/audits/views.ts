import type { v1Audit, v1AuditSpec } from '@atrium/api/generated/operations.d.ts'
import type { RecordedAudit } from '../../../store/audit.ts'

export type ActionType = NonNullable<v1AuditSpec['actionType']>

/** Types that are the last word of an action here, too. */
export const plainTypes = [
  'create',
  'update',
  'delete',
  'publish',
  'deploy',
  'activity',
] as const satisfies ActionType[]

const typeOf = (action: string): ActionType =>
  plainTypes.find((type) => type === action.slice(action.lastIndexOf('.') + 1)) ?? 'action'

/** Names of keys and agents stand where the name of a person would. */
export const viewAudit = (
  { id, at, actor, action, object, project, message, note }: RecordedAudit,
  org: string,
): v1Audit => ({
  metadata: {
    ...{ uid: String(id), name: action, creationTimestamp: at, lastModifiedTimestamp: at, labels: {} },
    annotations: { scope: project === null ? 'tenant' : 'project', ...(project !== null && { projectUid: project }) },
  },
  spec: {
    actionType: typeOf(action),
    actionMsg: action,
    contentMsg: message,
    userMsg: note ?? '',
    actor: {
      ...(actor.type === 'user' || actor.type === 'apiKey'
        ? { actorType: 'user', user: { uid: actor.uid, emailId: actor.name, org } }
        : { actorType: actor.type === 'agent' ? 'service' : 'system', serviceName: actor.name }),
      ...(project !== null && { project: { uid: project } }),
    },
    resource: object,
  },
})
