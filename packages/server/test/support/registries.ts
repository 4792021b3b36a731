import { request as forward } from 'node:https'
import { type HttpsServer, serveHttps } from '@atrium/dev-env/https-server.ts'
import { privatePassword } from '@atrium/dev-env/private-registry.ts'
import { startTestRegistry, type TestRegistry } from '@atrium/dev-env/registry.ts'
import { basicAuth } from '@atrium/pack/sources/oci/auth.ts'
import { OciClient } from '@atrium/pack/sources/oci/client.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { systemRandom } from '@atrium/runtime/base/random.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { createEgress, type Egress } from '@atrium/runtime/egress/egress.ts'
import type { CollectTimes } from '@atrium/server/content/collect-packs.ts'
import { type Content, type ContentOptions, createContent } from '@atrium/server/content/content.ts'
import { openTestApi, type TestApi } from './api.ts'

/** The API with content, on a registry of the platform's own. */
export interface RegistriesWorld {
  api: TestApi
  content: Content
  platform: TestRegistry
  egress: Egress
  /** When packs go that nobody uses; a test may change it. */
  collectTimes: CollectTimes
  /** Runs what is due of registries until nothing is. */
  settle(): Promise<void>
  close(): Promise<void>
}

export async function openRegistriesWorld(
  aside: Pick<ContentOptions, 'ecrEndpoint' | 'stsEndpoint' | 'awsKeys' | 'packFolder'> = {},
): Promise<RegistriesWorld> {
  const platform = await startTestRegistry()
  const api = await openTestApi({ egressAllowedRanges: ['127.0.0.0/8'] })
  const { store, clock, random, logger } = api.context
  const egress = createEgress({
    allowedRanges: ['127.0.0.0/8'],
    allowPlainHttp: true,
    timeoutMs: 10_000,
    maxBytes: 100 * 1024 * 1024,
  })
  const collectTimes = { keepMs: 3_600_000, settleMs: 0 }
  const tenants = async () => (await api.context.identity.listTenants()).map(({ uid }) => uid)
  const base = { store, clock, random, logger, egress, tenants, collectTimes }
  const content = createContent({ ...base, ...aside, registry: platform })
  api.context.checkRegistry = content.checkRegistry
  api.context.fetchPack = content.fetchPack
  return {
    api,
    content,
    platform,
    egress,
    collectTimes,
    async settle() {
      for (;;) {
        const [claim] = await store.queue.claim({ owner: 'test', kinds: ['Registry'], limit: 1, leaseMs: 60_000 })
        if (claim === undefined) return
        const { tenant, uid } = claim
        await content.reconciler.reconcile({ tenant, uid, claim, signal: new AbortController().signal })
        await store.queue.finish(claim, { failed: false })
      }
    },
    async close() {
      content.close()
      await api.close()
      await egress.close()
      await platform.stop()
    },
  }
}

/** Pushes to a private registry as one of its users. */
export const privateClient = (registry: { url: string; caBundle: string }, egress: Egress, username: string) =>
  new OciClient({
    endpoint: registry.url,
    caBundle: registry.caBundle,
    egress,
    clock: systemClock,
    random: systemRandom,
    authorize: basicAuth({ username, password: new Secret(privatePassword) }, egress, registry.caBundle),
  })

export const packTree = (name: string, version: string, values: string): Map<string, Uint8Array> =>
  new Map<string, Uint8Array>([
    ['pack.json', Buffer.from(JSON.stringify({ name, version, layer: 'addon', cloudTypes: ['all'] }))],
    ['values.yaml', Buffer.from(values)],
  ])

/** Like Docker Hub and GHCR: what the registry holds can be had by name, but is listed to nobody. */
export const withoutCatalogue = (registry: { url: string; caBundle: string }): Promise<HttpsServer> =>
  serveHttps((request, response) => {
    if (request.url?.startsWith('/v2/_catalog')) return void response.writeHead(403).end('{}')
    const { method, headers } = request
    const sent = forward(`${registry.url}${request.url}`, { method, headers, ca: registry.caBundle }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(response)
    })
    request.pipe(sent)
  })
