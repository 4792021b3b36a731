import { defineOperatorOperation } from '../../operation.ts'

const fallbackLimit = 100

/** What waits to be sent, and what was given up in the last week and why. What was sent is not kept. */
export const atriumMailsList = defineOperatorOperation(
  'atriumMailsList',
  'mail.manage',
  async ({ query: { limit = fallbackLimit } }, { identity }) => {
    const { mails } = identity
    const [settings, counts, tenants, listed] = await Promise.all([
      mails.settings(),
      mails.counts(),
      identity.listTenants(),
      mails.list(limit),
    ])
    const names = new Map(tenants.map(({ uid, name }) => [uid, name]))
    const items = listed.map(({ uid: _uid, tenant, ...mail }) => ({
      ...mail,
      tenant: names.get(tenant) ?? '',
      state: mail.endedAt === null ? 'waiting' : 'failed',
    }))
    return { isSet: settings !== null, ...counts, items }
  },
)
