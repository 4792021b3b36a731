import { systemTenant } from '@atrium/runtime/store/store.ts'
import { defineOperatorOperation } from '../../operation.ts'

const usualLimit = 100

/** What operators did, and what became of tenants, newest first. */
export const atriumSystemAuditList = defineOperatorOperation(
  'atriumSystemAuditList',
  'audit.read',
  async ({ query: { limit = usualLimit, before } }, context) => {
    const entries = await context.identity.audits(systemTenant, { limit, before })
    return {
      items: entries.map(({ id, at, actor, action, object, message }) => ({
        ...{ id, at, action, message },
        actor: { type: actor.type, uid: actor.uid, name: actor.name },
        ...{ kind: object.kind, uid: object.uid, name: object.name },
      })),
    }
  },
)
