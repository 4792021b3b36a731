import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { seededRandom } from '@atrium/runtime/base/seeded-random.ts'
import { findWall } from '@atrium/runtime/confined/wall.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PackReader } from '../src/confined/pack-reader.ts'
import { PackError } from '../src/format/problems.ts'
import { summaryOf } from '../src/format/summary.ts'
import { lintPack } from '../src/lint/lint-pack.ts'
import { readArchive } from '../src/sources/archive.ts'
import { readChart } from '../src/sources/charts.ts'
import type { FileTree } from '../src/sources/file-tree.ts'
import { batchOf } from '../src/sources/git/batch.ts'
import { loadPack, packArchive, readPackArchive } from '../src/sources/load.ts'
import { writeArchive } from '../src/sources/write-archive.ts'
import { brokeLimits, tracesOf } from './support/confined.ts'
import { goodPacks } from './support/good-packs.ts'

/** Thousands of them take minutes beside other work. */
const timeout = 600_000
/** Of each kind. What CI runs is the beginning of what `--all` runs. */
const MUTATIONS = process.env.ATRIUM_TEST_ALL === '1' ? 6000 : 250

interface Dice {
  upTo(count: number): number
  of<T>(items: readonly T[]): T
}

function diceOf(seed: number): Dice {
  const random = seededRandom(seed)
  const upTo = (count: number): number => Math.floor(random.fraction() * count)
  return { upTo, of: (items) => items[upTo(items.length)] as (typeof items)[number] }
}

/** What has broken parsers before: marks of YAML, JSON, templates and paths, and what no text should hold. */
const tokens = [
  ...[
    '{',
    '}',
    '[',
    ']',
    '{{',
    '}}',
    '{{.spectro.var.x}}',
    '{{ .Values.',
    '"',
    "'",
    '`',
    '\\',
    '|',
    '>',
    '&a ',
    '*a',
    '<<: *a',
    '!!binary ',
    '!<x> ',
  ],
  ...[
    '---\n',
    '...\n',
    '#',
    ':',
    ': ',
    '- ',
    '? ',
    ',',
    '\t',
    '\r\n',
    '\n',
    '\u0000',
    '\ufeff',
    '\u2028',
    '\ud800',
    '\u{1F600}',
    '%YAML 1.1\n',
    '~',
    'null',
  ],
  ...[
    '../',
    '/',
    'a'.repeat(500),
    '['.repeat(200),
    '{'.repeat(200),
    '- '.repeat(150),
    '9'.repeat(400),
    '1e999',
    '-0',
    '0x',
    '.inf',
    'true',
    '__proto__',
    'constructor',
  ],
]

const decode = (content: Uint8Array): string => new TextDecoder().decode(content)

/** One change of a text: something inserted, taken out, doubled, moved or replaced. */
function mutateText(text: string, dice: Dice): string {
  const at = dice.upTo(text.length + 1)
  const end = Math.min(text.length, at + dice.upTo(60))
  switch (dice.upTo(5)) {
    case 0:
      return text.slice(0, at) + dice.of(tokens) + text.slice(at)
    case 1:
      return text.slice(0, at) + text.slice(end)
    case 2:
      return text.slice(0, end) + text.slice(at)
    case 3:
      return text.slice(0, at) + dice.of(tokens) + text.slice(end)
    default:
      return mutateLines(text.split('\n'), dice).join('\n')
  }
}

function mutateLines(lines: string[], dice: Dice): string[] {
  const [line = ''] = lines.splice(dice.upTo(lines.length), 1)
  lines.splice(
    dice.upTo(lines.length + 1),
    0,
    dice.of([line, ` ${line}`, line.trimStart(), `${line}${dice.of(tokens)}`]),
  )
  return lines
}

function mutateBytes(bytes: Uint8Array, dice: Dice): Buffer {
  const changed = Buffer.from(bytes)
  for (let round = dice.upTo(4) + 1; round > 0 && changed.length > 0; round -= 1)
    changed[dice.upTo(changed.length)] = dice.upTo(256)
  return dice.upTo(4) === 0 ? changed.subarray(0, dice.upTo(changed.length)) : changed
}

/** A file changed, lost, doubled or emptied, one to three times. */
function mutateTree(tree: FileTree, dice: Dice): FileTree {
  const changed: FileTree = new Map(tree)
  for (let round = dice.upTo(3) + 1; round > 0; round -= 1) {
    const path = dice.of([...changed.keys(), 'pack.json', 'values.yaml', 'presets.yaml', 'schema.yaml'])
    const content = changed.get(path) ?? new Uint8Array()
    const kind = dice.upTo(12)
    if (kind === 0) changed.delete(path)
    else if (kind === 1) changed.set(`${path}${dice.of(tokens)}`, content)
    else if (/\.(tgz|png)$/.test(path)) changed.set(path, mutateBytes(content, dice))
    else changed.set(path, new TextEncoder().encode(mutateText(decode(content), dice)))
  }
  return changed
}

/** Works, or is refused with a reason; whatever else happens is a fault of ours. */
async function refusedOrRead(work: () => Promise<unknown>): Promise<'read' | 'refused'> {
  try {
    await work()
    return 'read'
  } catch (error) {
    if (!(error instanceof PackError) || brokeLimits(error)) throw error
    expect(error.problems.length).toBeGreaterThan(0)
    return 'refused'
  }
}

describe('packs that were damaged', { timeout }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'atrium-fuzz-'))
  const [from, into] = [join(folder, 'from'), join(folder, 'into')]
  let reader: PackReader
  beforeAll(() => {
    reader = new PackReader(findWall(), systemClock, 1)
  })
  afterAll(() => {
    reader.close()
    rmSync(folder, { recursive: true })
  })

  /** The same behind the wall, where it leaves no trace. */
  async function confined(content: Buffer, ask: () => Promise<unknown>): Promise<'read' | 'refused'> {
    writeFileSync(from, content)
    const outcome = await refusedOrRead(ask)
    expect(tracesOf(reader)).toEqual([])
    return outcome
  }

  const packs = await goodPacks()
  const packed = await Promise.all(packs.map(async (tree) => (await packArchive(tree)).archive))

  test('files: each is read or refused with a reason, and lint tells of it', async () => {
    const outcomes = { read: 0, refused: 0 }
    for (let seed = 1; seed <= MUTATIONS; seed += 1) {
      const dice = diceOf(seed)
      const tree = mutateTree(dice.of(packs), dice)
      const files = [...tree].map(([path, { length: size }]) => ({ path, size }))
      const outcome = await refusedOrRead(async () => summaryOf(await loadPack(tree))).catch((error: unknown) => {
        throw new Error(`seed ${seed}`, { cause: error })
      })
      await confined(Buffer.concat([...tree.values()].map(batchOf)), () =>
        reader.folder(files, 'test', from, into),
      ).catch((error: unknown) => {
        throw new Error(`confined, seed ${seed}`, { cause: error })
      })
      const findings = await lintPack(tree).catch((error: unknown) => {
        throw new Error(`lint, seed ${seed}`, { cause: error })
      })
      outcomes[outcome] += 1
      if (outcome === 'refused')
        expect(
          findings.some(({ severity }) => severity === 'error'),
          `seed ${seed}`,
        ).toBe(true)
    }
    // Both happen often: the damage is neither harmless nor total.
    expect(Math.min(outcomes.read, outcomes.refused)).toBeGreaterThan(MUTATIONS / 10)
  })

  test('archives: each is read or refused with a reason', async () => {
    const outcomes = { read: 0, refused: 0 }
    for (let seed = 1; seed <= MUTATIONS; seed += 1) {
      const dice = diceOf(seed)
      const index = dice.upTo(packed.length)
      const whole = packed[index] ?? Buffer.alloc(0)
      // Damage of the tar itself, and of what compresses it.
      const tar = dice.upTo(2) === 0 ? mutateBytes(whole, dice) : await damagedTar(whole, dice)
      const outcome = await refusedOrRead(() => readPackArchive(tar, 'test')).catch((error: unknown) => {
        throw new Error(`seed ${seed}`, { cause: error })
      })
      await confined(Buffer.from(tar), () => reader.archive(from, 'test')).catch((error: unknown) => {
        throw new Error(`confined, seed ${seed}`, { cause: error })
      })
      outcomes[outcome] += 1
    }
    expect(outcomes.refused).toBeGreaterThan(MUTATIONS / 10)
  })

  test('charts and indexes of charts: each is read or refused with a reason', async () => {
    const trees = await Promise.all(packed.map((archive) => readArchive(archive, 'test')))
    const charts = trees.flatMap((tree) => [...tree].filter(([path]) => path.endsWith('.tgz')))
    const outcomes = { read: 0, refused: 0 }
    for (let seed = 1; seed <= MUTATIONS / 5; seed += 1) {
      const dice = diceOf(seed)
      const [path, archive] = dice.of(charts)
      const { name, version } = await readChart(path, archive)
      const damaged = dice.upTo(2) === 0 ? mutateBytes(archive, dice) : await damagedTar(Buffer.from(archive), dice)
      const outcome = await confined(damaged, () => reader.chart({ name, version, description: '' }, from, into)).catch(
        (error: unknown) => {
          throw new Error(`chart, seed ${seed}`, { cause: error })
        },
      )
      outcomes[outcome] += 1
      const index = Array.from({ length: 3 }, () => 0).reduce((text) => mutateText(text, dice), INDEX)
      await confined(Buffer.from(index), () => reader.index(from, 'https://charts.test/', dice.of([undefined, 'web'])))
        .then((found) => (outcomes[found] += 1))
        .catch((error: unknown) => {
          throw new Error(`index, seed ${seed}`, { cause: error })
        })
    }
    expect(Math.min(outcomes.read, outcomes.refused)).toBeGreaterThan(MUTATIONS / 25)
  })
})

const INDEX = `apiVersion: v1
entries:
  web:
${['1.0.0', '1.1.0', '2.0.0-rc.1'].map((version) => `  - {version: ${version}, urls: [web-${version}.tgz], digest: ${'a'.repeat(64)}}\n`).join('')}  db:
  - version: "3.2"
    urls:
    - https://elsewhere.test/db.tgz
    description: |
      text
generated: "2026-01-01T00:00:00Z"
`

/** An archive with the files of another, some of them damaged: what is packed well and still wrong. */
async function damagedTar(archive: Buffer, dice: Dice): Promise<Buffer> {
  const files = mutateTree(await readArchive(archive, 'test'), dice)
  return writeArchive(new Map([...files].filter(([path]) => /^[ -~]{1,80}$/.test(path))))
}
