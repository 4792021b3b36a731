import type {
  v1ClusterProfileTemplate,
  v1SpectroClusterProfileEntity,
  v1SpectroClusterVariableUpdateEntity,
} from '@atrium/api/generated/operations.d.ts'
import { ApiError } from '@atrium/client/error.ts'
import { documentMetadata, type Scope } from '../scope.ts'

export type ClusterProfileRef = {
  name: string
  version: string
  /** `tenant`: the tenant's profile, where the project has one of the same name and version. */
  scope?: 'tenant'
  variables?: Record<string, string>
  /** Values of layers in place of the profile's. */
  layers?: { name: string; values: string }[]
}

/** Attached profiles: which, with which values, and the layers whose values are not those of the profile. */
export async function readProfileRefs(
  { client }: Scope,
  uid: string,
  templates: readonly v1ClusterProfileTemplate[],
): Promise<ClusterProfileRef[]> {
  const all = await client.call('GET /v1/spectroclusters/{uid}/variables', { params: { uid } })
  return Promise.all(
    templates.map(
      async ({ uid: profileUid = '', name = '', profileVersion = '', packs }): Promise<ClusterProfileRef> => {
        const profile = await readProfile({ client }, profileUid)
        const own = profile?.spec?.published?.packs ?? null
        const layers = (packs ?? []).flatMap(({ name: layer, values = '' }) => {
          const declared = own?.find((one) => one.name === layer)
          return declared === undefined || declared.values === values ? [] : [{ name: layer, values }]
        })
        const given = (all ?? []).find((one) => one.profileUid === profileUid)?.variables ?? []
        const values = given.flatMap((one): [string, string][] =>
          one.value === undefined ? [] : [[one.name, one.value]],
        )
        const variables = Object.fromEntries(values)
        const { scope } = documentMetadata(profile?.metadata)
        return {
          ...{ name, version: profileVersion },
          ...(scope && { scope }),
          ...(values.length > 0 && { variables }),
          ...(layers.length > 0 && { layers }),
        }
      },
    ),
  )
}

async function readProfile({ client }: Pick<Scope, 'client'>, uid: string) {
  try {
    return await client.call('GET /v1/clusterprofiles/{uid}', { params: { uid } })
  } catch (error) {
    if (error instanceof ApiError && error.code === 'ResourceNotFound') return null
    throw error
  }
}

/** Profiles as the API takes them. Throws naming the versions there are. */
export async function sentProfiles(
  scope: Scope,
  refs: readonly ClusterProfileRef[],
): Promise<v1SpectroClusterProfileEntity[]> {
  const uids = await profileUids(scope, refs)
  return refs.map(({ variables = {}, layers = [] }, index) => ({
    uid: uids[index] ?? '',
    variables: Object.entries(variables).map(([name, value]) => ({ name, value })),
    packValues: layers.map(({ name, values }) => ({ name, values })),
  }))
}

async function profileUids({ client }: Scope, refs: readonly ClusterProfileRef[]): Promise<string[]> {
  const { items } = await client.call('GET /v1/dashboard/clusterprofiles/metadata')
  const uids: string[] = []
  for (const [index, { name, version, scope }] of refs.entries()) {
    const named = (items ?? []).filter(({ metadata }) => metadata?.name === name)
    const candidates = named.filter((one) => one.spec?.version === version).map(({ metadata }) => metadata?.uid ?? '')
    const uid = candidates.length > 1 ? await ofScope({ client }, candidates, scope) : candidates[0]
    if (uid === undefined) {
      const known = named.map(({ spec }) => spec?.version).join(', ')
      const there = known ? `Its versions are: ${known}.` : 'See: get profiles'
      throw new Error(`spec.profiles[${index}]: there is no profile '${name}' of version '${version}'. ${there}`)
    }
    uids.push(uid)
  }
  return uids
}

async function ofScope(
  scope: Pick<Scope, 'client'>,
  candidates: readonly string[],
  wanted: 'tenant' | undefined,
): Promise<string | undefined> {
  for (const uid of candidates) {
    const profile = await readProfile(scope, uid)
    if (documentMetadata(profile?.metadata).scope === wanted) return uid
  }
  return undefined
}

/** Values that were given and no longer are: an empty one takes the variable's default again. */
export async function removedVariables(
  scope: Scope,
  live: readonly ClusterProfileRef[],
  wanted: readonly ClusterProfileRef[],
): Promise<v1SpectroClusterVariableUpdateEntity[]> {
  const uids = await profileUids(scope, wanted)
  return wanted.flatMap(({ name, version, variables = {} }, index) => {
    const before = live.find((one) => one.name === name && one.version === version)?.variables ?? {}
    const gone = Object.keys(before).filter((one) => !Object.hasOwn(variables, one))
    if (gone.length === 0) return []
    return [{ profileUid: uids[index] ?? '', variables: gone.map((one) => ({ name: one, value: '' })) }]
  })
}
