import type { v1ObjectMeta } from '@atrium/api/generated/operations.d.ts'
import type { OperationId, RegisteredOperation } from '../../operation.ts'
import { defineOperation } from '../../operation.ts'
import { listedFrom, listMeta, pageOfViews, type Selection } from '../../shapes/lists.ts'
import { parseMeta } from '../../shapes/meta.ts'
import { mustNameGateway } from '../overlords/gateway.ts'
import { mustFit } from '../tenants/resource-limits.ts'
import { readAccountSpec } from './account-spec.ts'
import type { AccountCloud } from './clouds.ts'
import { accountSpec, markCredentials, storeCredentials, storedCredentials } from './credentials.ts'
import { getAccount, lockAccount, viewNamedAccount } from './views.ts'

type AccountId = Extract<
  OperationId,
  `v1CloudAccounts${'Aws' | 'Azure' | 'Gcp' | 'Vsphere' | 'Maas' | 'CloudStack'}${string}`
>
type Of<Verb extends string> = Extract<AccountId, `${string}${Verb}`>

/** What the bodies of all clouds have in common; the contract has checked the rest. */
interface AccountBody {
  metadata?: v1ObjectMeta | undefined
  spec?: object | undefined
}

const specOf = (cloud: AccountCloud, body: AccountBody, keptOf: <T extends object>(schema: string, value: T) => T) =>
  body.spec && keptOf(cloud.schema, body.spec)

export const defineAccountCreate = (id: Of<'Create'>, cloud: AccountCloud): RegisteredOperation =>
  defineOperation(id, {
    scope: 'project',
    permission: 'cloudaccount.create',
    async handler({ subject, body, project, keptOf }, context) {
      const given = body as AccountBody
      const { settings, secrets } = readAccountSpec(cloud, specOf(cloud, given, keptOf), 'spec.')
      const meta = parseMeta(given.metadata)
      mustNameGateway(subject, meta.annotations, cloud.isPrivate)
      await mustFit(context, subject, 'cloudaccount')
      return context.admission.run(subject, async (tx) => {
        const spec = { ...accountSpec(cloud.cloudType, secrets), settings }
        const { meta: made } = await tx.create({ kind: 'CloudAccount', project, ...meta, spec })
        await storeCredentials(tx, made.uid, secrets)
        return { uid: made.uid }
      })
    },
  })

export const defineAccountUpdate = (id: Of<'Update'>, cloud: AccountCloud): RegisteredOperation =>
  defineOperation(id, {
    scope: 'object',
    permission: 'cloudaccount.update',
    handler: ({ subject, params, body, keptOf }, context) =>
      context.admission.run(subject, async (tx) => {
        const given = body as AccountBody
        const { meta: old, spec: former } = await lockAccount(tx, cloud.cloudType, params.uid)
        const stored = await storedCredentials(tx, params.uid, former.credentialKeys)
        const before = { settings: former.settings, secrets: stored }
        const { settings, secrets } = readAccountSpec(cloud, specOf(cloud, given, keptOf), 'spec.', before)
        const { name, ...meta } = parseMeta(given.metadata)
        mustNameGateway(subject, meta.annotations, cloud.isPrivate)
        const mark = await markCredentials(tx, params.uid, secrets, former, context.random)
        const spec = { ...accountSpec(cloud.cloudType, secrets), settings, ...mark }
        await tx.update('CloudAccount', params.uid, { name: name || old.name, ...meta, spec })
        await storeCredentials(tx, params.uid, secrets, former.credentialKeys)
      }),
  })

export const defineAccountGet = (id: Of<'Get'>, cloud: AccountCloud): RegisteredOperation =>
  defineOperation(id, {
    scope: 'object',
    permission: 'cloudaccount.get',
    handler: ({ subject, params }, context) =>
      context.admission.run(subject, async (tx) =>
        viewNamedAccount(cloud, await getAccount(tx, cloud.cloudType, params.uid)),
      ),
  })

export const defineAccountList = (id: Of<'List'>, cloud: AccountCloud): RegisteredOperation =>
  defineOperation(id, {
    scope: 'project',
    permission: 'cloudaccount.list',
    handler: ({ subject, query, project }, context) =>
      context.admission.run(subject, async (tx) => {
        const where = { cloudType: cloud.cloudType }
        const { items } = await tx.list('CloudAccount', { project: listedFrom(project), where, limit: 0 })
        const views = items.map((account) => viewNamedAccount(cloud, account))
        const page = pageOfViews(views, query as Selection)
        return { items: page.items, listmeta: listMeta(page) }
      }),
  })

export const defineAccountDelete = (id: Of<'Delete'>, cloud: AccountCloud): RegisteredOperation =>
  defineOperation(id, {
    scope: 'object',
    permission: 'cloudaccount.delete',
    handler: ({ subject, params }, context) =>
      context.admission.run(subject, async (tx) => {
        await getAccount(tx, cloud.cloudType, params.uid)
        await tx.delete('CloudAccount', params.uid)
      }),
  })
