import type { AddressInfo } from 'node:net'
import type { ClusterSpec } from '@atrium/api/kinds/cluster.ts'
import { isoIn, systemClock } from '@atrium/runtime/base/clock.ts'
import { type Logger, silentLogger } from '@atrium/runtime/base/logger.ts'
import { systemRandom } from '@atrium/runtime/base/random.ts'
import { systemActor } from '@atrium/runtime/controller/actor.ts'
import { createEgress } from '@atrium/runtime/egress/egress.ts'
import { certificateFingerprint } from '@atrium/runtime/pki/keys.ts'
import { type Authority, createAuthority, issueCertificate } from '@atrium/runtime/pki/pki.ts'
import { createAdmission } from '@atrium/server/admission/admission.ts'
import { createApp } from '@atrium/server/apiserver/app.ts'
import { createIdentity } from '@atrium/server/auth/create-identity.ts'
import { createDomains } from '@atrium/server/auth/domains/domains.ts'
import { createTxtLookup } from '@atrium/server/auth/domains/txt-lookup.ts'
import { createSso } from '@atrium/server/auth/sso/sso.ts'
import type { ApplyReport } from '@atrium/server/link/hub.ts'
import { createLink, type Link } from '@atrium/server/link/link.ts'
import { FileKeyProvider } from '@atrium/server/store/keys/file-key-provider.ts'
import { openStore, type PostgresStore } from '@atrium/server/store/postgres-store.ts'
import type { TestDatabase } from './postgres.ts'

const DAY_MS = 24 * 3600_000
export const deps = { clock: systemClock, random: systemRandom }
export const actor = systemActor('test')

/** The management plane reduced to store, API and link, over real TLS on a port of its own. */
export interface LinkPlane {
  url: string
  port: number
  /** CA (PEM) of the server's certificate. */
  trust: string
  store: PostgresStore
  link: Link
  stop(): Promise<void>
}

export interface LinkPlaneOptions {
  database: TestDatabase
  rootKeyFile: string
  authority: Authority
  agentAuthority: Authority
  port?: number
  applyReport: ApplyReport
  logger?: Logger
}

export const newAuthorities = async (): Promise<Pick<LinkPlaneOptions, 'authority' | 'agentAuthority'>> => ({
  authority: await createAuthority({ ...deps, commonName: 'plane', validityMs: 30 * DAY_MS }),
  agentAuthority: await createAuthority({ ...deps, commonName: 'agents', validityMs: 30 * DAY_MS }),
})

export const startLinkPlane = async (options: LinkPlaneOptions): Promise<LinkPlane> => {
  const logger = options.logger ?? silentLogger
  const keyProvider = new FileKeyProvider(options.rootKeyFile, systemRandom)
  const store = await openStore({ ...deps, logger, ...options.database.storeOptions, keyProvider })
  const parts = { ...deps, database: store.database, system: store.system, keys: store.keys }
  const identity = createIdentity(parts)
  const admission = createAdmission(store)
  const certificate = await issueCertificate(options.authority, {
    ...deps,
    commonName: 'plane',
    dnsNames: ['localhost'],
    ipAddresses: ['127.0.0.1'],
    usages: ['server'],
    validityMs: DAY_MS,
  })
  const link = createLink({
    ...deps,
    logger,
    store,
    database: store.database,
    agentAuthority: options.agentAuthority,
    agentTrust: options.agentAuthority.certificatePem,
    serverTrust: () => options.authority.certificatePem,
    serverFingerprints: () => [certificateFingerprint(certificate.certificatePem)],
    applyReport: options.applyReport,
    issueRegistryToken: async (agent, repository) => ({
      token: `${agent.clusterUid}:${repository}`,
      expiresAt: isoIn(systemClock, 60_000),
    }),
    registryUrl: 'https://localhost',
    server: 'plane',
    peerAddress: '',
    installation: 'test',
    planeEpoch: () => store.epoch,
  })
  const clouds = { checkAccount: () => Promise.resolve(), checkBucket: () => Promise.resolve() }
  const egress = createEgress({ allowedRanges: [], allowPlainHttp: false, timeoutMs: 10_000, maxBytes: 2 ** 20 })
  const sso = createSso({ ...parts, store, egress, publicUrl: null })
  const domains = createDomains(parts, createTxtLookup(deps.clock, []))
  const mailer = { check: async () => null, send: async () => null }
  const own = { sso, domains, mailer, publicUrl: null, operatorToken: null }
  const app = createApp(
    { ...deps, logger, store, identity, admission, providers: new Map(), clouds, ...own },
    { https: { key: certificate.privateKeyPem, cert: certificate.certificatePem } },
  )
  link.registerRoutes(app)
  app.server.on('upgrade', link.handleUpgrade)
  await app.listen({ host: '127.0.0.1', port: options.port ?? 0 })
  link.start()
  const { port } = app.server.address() as AddressInfo
  return {
    url: `https://localhost:${port}`,
    port,
    trust: options.authority.certificatePem,
    store,
    link,
    async stop() {
      await link.stop()
      await app.close()
      await egress.close()
      await store.close()
    },
  }
}

/** A cluster that is nothing but an object. */
export const createBareCluster = async (store: PostgresStore, tenant: string, name: string): Promise<string> => {
  const spec: ClusterSpec = {
    cloudType: 'local',
    cloudAccountUid: '',
    cloudConfigUid: systemRandom.bytes(12).toString('hex'),
    cloudConfig: {},
    machinePools: [],
    profiles: [],
    policy: { drift: 'heal', nodes: 'heal' },
    clusterConfig: {},
  }
  const cluster = await store.transaction(tenant, actor, (tx) =>
    tx.create({ kind: 'Cluster', project: null, name, spec }),
  )
  return cluster.meta.uid
}
