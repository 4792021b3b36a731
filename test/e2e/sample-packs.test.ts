import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Outcome, openSampleCluster, type SampleCluster } from './harness/sample-cluster.ts'
import { openSampleWorld, type SampleWorld } from './harness/sample-world.ts'
import { readSamples, type Sample } from './harness/samples.ts'

/** `ATRIUM_SAMPLE_NAMES`: folders of packs, by comma. `--all`: every pack there is; else a few that are quick, and odd each in its own way. */
const named = process.env.ATRIUM_SAMPLE_NAMES?.split(',')
const isWhole = named === undefined && process.env.ATRIUM_TEST_ALL === '1'
const FEW = ['hello-universe-1.3.1', 'nfs-subdir-external-4.0.13', 'rbacmanager-1.9.0']
const LIMIT_MS = 1_500_000

const file = join(import.meta.dirname, 'sample-packs.golden.json')
const golden = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Outcome>
const samples = (await readSamples()).filter(({ id }) => isWhole || (named ?? FEW).includes(id))

let world: SampleWorld
const clusters = new Map<string, SampleCluster>()
const outcomes: Record<string, Outcome> = {}

/** Packs with admission webhooks have a cluster of their own. */
async function clusterFor({ given }: Sample): Promise<SampleCluster> {
  const name = given.hasWebhooks ? 'webhooks' : 'samples'
  const cluster = clusters.get(name) ?? (await openSampleCluster(world, name))
  clusters.set(name, cluster)
  return cluster
}

describe.skipIf(samples.length === 0)('published packs', () => {
  beforeAll(async () => {
    vi.stubEnv('ATRIUM_EGRESS_ALLOW', '127.0.0.0/8')
    const folders = samples.flatMap((sample) => [sample, ...sample.needs]).map(({ folder }) => folder)
    world = await openSampleWorld([...new Set(folders)])
  }, LIMIT_MS)
  afterAll(async () => {
    for (const cluster of clusters.values()) await cluster.close()
    await world?.close()
    vi.unstubAllEnvs()
  })

  it.each(samples)(
    '$id is installed from a private registry, and removed',
    async (sample) => {
      const cluster = await clusterFor(sample)
      outcomes[sample.id] = await cluster.tryOut(sample)
      if (!isWhole && !named) expect(outcomes[sample.id]).toEqual(golden[sample.id])
    },
    LIMIT_MS,
  )

  it.runIf(isWhole || named)('become ready, and leave nothing, as was judged to be true of each', async () => {
    process.stdout.write(tableOf(outcomes))
    const judged = { ...(named && golden), ...outcomes }
    await expect(`${JSON.stringify(judged, null, 2)}\n`).toMatchFileSnapshot(file)
  })
})

const tableOf = (all: Record<string, Outcome>): string =>
  Object.values(all)
    .map(({ name, version, state, reason, kept }) => {
      const stays = Object.entries(kept).map(([kind, count]) => `${count} ${kind}`)
      const removed = stays.length === 0 ? 'removed clean' : `stays: ${stays.join(', ')}`
      return `${`${name} ${version}`.padEnd(45)} ${state.padEnd(22)} ${removed.padEnd(40)} ${reason}\n`
    })
    .join('')
