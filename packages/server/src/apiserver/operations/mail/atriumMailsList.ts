import { defineOperatorOperation } from '../../operation.ts'

const fallbackLimit = 100

/** What waits to be sent, and what was given up in the last week and why. What was sent is not kept. */
export const atriumMailsList = defineOperatorOperation(
  'atriumMailsList',
  'mail.manage',
  async ({ query: { limit = fallbackLimit } }, { identity }) => {
    const { mails } = identity
    const [settings, counts, tenants] = [await mails.settings(), await mails.counts(), await identity.listTenants()]
    const names = new Map(tenants.map(({ uid, name }) => [uid, name]))
    const items = (await mails.list(limit)).map(({ uid: _uid, tenant, ...mail }) => ({
      ...mail,
      tenant: names.get(tenant) ?? '',
      state: mail.endedAt === null ? 'waiting' : 'failed',
    }))
    return { isSet: settings !== null, ...counts, items }
  },
)
