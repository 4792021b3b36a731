import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateRawSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { findWall } from '@atrium/runtime/confined/wall.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PackReader } from '../src/confined/pack-reader.ts'
import { PackError } from '../src/format/problems.ts'
import { readArchive } from '../src/sources/archive.ts'
import { packLimits } from '../src/sources/limits.ts'
import { brokeLimits, tracesOf } from './support/confined.ts'
import { paxOf, type TarEntry, tarGzOf, tarOf } from './support/tar-writer.ts'
import { type ZipEntry, zipOf } from './support/zip-writer.ts'

/** Full length with `--all`: making large archives takes longer than refusing them. */
const isWhole = process.env.ATRIUM_TEST_ALL === '1'
const MIB = 1024 * 1024
const BOMB = (isWhole ? 1024 : 64) * MIB
const zeros = (bytes: number): Buffer => Buffer.alloc(bytes)
const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index))
const longName = (path: string): TarEntry => ({ path: '././@LongLink', type: 'L', content: Buffer.from(`${path}\0`) })
const pax = (fields: Record<string, string>, type = 'x'): TarEntry => ({ path: 'pax', type, content: paxOf(fields) })
const base256 = Buffer.from([0x80, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])

/** Paths that lead out, or mean another file than they say, or that nobody can write. */
const paths: [string, string][] = [
  ['a path that leaves it', '../../etc/passwd'],
  ['.. in the middle', 'a/../../b'],
  ['.. at the end', 'a/..'],
  ['an absolute path', '/etc/passwd'],
  ['two slashes at the start', '//host/share'],
  ['two slashes within', 'a//b'],
  ['a drive', 'C:/windows'],
  ['a drive without a slash', 'c:x'],
  ['backslashes', 'a\\..\\..\\b'],
  ['a line break', 'a\nb'],
  ['an escape sequence', 'a\u001b[2Jb'],
  ['a delete', 'a\u007f'],
  ['an empty name', ''],
  ['folders without end', many(30, () => 'd').join('/')],
  ['300 bytes in one name', 'x'.repeat(300)],
  ['300 bytes in few letters', '\u{1F600}'.repeat(75)],
]

/** For tar, a name beyond its field stands in a header of its own. */
const named = (path: string): TarEntry[] =>
  Buffer.byteLength(path) > 100 ? [longName(path), { path: 'short' }] : [{ path }]

const special: [string, string][] = [
  ['a hard link', '1'],
  ['a symbolic link', '2'],
  ['a character device', '3'],
  ['a block device', '4'],
  ['a pipe', '6'],
  ['an unknown type', 'Z'],
]

const refused: [string, () => Buffer][] = [
  ...paths.map(([what, path]): [string, () => Buffer] => [`tar: ${what}`, () => tarGzOf(named(path))]),
  ...paths.map(([what, path]): [string, () => Buffer] => [`zip: ${what}`, () => zipOf([{ path }])]),
  ...special.map(([what, type]): [string, () => Buffer] => [
    `tar: ${what}`,
    () => tarGzOf([{ path: 'a', type, link: '/etc/passwd' }]),
  ]),
  ...[0o120777, 0o020666, 0o060666, 0o010666, 0o140755].map((mode): [string, () => Buffer] => [
    `zip: mode ${mode.toString(8)}`,
    () => zipOf([{ path: 'a', mode, content: Buffer.from('/etc/passwd') }]),
  ]),
  ['tar: a long name that leaves it', () => tarGzOf([longName('../../x'), { path: 'a' }])],
  ['tar: a pax path that leaves it', () => tarGzOf([pax({ path: '../../x' }), { path: 'a' }])],
  ['tar: nothing at all', () => gzipSync(zeros(1024))],
  ['tar: a file twice', () => tarGzOf([{ path: 'a' }, { path: './a' }])],
  ['tar: names that differ in case', () => tarGzOf([{ path: 'pack.json' }, { path: 'Pack.json' }])],
  [
    'tar: names that differ in how an accent is written',
    () => tarGzOf([{ path: 'caf\u00e9' }, { path: 'cafe\u0301' }]),
  ],
  ['tar: more files than are allowed', () => tarGzOf(many(packLimits.entries + 1, (index) => ({ path: `f${index}` })))],
  ['tar: very many folders', () => tarGzOf(many(isWhole ? 200_000 : 20_000, () => ({ path: 'd/', type: '5' })))],
  ['tar: a bomb', () => gzipSync(zeros(BOMB))],
  ['tar: a file that says it is larger than it is', () => tarGzOf([{ path: 'a', size: 4096 }])],
  ['tar: a size beyond all numbers', () => tarGzOf([{ path: 'a', size: base256 }])],
  ['tar: a wrong checksum', () => tarGzOf([{ path: 'a', checksum: '000000\0 ' }])],
  ['tar: cut off', () => gzipSync(tarOf([{ path: 'a', content: zeros(5000) }]).subarray(0, 2000))],
  ['gzip: cut off', () => tarGzOf([{ path: 'a', content: Buffer.from('text') }]).subarray(0, 40)],
  ['gzip: twice', () => gzipSync(tarGzOf([{ path: 'a' }]))],
  ['gzip: of zstd, which is a bomb', () => gzipSync(zstdCompressSync(zeros(BOMB)))],
  ['zstd: which is a bomb', () => zstdCompressSync(zeros(BOMB))],
  ['too large', () => zeros(packLimits.archiveBytes + 1)],
  ['zip: a file twice', () => zipOf([{ path: 'pack.json' }, { path: 'pack.json' }])],
  ['zip: names that differ in case', () => zipOf([{ path: 'a' }, { path: 'A' }])],
  ['zip: more files than are allowed', () => zipOf(many(packLimits.entries + 1, (index) => ({ path: `f${index}` })))],
  ['zip: more files said than there are', () => zipOf([{ path: 'a' }], { entryCount: 9999 })],
  [
    'zip: entries that share their bytes',
    () => {
      const content = zeros(64 * 1024)
      const shared = (index: number): ZipEntry => ({
        path: `f${index}`,
        content: index === 0 ? content : zeros(0),
        offset: 0,
        packedBytes: deflateRawSync(content).length,
        unpackedBytes: content.length,
      })
      return zipOf(many(50, shared))
    },
  ],
  ['zip: a gigabyte said', () => zipOf([{ path: 'a', content: zeros(1000), unpackedBytes: 1024 * MIB }])],
  ['zip: a bomb', () => zipOf([{ path: 'a', content: zeros(60 * MIB) }])],
  ['zip: a bomb that says it is small', () => zipOf([{ path: 'a', content: zeros(60 * MIB), unpackedBytes: 10 }])],
  ['zip: encrypted', () => zipOf([{ path: 'a', content: Buffer.from('text'), flags: 0x801 }])],
  ['zip: an unknown compression', () => zipOf([{ path: 'a', content: Buffer.from('text'), method: 99 }])],
  ['zip: content beyond its end', () => zipOf([{ path: 'a', offset: 1_000_000 }])],
  [
    'zip: sizes in an extra field that is cut off',
    () => zipOf([{ path: 'a', unpackedBytes: 0xffffffff, extra: Buffer.from([1, 0, 4, 0, 1, 2, 3, 4]) }]),
  ],
  ['zip: an extra field that ends elsewhere', () => zipOf([{ path: 'a', extra: Buffer.from([1, 0, 255, 255]) }])],
  ['zip: without its end', () => zipOf([{ path: 'a' }]).subarray(0, 50)],
]

/** Odd, and still what they say. */
const accepted: [string, () => Buffer, string[]][] = [
  [
    'tar: a pax header of a megabyte',
    () => tarGzOf([pax({ comment: randomBytes(MIB).toString('base64') }), { path: 'a' }]),
    ['a'],
  ],
  ['tar: a pax path for all', () => tarGzOf([pax({ path: '../../x' }, 'g'), { path: 'a' }]), ['a']],
  ['tar: a size that is none', () => tarGzOf([{ path: 'a', size: Buffer.from('zzzzzzzzzzz\0') }]), ['a']],
  ["tar: what people's desktops leave", () => tarGzOf([{ path: '.DS_Store' }, { path: '._a' }, { path: 'a' }]), ['a']],
  ['zip: a comment as long as it can be', () => zipOf([{ path: 'a' }], { comment: zeros(65_535) }), ['a']],
  ['zip: letters of every kind', () => zipOf([{ path: 'ünï/日本.yaml' }]), ['ünï/日本.yaml']],
]

let folder: string
let archive: string
let reader: PackReader
const before = process.cwd()
beforeAll(() => {
  archive = join(mkdtempSync(join(tmpdir(), 'archive-')), 'archive')
  folder = mkdtempSync(join(tmpdir(), 'hostile-'))
  process.chdir(folder)
  reader = new PackReader(findWall(), systemClock, 1)
})
afterAll(() => {
  reader.close()
  process.chdir(before)
  rmSync(join(archive, '..'), { recursive: true, force: true })
  rmSync(folder, { recursive: true, force: true })
})

describe('hostile archives', () => {
  test.each(refused)('%s: is refused, also behind the wall, where it leaves no trace', async (_what, make) => {
    const bytes = make()
    await expect(readArchive(bytes, 'test')).rejects.toThrow(PackError)
    writeFileSync(archive, bytes)
    const refusal = await reader.archive(archive, 'test').catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(PackError)
    expect(brokeLimits(refusal)).toBe(false)
    expect(tracesOf(reader)).toEqual([])
  })

  test.each(accepted)('%s: is read', async (_what, make, names) => {
    expect([...(await readArchive(make(), 'test')).keys()]).toEqual(names)
  })

  test('are sixty and more; none wrote a file, and memory stayed within the limits', () => {
    expect(refused.length).toBeGreaterThanOrEqual(60)
    expect(readdirSync(folder)).toEqual([])
    expect(reader.pids).toHaveLength(1)
    // This process, which does both, leaves them.
    if (reader.wall === 'whole') expect(tracesOf({ wall: 'whole', pids: [process.pid] })).not.toEqual([])
    // With what it takes to make them.
    expect(process.resourceUsage().maxRSS / 1024).toBeLessThan(isWhole ? 4096 : 1024)
  })
})
