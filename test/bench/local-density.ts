/**
 * Memory of clusters of provider `local` side by side, each with the demo's six layers and its agent, at rest.
 * Run: `node test/bench/local-density.ts [--clusters 4]`. Linux only: memory is read from /proc. Proportional memory
 * (PSS) counts pages that processes share once; the same binaries run in every cluster.
 */
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { followCluster, hasFailed, isServing } from '@atrium/cli/clusters/follow.ts'
import { ensureDemo } from '@atrium/cli/demo/create.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import type { ProcessEntry } from '@atrium/toolchain/process-table.ts'
import { openPlatform, type TestPlatform } from '../e2e/harness/platform.ts'
import { processesOf } from '../e2e/harness/world.ts'
import { report } from './support/report.ts'

const { values } = parseArgs({ options: { clusters: { type: 'string', default: '4' } } })
const clusters = Number(values.clusters)
const REST_MS = 30_000
const GIB_MB = 1024

async function provision(platform: TestPlatform, uid: string): Promise<void> {
  const last = await followCluster(platform.client(), uid, {
    clock: systemClock,
    until: (progress) => isServing(progress) || hasFailed(progress),
    tell: () => undefined,
  })
  if (last === null || !isServing(last)) throw new Error(`a cluster failed: ${last?.waitingFor}`)
}

/** More clusters like the demo, by the public API: what its answers hold is what a request takes. */
async function createLikeDemo(platform: TestPlatform, demoUid: string, name: string): Promise<string> {
  const client = platform.client()
  const { spec } = await client.call('GET /v1/spectroclusters/{uid}', { params: { uid: demoUid } })
  const params = { cloudType: 'local' }
  const config = await client.call('GET /v1/cloudconfigs/cloudTypes/{cloudType}/{configUid}', {
    params: { ...params, configUid: spec?.cloudConfigRef?.uid ?? '' },
  })
  const { uid } = await client.call('POST /v1/spectroclusters/cloudTypes/{cloudType}', {
    params,
    body: {
      metadata: { name },
      spec: {
        cloudAccountUid: config.spec?.cloudAccountRef?.uid ?? '',
        cloudConfig: { values: '' },
        machinepoolconfig: (config.spec?.machinePoolConfig ?? []).map((pool) => ({
          cloudConfig: { values: pool.values ?? '' },
          poolConfig: {
            isControlPlane: pool.isControlPlane ?? false,
            useControlPlaneAsWorker: pool.useControlPlaneAsWorker ?? false,
          },
        })),
        profiles: (spec?.clusterProfileTemplates ?? []).map((profile) => ({ uid: profile.uid ?? '' })),
      },
    },
  })
  return uid
}

/** Megabytes: resident, and the proportional share. */
const memoryOf = ({ pid }: ProcessEntry): { resident: number; proportional: number } => {
  const read = (file: string, field: string): number =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/${file}`, 'utf8'))?.[1]) / 1024
  return { resident: read('status', 'VmRSS'), proportional: read('smaps_rollup', 'Pss') }
}

const partOf = ({ commandLine }: ProcessEntry): string => {
  const main = commandLine.find((word) => word.endsWith('main.ts'))
  return main === undefined ? basename(commandLine[0] ?? '') : main.includes('/agent/') ? 'agent' : 'platform'
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0)

const platform = await openPlatform()
try {
  await platform.up('--no-demo')
  const demo = await ensureDemo(platform.client(), platform.home)
  const demoUid = demo?.uid ?? ''
  await provision(platform, demoUid)
  for (let index = 1; index < clusters; index += 1)
    await provision(platform, await createLikeDemo(platform, demoUid, `demo-${index}`))
  await systemClock.sleep(REST_MS)
  const processes = processesOf(join(platform.home.cloudFolder, 'clusters'))
  const parts = Map.groupBy(processes, partOf)
  const each = (entries: readonly ProcessEntry[], what: 'resident' | 'proportional'): number =>
    sum(entries.map((entry) => memoryOf(entry)[what])) / clusters
  const perCluster = each(processes, 'proportional')
  report(`${clusters} clusters of provider local at rest, six layers each`, [
    ...[...parts].map(([part, entries]) => ({
      name: `${part}, resident`,
      runs: [each(entries, 'resident')],
      unit: 'MB',
    })),
    { name: 'one cluster, resident', runs: [each(processes, 'resident')], unit: 'MB' },
    { name: 'one cluster, proportional', runs: [perCluster], unit: 'MB' },
    { name: 'clusters in a GiB', runs: [GIB_MB / perCluster], unit: '' },
  ])
} finally {
  await platform.close()
}
