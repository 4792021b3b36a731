import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { KubeClient } from '@atrium/kube/client.ts'
import { inClusterConfig, type KubeConfig, loadKubeconfig } from '@atrium/kube/config.ts'
import type { ExecOptions } from '@atrium/kube/exec-credential.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import { systemRandom } from '@atrium/runtime/base/random.ts'
import { createEgress } from '@atrium/runtime/egress/egress.ts'
import pino from 'pino'
import manifest from '../package.json' with { type: 'json' }
import { type Agent, startAgent } from './agent.ts'
import { Redaction } from './desired/redaction.ts'
import { startHealthServer } from './health-server.ts'
import { helmKubeconfig, helmTokenPath } from './helm-kubeconfig.ts'
import { clusterIdentityStore } from './identity-store.ts'
import { Helm } from './layers/helm.ts'
import { readEnrolment } from './link/enrolment.ts'
import { openPlaneLink } from './link/link.ts'
import { type AgentOptions, readOptions } from './options.ts'
import { RegistryPackSource } from './pack-source.ts'
import type { PlaneLink } from './ports.ts'
import { ArchiveCache } from './storage/archive-cache.ts'
import { writePrivateFile } from './storage/private-file.ts'

/** The operator's own file may run a program; helm is handed its tokens. */
const execOptions = (options: AgentOptions): ExecOptions => ({
  clock: systemClock,
  env: options.environment,
  onToken: (token) => writePrivateFile(helmTokenPath(options), token.reveal()),
})

const clusterConfig = (options: AgentOptions): Promise<KubeConfig> =>
  options.kubeconfig
    ? loadKubeconfig(options.kubeconfig, { clock: systemClock, exec: execOptions(options) })
    : inClusterConfig({
        serviceAccountDir: options.serviceAccountDir,
        host: options.kubernetesHost,
        port: options.kubernetesPort,
        clock: systemClock,
      })

/** A running agent: `stop` ends it in order, `kill` whatever would outlive this process. */
interface Running {
  stop(): Promise<void>
  kill(): void
}

async function run(options: AgentOptions): Promise<Running> {
  const redaction = new Redaction()
  const logger = redaction.wrap(pino({ level: options.logLevel, base: { part: 'agent' } }))
  const stateDir = resolve(options.stateDir)
  await mkdir(join(stateDir, 'helm'), { recursive: true, mode: 0o700 })
  const config = await clusterConfig(options)
  const shared = { clock: systemClock, random: systemRandom, logger }
  const client = new KubeClient({ config, clock: systemClock, userAgent: `atrium-agent/${manifest.version}` })
  const identity = clusterIdentityStore(client, options.namespace)
  const helm = new Helm({
    command: options.helmCommand,
    kubeconfigPath: await helmKubeconfig(options, config),
    homeDir: join(stateDir, 'helm'),
    path: options.path,
    ...shared,
  })
  // Private registries live on private addresses, and the agent is inside that network on purpose.
  const egress = createEgress({
    allowedRanges: ['0.0.0.0/0', '::/0'],
    allowPlainHttp: false,
    timeoutMs: 5 * 60_000,
    maxBytes: 256 * 1024 * 1024,
  })
  const started = { link: null as PlaneLink | null, agent: null as Agent | null }
  const isReady = (): boolean => started.agent?.ready === true
  const health = options.healthPort > 0 ? startHealthServer(options.healthPort, isReady) : null
  const agent = await startAgent({
    client,
    helm,
    packs: new RegistryPackSource({
      link: { registryToken: (repository, signal) => needed(started.link).registryToken(repository, signal) },
      identity,
      egress,
      archives: new ArchiveCache(join(stateDir, 'packs'), systemClock),
      ...shared,
    }),
    redaction,
    namespace: options.namespace,
    stateDir,
    openLink(applied) {
      const surroundings = { identity, applied, agentVersion: manifest.version, podName: options.podName }
      started.link = openPlaneLink({ enrolment: () => readEnrolment(options.enrolmentDir), surroundings, ...shared })
      return started.link
    },
    ...shared,
  })
  started.agent = agent
  logger.info({ version: manifest.version, server: config.server }, 'agent started')
  return {
    async stop() {
      logger.info({}, 'agent stops')
      health?.close()
      await agent.stop()
      await egress.close()
      await client.close()
    },
    kill: () => helm.kill(),
  }
}

function needed<T>(value: T | null): T {
  if (value === null) throw new Error('the link is not open yet')
  return value
}

const STOP_LIMIT_MS = 20_000

async function main(): Promise<void> {
  const running = await run(readOptions(process.argv.slice(2), process.env))
  const end = (): void => {
    const giveUp = (): void => {
      running.kill()
      process.exit(1)
    }
    systemClock.after(STOP_LIMIT_MS, giveUp)
    running.stop().then(() => process.exit(0), giveUp)
  }
  process.once('SIGTERM', end)
  process.once('SIGINT', end)
}

main().catch((error) => {
  process.stderr.write(`atrium-agent: ${messageOf(error)}\n`)
  process.exit(1)
})
