import { execFile } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { KubeClient } from '@atrium/kube/client.ts'
import { parseKubeconfig } from '@atrium/kube/config.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { listProcesses, type ProcessEntry } from '@atrium/toolchain/process-table.ts'
import { ensureTools } from '@atrium/toolchain/tools.ts'
import type { ClusterView } from '../../src/cloud/protocol.ts'
import type { CloudClient } from '../../src/cloud-client.ts'
import { type EnsureCloudOptions, ensureCloud, type RunningCloud } from '../../src/ensure-cloud.ts'

const run = promisify(execFile)
export const VERSION = '1.34.4'
/** The next minor, which clusters are upgraded to. */
export const OTHER_VERSION = '1.35.4'

/** A cloud of the test's own, with a cluster if asked for. */
export interface TestCloud extends RunningCloud {
  home: string
  options: EnsureCloudOptions
  /** Starts the daemon again after it was killed. */
  restart(): Promise<RunningCloud>
  /** A usable cluster with `workers` nodes Ready. */
  cluster(name: string, workers: number): Promise<TestCluster>
  /** Processes of this cloud: whatever has its home in its command line. */
  processes(): ProcessEntry[]
  close(): Promise<void>
}

export interface TestCluster {
  uid: string
  client: CloudClient
  kube: KubeClient
  kubectl(...args: string[]): Promise<string>
  view(): Promise<ClusterView>
}

export const POD_IMAGE = 'test-agent'

export const startTestCloud = async (change: Partial<EnsureCloudOptions> = {}): Promise<TestCloud> => {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'atrium-local-')))
  const names = ['etcd', 'kwok', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl'] as const
  const tools = await ensureTools([...names])
  const options: EnsureCloudOptions = {
    home,
    tools,
    images: [
      {
        repository: POD_IMAGE,
        entrypoint: [process.execPath, fileURLToPath(new URL('./pod-image.ts', import.meta.url))],
        env: { IMAGE_ENV: 'from the image' },
      },
    ],
    ...change,
  }
  const running = await ensureCloud(options)
  const ours = (entry: ProcessEntry): boolean => entry.commandLine.join(' ').includes(home)
  const processes = (): ProcessEntry[] => listProcesses().filter((entry) => ours(entry) || worksBelow(entry, home))
  return {
    ...running,
    home,
    options,
    restart: () => ensureCloud(options),
    processes,
    cluster: (name, workers) => createCluster(running.client, home, name, workers, tools.kubectl),
    async close() {
      const { client } = await ensureCloud(options)
      for (const { uid } of await client.clusters()) await client.deleteCluster(uid)
      await eventually('all clusters are gone', async () => (await client.clusters()).length === 0)
      await client.shutdown({ processes: true })
      await eventually('the cloud ends', async () => processes().length === 0)
      rmSync(home, { recursive: true, force: true })
    },
  }
}

/** etcd names its folders relative to where it runs. */
const worksBelow = (entry: ProcessEntry, home: string): boolean => {
  try {
    return realpathSync(`/proc/${entry.pid}/cwd`).startsWith(home)
  } catch {
    // It ended meanwhile, or this is no Linux: the command line has to do.
    return false
  }
}

let clusters = 0
const createCluster = async (
  client: CloudClient,
  home: string,
  name: string,
  workers: number,
  kubectl: string,
): Promise<TestCluster> => {
  clusters += 1
  const uid = `${process.pid.toString(16).padStart(12, '0')}${clusters.toString(16).padStart(12, '0')}`
  await client.putCluster(uid, { tenant: 'tenant', name, kubernetesVersion: VERSION })
  for (let ordinal = 0; ordinal < workers; ordinal += 1) await addWorker(client, uid, name, ordinal)
  await eventually(`cluster ${name} is ready`, async () => {
    const view = await client.cluster(uid)
    return view?.phase === 'ready' && view.machines.every((machine) => machine.phase === 'running')
  })
  const text = (await client.kubeconfig(uid)) ?? ''
  const file = join(home, `${name}.kubeconfig`)
  writeFileSync(file, text, { mode: 0o600 })
  const config = await parseKubeconfig(text, { baseDir: null, clock: systemClock })
  return {
    uid,
    client,
    kube: new KubeClient({ config, clock: systemClock }),
    kubectl: async (...args) => (await run(kubectl, ['--kubeconfig', file, ...args])).stdout,
    async view() {
      const view = await client.cluster(uid)
      if (view === null) throw new Error(`cluster ${name} is gone`)
      return view
    },
  }
}

export const addWorker = (
  client: CloudClient,
  uid: string,
  cluster: string,
  ordinal: number,
  kubernetesVersion = VERSION,
): Promise<void> =>
  client.putMachine(uid, `${cluster}-worker-${ordinal}`, {
    ...{ pool: 'worker', ordinal, isControlPlane: false, kubernetesVersion },
    ...{ labels: {}, taints: [] },
  })

/** Looks again until it holds; fails with the last error after a minute. */
export const eventually = async (what: string, holds: () => Promise<boolean>, limitMs = 60_000): Promise<void> => {
  const deadline = systemClock.now() + limitMs
  let last: unknown = 'it did not hold'
  while (systemClock.now() < deadline) {
    try {
      if (await holds()) return
    } catch (error) {
      last = error
    }
    await systemClock.sleep(50)
  }
  throw new Error(`${what}: not within ${limitMs / 1000} s`, { cause: last })
}
