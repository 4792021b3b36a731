import type { AtriumClusterPlanRequest } from '@atrium/api/generated/operations.d.ts'
import type { Client } from '@atrium/client/client.ts'
import { changedPolicy, type LayerActions } from '../commands/policy.ts'
import { findProfile } from '../commands/update/cluster.ts'

/** What `plan cluster` tries. */
export interface TriedChange {
  /** `name@version` */
  profile?: string[]
  /** Names of attached profiles. */
  detach?: string[]
  /** `[profile/]name=value` */
  set?: string[]
  /** `name=size` */
  pool?: string[]
  removePool?: string[]
  drift?: 'heal' | 'alert'
  nodes?: 'heal' | 'alert'
  layer?: LayerActions
}

/** A profile that is attached afterwards, and the variables it declares. */
interface Declared {
  uid: string
  name: string
  variables: readonly string[]
}

/** The change as the server takes it. Throws naming what there is where something is not found. */
export async function planRequest(client: Client, uid: string, tried: TriedChange): Promise<AtriumClusterPlanRequest> {
  const attached = await readAttached(client, uid)
  const fresh: Declared[] = []
  for (const reference of tried.profile ?? []) fresh.push(await readNew(client, reference))
  const detached = (tried.detach ?? []).map((name) => named(attached, name, 'profile', (one) => one.name).uid)
  const kept = attached.filter((one) => !detached.includes(one.uid) && !fresh.some(({ name }) => name === one.name))
  const values = (tried.set ?? []).map((text) => assign(text, [...fresh, ...kept]))
  const given = (profile: Declared) =>
    values.filter((one) => one.profile === profile).map(({ name, value }) => ({ name, value }))
  const changed = kept.filter((profile) => given(profile).length > 0)
  return {
    profiles: fresh.map((profile) => ({ uid: profile.uid, variables: given(profile) })),
    detached,
    variables: changed.map((profile) => ({ profileUid: profile.uid, variables: given(profile) })),
    pools: (tried.pool ?? []).map(poolSize),
    removedPools: tried.removePool ?? [],
    ...(await policyOf(client, uid, tried)),
  }
}

async function readAttached(client: Client, uid: string): Promise<Declared[]> {
  const params = { uid }
  const [cluster, variables] = await Promise.all([
    client.call('GET /v1/spectroclusters/{uid}', { params }),
    client.call('GET /v1/spectroclusters/{uid}/variables', { params }),
  ])
  return (cluster.spec?.clusterProfileTemplates ?? []).map(({ uid: profileUid = '', name = '' }) => {
    const declared = (variables ?? []).find((one) => one.profileUid === profileUid)?.variables ?? []
    return { uid: profileUid, name, variables: declared.map((one) => one.name) }
  })
}

async function readNew(client: Client, reference: string): Promise<Declared> {
  const uid = await findProfile(client, reference)
  const { variables } = await client.call('GET /v1/clusterprofiles/{uid}/variables', { params: { uid } })
  const names = (variables ?? []).map(({ name }) => name)
  return { uid, name: reference.split('@')[0] ?? '', variables: names }
}

/** `name=value` of the one profile that declares it; `profile/name=value` where several do. */
function assign(text: string, profiles: readonly Declared[]): { profile: Declared; name: string; value: string } {
  const [, prefix, name = '', value = ''] = /^(?:([^/=]+)\/)?([^=]+)=([\s\S]*)$/.exec(text) ?? []
  if (name === '') throw new Error(`--set ${text}: write it as name=value.`)
  const [first, ...others] = profiles.filter(
    (one) => one.variables.includes(name) && (prefix === undefined || one.name === prefix),
  )
  if (!first) {
    const known = profiles.flatMap((one) => one.variables.map((variable) => `${one.name}/${variable}`)).join(', ')
    throw new Error(`--set ${text}: no profile declares the variable '${name}'. There are: ${known || 'none'}.`)
  }
  if (others.length === 0) return { profile: first, name, value }
  const choices = [first, ...others].map((one) => `${one.name}/${name}=…`).join(' or ')
  throw new Error(`--set ${text}: several profiles declare it. Write ${choices}.`)
}

function poolSize(text: string): { name: string; size: number } {
  const [, name, size] = /^([^=]+)=(\d{1,5})$/.exec(text) ?? []
  if (name === undefined) throw new Error(`--pool ${text}: write it as name=size.`)
  return { name, size: Number(size) }
}

async function policyOf(
  client: Client,
  uid: string,
  tried: TriedChange,
): Promise<Pick<AtriumClusterPlanRequest, 'policy'>> {
  if (!tried.drift && !tried.nodes && !tried.layer) return {}
  const now = await client.call('GET /atrium/v1/clusters/{uid}/policy', { params: { uid } })
  return { policy: changedPolicy(now, tried) }
}

function named<T>(items: readonly T[], name: string, what: string, nameOf: (item: T) => string): T {
  const found = items.find((item) => nameOf(item) === name)
  if (found) return found
  throw new Error(`There is no ${what} '${name}'. There are: ${items.map(nameOf).join(', ') || 'none'}.`)
}
