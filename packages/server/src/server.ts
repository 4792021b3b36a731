import type { AddressInfo } from 'node:net'
import { Server } from 'node:tls'
import { isoNow } from '@atrium/runtime/base/clock.ts'
import type { Secret } from '@atrium/runtime/base/secret.ts'
import { createManager } from '@atrium/runtime/controller/manager.ts'
import type { ControllerManager } from '@atrium/runtime/controller/reconciler.ts'
import type { FastifyInstance } from 'fastify'
import { createApp } from './apiserver/app.ts'
import { keepDomains } from './auth/domains/keep-domains.ts'
import { areUpgradesLocked } from './auth/settings.ts'
import type { Imports, Installation } from './context.ts'
import {
  type AgentSettings,
  type ClusterControllerDeps,
  type ClusterTiming,
  clusterOpener,
  defaultClusterTiming,
} from './controllers/cluster/deps.ts'
import { importManifest } from './controllers/cluster/import-manifest.ts'
import { createClusterReconciler } from './controllers/cluster/reconciler.ts'
import { createMailReconciler } from './controllers/mail/reconciler.ts'
import { createTenantReconciler } from './controllers/tenant/reconciler.ts'
import { ensureFirstOperator } from './first-operator.ts'
import { createMetrics } from './metrics.ts'
import { keepCertificate } from './pki/keep-certificate.ts'
import { VERSION } from './version.ts'

/** A server that serves. */
export interface RunningServer {
  /** `https://host:port` as people and agents reach it. */
  url: string
  /** PEM bundle to trust it by. */
  caFile: string
  /** Ends in order: no new work, links closed, requests answered, controllers at rest, database closed. */
  stop(): Promise<void>
}

export interface ServerOptions {
  /** Other limits than the usual, for tests. */
  clusterTiming?: Partial<ClusterTiming>
  /** Another way into clusters than their kubeconfig: simulated ones have no API server. */
  openCluster?: ClusterControllerDeps['openCluster']
}

const CONTROLLER_GRACE_MS = 10_000
const REQUEST_GRACE_MS = 3_000
/** Clusters of a tenant that goes are looked at this often. */
const TENANT_BUSY_MS = 1_000
/** A mail server that does not answer keeps nobody but other mail. */
const MAIL_TIMING = { workers: 2, pollMs: 1_000 }

/** Serves the API, the link and the controllers in this process, on one port over TLS. */
export const startServer = async (installation: Installation, options: ServerOptions = {}): Promise<RunningServer> => {
  try {
    return await serve(installation, options)
  } catch (error) {
    // Open connections would keep a process alive that serves nobody.
    await installation.close()
    throw error
  }
}

const serve = async (installation: Installation, options: ServerOptions): Promise<RunningServer> => {
  const { config, link, content, pki, logger } = installation
  const served = { ...installation, imports: importsOf(installation, () => agent) }
  const metrics = createMetrics(installation)
  const app = createApp(served, {
    https: pki.tls,
    metrics: metrics.registry,
    rates: config.rates,
    trustedProxies: config.trustedProxies,
  })
  link.registerRoutes(app)
  app.server.on('upgrade', link.handleUpgrade)
  if (app.server instanceof Server) link.guard(app.server)
  await app.listen(config.listen)
  const ended = new AbortController()
  if (app.server instanceof Server) void keepCertificate(app.server, pki, installation, ended.signal)
  const url = config.publicUrl ?? `https://localhost:${(app.server.address() as AddressInfo).port}`
  link.start()
  const agent = agentSettings(pki, url)
  const controllers = [
    createControllers(installation, agent, options),
    createMailController(installation, metrics.mailSent),
  ]
  await content.ensurePublicRegistry()
  await ensureFirstOperator(installation)
  for (const controller of controllers) controller.start()
  const lookingAtDomains = keepDomains(installation.domains, installation, ended.signal)
  logger.info({ url, caFile: pki.trustFile, version: VERSION }, 'server ready')
  return {
    url,
    caFile: pki.trustFile,
    async stop() {
      ended.abort()
      await lookingAtDomains
      await stop(installation, app, controllers)
    },
  }
}

const agentSettings = (pki: Installation['pki'], serverUrl: string): AgentSettings => ({
  image: `atrium-agent:${VERSION}`,
  serverUrl,
  get caPem() {
    return pki.trust
  },
})

/** The address is known once the server listens, and nobody asks before. */
const importsOf = ({ link, clock }: Installation, agent: () => AgentSettings): Imports => ({
  get url() {
    return agent().serverUrl
  },
  async manifest(cluster, mode) {
    const { token } = await link.issueEnrolment(cluster)
    return importManifest(agent(), { clusterUid: cluster.clusterUid, mode, token, issuedAt: isoNow(clock) })
  },
})

const createControllers = (
  installation: Installation,
  agent: AgentSettings,
  { clusterTiming, openCluster }: ServerOptions,
): ControllerManager => {
  const { store, identity, clock, random, logger, providers, link, content, owner } = installation
  const cluster = createClusterReconciler({
    ...{ store, clock, random, logger, providers },
    openCluster: openCluster ?? clusterOpener(clock),
    tokens: { issue: async (agent): Promise<Secret<string>> => (await link.issueEnrolment(agent)).token },
    agent,
    areUpgradesLocked: (tenant, project) => areUpgradesLocked(identity, tenant, project),
    epoch: () => store.epoch,
    timing: { ...defaultClusterTiming, ...clusterTiming },
  })
  const tenant = createTenantReconciler({ store, clock, logger, removal: store.removal, busyMs: TENANT_BUSY_MS })
  return createManager({ store, clock, random, logger, owner, reconcilers: [cluster, content.reconciler, tenant] })
}

const createMailController = (installation: Installation, onSent: () => void): ControllerManager => {
  const { store, clock, random, logger, outbox, mailer, owner } = installation
  const mail = createMailReconciler({ outbox, mailer, clock, random, logger, onSent })
  return createManager({ store, clock, random, logger, owner, reconcilers: [mail], timing: MAIL_TIMING })
}

const stop = async (
  installation: Installation,
  app: FastifyInstance,
  controllers: readonly ControllerManager[],
): Promise<void> => {
  const { link, logger, clock } = installation
  logger.info({}, 'server stops')
  await link.stop()
  // Watches stay open for as long as their clients wish.
  const cutOff = clock.after(REQUEST_GRACE_MS, () => app.server.closeAllConnections())
  await Promise.all([app.close(), ...controllers.map((controller) => controller.stop(CONTROLLER_GRACE_MS))])
  cutOff()
  await installation.close()
}
