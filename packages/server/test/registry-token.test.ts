import { join } from 'node:path'
import { startTestRegistry, type TestRegistry } from '@atrium/dev-env/registry.ts'
import { bearerFrom } from '@atrium/pack/sources/oci/auth.ts'
import { OciClient } from '@atrium/pack/sources/oci/client.ts'
import { pullPack } from '@atrium/pack/sources/oci/pack-registry.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { silentLogger } from '@atrium/runtime/base/logger.ts'
import { systemRandom } from '@atrium/runtime/base/random.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { createContent } from '@atrium/server/content/content.ts'
import { pushShippedPacks } from '@atrium/server/content/push-shipped.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestApi, type TestApi } from './support/api.ts'

const repository = 'spectro-packs/archive/observer'
const deps = { clock: systemClock, random: systemRandom }
let registry: TestRegistry
let api: TestApi

beforeAll(async () => {
  registry = await startTestRegistry()
  api = await openTestApi()
  const { store } = api.context
  const tenants = () => Promise.resolve([])
  const content = createContent({ ...deps, store, logger: silentLogger, egress: registry.egress, registry, tenants })
  api.context.registryTokens = content.registryTokens
  if (content.platformClient === null) throw new Error('no client')
  const folder = join(import.meta.dirname, '../../../packs')
  await pushShippedPacks(folder, { url: registry.url, client: content.platformClient })
})
afterAll(async () => {
  await api.close()
  await registry.stop()
})

const tokenFor = (password: string, scope: string) => {
  const authorization = `Basic ${Buffer.from(`anybody:${password}`).toString('base64')}`
  return api.as({ authorization })(`GET /atrium/v1/registry/token`, { query: { service: 'atrium-registry', scope } })
}

/** A client that asks the token service as docker and oras do. */
const clientOf = (password: string): OciClient =>
  new OciClient({
    ...deps,
    endpoint: registry.url,
    caBundle: registry.caBundle,
    egress: registry.egress,
    authorize: bearerFrom(async (scope) => new Secret((await tokenFor(password, scope)).body.token)),
  })

describe('the token service of the registry', () => {
  it('lets a user pull packs with an API key, and nothing else', async () => {
    const { apiKey } = await api.newTenant()
    const client = clientOf(apiKey.reveal())
    expect((await pullPack(client, repository, '1.0.0')).pack.manifest.name).toBe('observer')
    await expect(client.pushBlob(repository, Buffer.from('x'))).rejects.toMatchObject({ status: 401 })
    await expect(client.repositories()).rejects.toMatchObject({ status: 401 })
    const { body } = await tokenFor(apiKey.reveal(), `repository:${repository}:push,pull`)
    expect(body).toMatchObject({ access_token: body.token, expires_in: 300 })
  })

  it('answers nobody else', async () => {
    const scope = `repository:${repository}:pull`
    for (const password of ['wrong', ''])
      expect(await tokenFor(password, scope)).toMatchObject({ status: 401, body: { code: 'Unauthorized' } })
    expect((await api.as({})('GET /atrium/v1/registry/token', { query: { scope } })).status).toBe(401)
  })
})
