import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { privatePassword } from '@atrium/dev-env/private-registry.ts'
import { startTestRegistry, type TestRegistry } from '@atrium/dev-env/registry.ts'
import { issueServerCertificate } from '@atrium/dev-env/server-certificate.ts'
import { basicAuth } from '@atrium/pack/sources/oci/auth.ts'
import { OciClient } from '@atrium/pack/sources/oci/client.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { systemRandom } from '@atrium/runtime/base/random.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { createEgress, type Egress } from '@atrium/runtime/egress/egress.ts'
import { type Content, createContent } from '@atrium/server/content/content.ts'
import { openTestApi, type TestApi } from './api.ts'

/** The API with content, on a registry of the platform's own. */
export interface RegistriesWorld {
  api: TestApi
  content: Content
  platform: TestRegistry
  egress: Egress
  /** Runs what is due of registries until nothing is. */
  settle(): Promise<void>
  close(): Promise<void>
}

export async function openRegistriesWorld(ecrEndpoint: string | null = null): Promise<RegistriesWorld> {
  const platform = await startTestRegistry()
  const api = await openTestApi()
  const { store, clock, random, logger } = api.context
  const egress = createEgress({
    allowedRanges: ['127.0.0.0/8'],
    allowPlainHttp: true,
    timeoutMs: 10_000,
    maxBytes: 100 * 1024 * 1024,
  })
  const content = createContent({ store, clock, random, logger, egress, registry: platform, ecrEndpoint })
  api.context.checkRegistry = content.checkRegistry
  return {
    api,
    content,
    platform,
    egress,
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

export interface HttpsServer {
  url: string
  caBundle: string
  stop(): void
}

/** A server of a test over TLS. */
export async function serveHttps(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<HttpsServer> {
  const { certificatePem, privateKeyPem, caPem } = await issueServerCertificate()
  const server: Server = createServer({ cert: certificatePem, key: privateKeyPem }, answer)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    caBundle: caPem,
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}
