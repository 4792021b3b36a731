/**
 * How many packs a second `pack lint` looks at without helm: reading the folder, charts and all, and every rule on files.
 *
 *     node test/bench/pack-lint.ts [--packs FOLDER] [--rounds 5]
 *
 * Processor time of the process, not the clock, after one round to warm up. Without a folder of published packs beside the checkout the
 * shipped packs are looked at, which are smaller.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { lintPack } from '@atrium/pack/lint/lint-pack.ts'
import { listPackDirectories, readPackDirectory } from '@atrium/pack/sources/directory.ts'
import { report } from './support/report.ts'

const LEAST = 50
const samples = join(import.meta.dirname, '../../../shared/packs')
const { values } = parseArgs({
  options: {
    packs: { type: 'string', default: existsSync(samples) ? samples : join(import.meta.dirname, '../../packs') },
    rounds: { type: 'string', default: '5' },
  },
})

const folders = await listPackDirectories(values.packs)
const round = async (): Promise<{ perSecond: number; findings: number }> => {
  const before = process.cpuUsage()
  let findings = 0
  for (const folder of folders) findings += (await lintPack(await readPackDirectory(folder))).length
  const { user, system } = process.cpuUsage(before)
  return { perSecond: folders.length / ((user + system) / 1e6), findings }
}

await round()
const rounds: Awaited<ReturnType<typeof round>>[] = []
for (let left = Number(values.rounds); left > 0; left -= 1) rounds.push(await round())
report(`Lint of ${folders.length} packs, without helm`, [
  {
    name: 'packs for each second of processor time',
    runs: rounds.map(({ perSecond }) => perSecond),
    unit: '/s',
    atLeast: LEAST,
  },
  { name: 'findings', runs: rounds.map(({ findings }) => findings), unit: '' },
])
