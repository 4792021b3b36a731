import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KubeClient } from '@atrium/kube/client.ts'
import { type KubeConfig, parseKubeconfig } from '@atrium/kube/config.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { systemRandom } from '@atrium/runtime/base/random.ts'
import { createKeyPair } from '@atrium/runtime/pki/keys.ts'
import { createAuthority, issueCertificate } from '@atrium/runtime/pki/pki.ts'
import { freePort } from './free-port.ts'
import { toolPath } from './tool-paths.ts'

export interface ControlPlaneOptions {
  /** Namespaces, garbage collection, ReplicaSets… work only with it. */
  controllerManager?: boolean
  /** Calls admission webhooks; without it there are none to wait for. */
  webhooks?: boolean
}

/** A real Kubernetes API server with its own etcd, for tests. It dies with the test process. */
export interface ControlPlane {
  readonly dir: string
  readonly server: string
  readonly kubeconfigPath: string
  readonly config: KubeConfig
  readonly client: KubeClient
  readonly caPem: string
  stop(): Promise<void>
}

const HOUR_MS = 3_600_000
const START_LIMIT_MS = 90_000
const POLL_MS = 50
const deps = { clock: systemClock, random: systemRandom }

/** Starts one in 3 to 6 seconds: share it per test file. */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const dir = await mkdtemp(join(tmpdir(), 'atrium-cp-'))
  const processes: ChildProcess[] = []
  const stop = async (): Promise<void> => {
    for (const child of processes.reverse()) await stopChild(child)
    await rm(dir, { recursive: true, force: true })
  }
  try {
    const caPem = await writeCredentials(dir)
    processes.push(run(dir, 'etcd', etcdArguments()))
    const port = await freePort()
    const server = `https://127.0.0.1:${port}`
    const kubeconfigPath = await writeKubeconfig(dir, 'admin', server)
    processes.push(run(dir, 'kube-apiserver', apiServerArguments(dir, port, options.webhooks === true)))
    const config = await parseKubeconfig(await readFile(kubeconfigPath, 'utf8'), { baseDir: null, clock: systemClock })
    const client = new KubeClient({ config, clock: systemClock, userAgent: 'atrium-test' })
    await until('the API server is ready', () => client.ready(), processes, dir)
    if (options.controllerManager) {
      await writeKubeconfig(dir, 'controller-manager', server)
      processes.push(run(dir, 'kube-controller-manager', controllerManagerArguments(dir)))
    }
    const namespace = { apiVersion: 'v1', kind: 'Namespace', name: 'default' }
    await until('the default namespace exists', async () => (await client.find(namespace)) !== null, processes, dir)
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', namespace: 'default', name: 'default' }
    if (options.controllerManager)
      await until('accounts are made', async () => (await client.find(account)) !== null, processes, dir)
    return {
      dir,
      server,
      kubeconfigPath,
      config,
      client,
      caPem,
      async stop() {
        await client.close()
        await stop()
      },
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Polls until `holds` answers true; fails with the end of the logs when a process dies or the time is up. */
async function until(
  what: string,
  holds: () => Promise<boolean>,
  processes: ChildProcess[],
  dir: string,
): Promise<void> {
  const limit = systemClock.now() + START_LIMIT_MS
  while (!(await holds())) {
    const dead = processes.find((child) => child.exitCode !== null || child.signalCode !== null)
    if (dead || systemClock.now() > limit) {
      const name = dead ? (dead.spawnfile.split('/').at(-1) ?? '') : 'kube-apiserver'
      const log = await readFile(join(dir, `${name}.log`), 'utf8').catch(() => '')
      throw new Error(
        `control plane: waited until ${what}; ${dead ? `${name} ended` : 'time is up'}\n${log.slice(-2000)}`,
      )
    }
    await systemClock.sleep(POLL_MS)
  }
}

function run(dir: string, tool: 'etcd' | 'kube-apiserver' | 'kube-controller-manager', args: string[]): ChildProcess {
  const log = createWriteStream(join(dir, `${tool}.log`))
  const child = spawn(toolPath(tool), args, {
    cwd: dir,
    env: process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child.stdout?.pipe(log, { end: false })
  child.stderr?.pipe(log, { end: false })
  endWithUs(child)
  return child
}

const ours = new Set<ChildProcess>()
let armed = false
const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const

/** A test run that ends, or is ended, leaves no process behind. */
function endWithUs(child: ChildProcess): void {
  if (!armed) {
    armed = true
    process.once('exit', endAll)
    for (const signal of signals) process.once(signal, endBySignal)
  }
  ours.add(child)
  child.once('exit', () => ours.delete(child))
}

function endAll(): void {
  for (const child of ours) child.kill('SIGKILL')
}

function endBySignal(signal: NodeJS.Signals): void {
  endAll()
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal)
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await ended
}

/** Loopback only, below the range of outgoing connections. */
async function writeCredentials(dir: string): Promise<string> {
  const authority = await createAuthority({ ...deps, commonName: 'test-ca', validityMs: 24 * HOUR_MS })
  const validityMs = 24 * HOUR_MS
  const certificates = {
    apiserver: await issueCertificate(authority, {
      ...deps,
      commonName: 'kube-apiserver',
      dnsNames: ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'],
      ipAddresses: ['127.0.0.1', '10.96.0.1'],
      usages: ['server'],
      validityMs,
    }),
    admin: await issueCertificate(authority, {
      ...deps,
      commonName: 'admin',
      organizations: ['system:masters'],
      usages: ['client'],
      validityMs,
    }),
    'controller-manager': await issueCertificate(authority, {
      ...deps,
      commonName: 'system:kube-controller-manager',
      usages: ['client'],
      validityMs,
    }),
  }
  await writeFile(join(dir, 'ca.crt'), authority.certificatePem)
  await writeFile(join(dir, 'ca.key'), authority.privateKeyPem, { mode: 0o600 })
  for (const [name, certificate] of Object.entries(certificates)) {
    await writeFile(join(dir, `${name}.crt`), certificate.certificatePem)
    await writeFile(join(dir, `${name}.key`), certificate.privateKeyPem, { mode: 0o600 })
  }
  const accounts = await createKeyPair('rsa')
  await writeFile(join(dir, 'sa.key'), accounts.privateKeyPem, { mode: 0o600 })
  await writeFile(join(dir, 'sa.pub'), accounts.publicKeyPem)
  return authority.certificatePem
}

async function writeKubeconfig(dir: string, user: string, server: string): Promise<string> {
  const inline = async (file: string): Promise<string> => (await readFile(join(dir, file))).toString('base64')
  const path = join(dir, `${user}.kubeconfig`)
  const cluster = { server, 'certificate-authority-data': await inline('ca.crt') }
  const credentials = {
    'client-certificate-data': await inline(`${user}.crt`),
    'client-key-data': await inline(`${user}.key`),
  }
  const document = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster }],
    users: [{ name: user, user: credentials }],
    contexts: [{ name: 'test', context: { cluster: 'test', user } }],
    'current-context': 'test',
  }
  await writeFile(path, JSON.stringify(document), { mode: 0o600 })
  return path
}

const etcdArguments = (): string[] => [
  '--name=m',
  '--data-dir=etcd',
  '--listen-client-urls=unix://etcd.sock:0',
  '--advertise-client-urls=http://127.0.0.1:1',
  '--listen-peer-urls=unix://peer.sock:0',
  '--initial-advertise-peer-urls=http://127.0.0.1:1',
  '--initial-cluster=m=http://127.0.0.1:1',
  '--heartbeat-interval=50',
  '--election-timeout=250',
  '--snapshot-count=1000',
  '--max-wals=1',
  '--log-level=warn',
  '--unsafe-no-fsync',
]

const apiServerArguments = (dir: string, port: number, webhooks: boolean): string[] => [
  '--bind-address=127.0.0.1',
  `--secure-port=${port}`,
  `--etcd-servers=unix://${dir}/etcd.sock:0`,
  '--tls-cert-file=apiserver.crt',
  '--tls-private-key-file=apiserver.key',
  '--client-ca-file=ca.crt',
  '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
  '--service-account-key-file=sa.pub',
  '--service-account-signing-key-file=sa.key',
  '--service-cluster-ip-range=10.96.0.0/16',
  '--authorization-mode=Node,RBAC',
  '--allow-privileged=true',
  '--advertise-address=10.96.255.254',
  '--endpoint-reconciler-type=none',
  '--shutdown-watch-termination-grace-period=2s',
  '--enable-priority-and-fairness=false',
  '--default-watch-cache-size=20',
  '--profiling=false',
  ...(webhooks ? [] : ['--disable-admission-plugins=MutatingAdmissionWebhook,ValidatingAdmissionWebhook']),
]

const controllerManagerArguments = (dir: string): string[] => {
  const kubeconfig = join(dir, 'controller-manager.kubeconfig')
  return [
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    '--authentication-skip-lookup=true',
    '--secure-port=0',
    '--service-account-private-key-file=sa.key',
    '--root-ca-file=ca.crt',
    '--use-service-account-credentials=true',
    '--leader-elect=false',
    '--kube-api-qps=100',
    '--kube-api-burst=200',
    // No node runs pods here, so that tests end Jobs themselves; their controller would write the same status.
    '--controllers=*,-job-controller,-persistentvolume-attach-detach-controller,-bootstrap-signer-controller,-token-cleaner-controller,-node-ipam-controller',
  ]
}
