import type { Client } from '@atrium/client/client.ts'
import { agedItem, item, type Resource } from './resource.ts'

const pack: Resource = {
  kind: 'pack',
  plural: 'packs',
  columns: ['VERSION', 'LAYER', 'AGE'],
  watched: 'Pack',
  async list(client) {
    const { items } = await client.call('GET /v1/packs', { query: { limit: 0 } })
    return (items ?? []).map((view) =>
      agedItem({ ...view.metadata, name: view.spec?.name }, view, [view.spec?.version ?? '', view.spec?.layer ?? '']),
    )
  },
  read: (client, uid) => client.call('GET /v1/packs/{uid}', { params: { uid } }),
}

export const registry: Resource = {
  kind: 'registry',
  plural: 'registries',
  columns: ['TYPE', 'SCOPE', 'DEFAULT'],
  watched: 'Registry',
  async list(client) {
    return (await readRegistries(client)).map((view) =>
      item(view, view, [view.kind ?? '', view.scope ?? '', view.isDefault ? 'yes' : '']),
    )
  },
  async read(client, uid) {
    const found = (await readRegistries(client)).find((one) => one.uid === uid)
    const params = { uid }
    if (found?.kind === 'helm') return client.call('GET /v1/registries/helm/{uid}', { params })
    if (found?.kind === 'oci') return readOci(client, uid)
    return client.call('GET /v1/registries/pack/{uid}', { params })
  },
  remove: (client, uid) => client.call('DELETE /v1/registries/{uid}', { params: { uid } }),
}

/** Registries of AWS have an operation of their own. */
async function readOci(client: Client, uid: string): Promise<unknown> {
  const { items } = await client.call('GET /v1/registries/oci/summary')
  const isEcr = (items ?? []).some(({ metadata, spec }) => metadata?.uid === uid && spec?.registryType === 'ecr')
  const params = { uid }
  return isEcr
    ? client.call('GET /v1/registries/oci/{uid}/ecr', { params })
    : client.call('GET /v1/registries/oci/{uid}/basic', { params })
}

/** Every registry the project can use. */
export const readRegistries = async (client: Client) => (await client.call('GET /v1/registries/metadata')).items ?? []

export const contentResources: Resource[] = [pack, registry]
