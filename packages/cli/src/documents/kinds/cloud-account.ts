import { maskedPaths } from '../difference.ts'
import { apiVersion, maskedValue } from '../document.ts'
import { documentMetadata, isOfScope, type Scope, sentMetadata } from '../scope.ts'
import { object, required, text, texts } from '../shape.ts'
import { type KindDefinition, refuseChange } from './kind.ts'

type AccountSpec = { cloud: string; credentials?: Record<string, string> }

/** Credentials are written and never read: an export names those the cloud asks for. */
export const cloudAccountKind: KindDefinition<AccountSpec> = {
  aliases: ['account'],
  spec: required(object({ cloud: required(text), credentials: texts })),
  scopes: ['tenant', 'project'],
  isLabelled: true,
  list: async (scope) => (await readAccounts(scope)).map(({ metadata }) => metadata?.uid ?? ''),
  async find(scope, { metadata }) {
    const accounts = (await readAccounts(scope)).filter((one) => isOfScope(scope, one.metadata))
    return accounts.find((one) => one.metadata?.name === metadata.name)?.metadata?.uid ?? null
  },
  async read(scope, uid) {
    const account = (await readAccounts(scope)).find(({ metadata }) => metadata?.uid === uid)
    const cloud = account?.kind ?? ''
    const { keys } = await scope.client.call('GET /v1/clouds/cloudTypes/{cloudType}/cloudAccountKeys', {
      params: { cloudType: cloud },
    })
    const credentials = Object.fromEntries((keys ?? []).map((key) => [key, maskedValue]))
    const spec = { cloud, ...(Object.keys(credentials).length > 0 && { credentials }) }
    return { apiVersion, kind: 'CloudAccount', metadata: documentMetadata(account?.metadata), spec }
  },
  async create({ client }, { metadata, spec }) {
    const body = { metadata: sentMetadata(metadata), spec: { credentials: spec.credentials ?? {} } }
    await client.call('POST /v1/cloudaccounts/cloudTypes/{cloudType}', { params: { cloudType: spec.cloud }, body })
  },
  async update({ client }, uid, { wanted, differences }) {
    refuseChange(differences, 'spec.cloud', 'Give the account of the other cloud another name.')
    const { metadata, spec } = wanted
    const [masked] = maskedPaths(spec.credentials, 'spec.credentials')
    if (masked !== undefined)
      throw new Error(`${masked}: a change of the account sends all its credentials. Give its value.`)
    const body = { metadata: sentMetadata(metadata), spec: { credentials: spec.credentials ?? {} } }
    const params = { cloudType: spec.cloud, uid }
    await client.call('PUT /v1/cloudaccounts/cloudTypes/{cloudType}/{uid}', { params, body })
  },
  async revisionOf(scope, uid) {
    const account = (await readAccounts(scope)).find(({ metadata }) => metadata?.uid === uid)
    return account?.metadata?.lastModifiedTimestamp ?? ''
  },
  async remove(scope, uid) {
    const account = (await readAccounts(scope)).find(({ metadata }) => metadata?.uid === uid)
    const params = { cloudType: account?.kind ?? '', uid }
    await scope.client.call('DELETE /v1/cloudaccounts/cloudTypes/{cloudType}/{uid}', { params })
  },
}

const readAccounts = async ({ client }: Scope) =>
  (await client.call('GET /v1/cloudaccounts/summary', { query: { limit: 0 } })).items ?? []
