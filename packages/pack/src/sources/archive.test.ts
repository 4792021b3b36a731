import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { Header } from 'tar'
import { describe, expect, it, test } from 'vitest'
import { readArchive } from './archive.ts'
import { packLimits } from './limits.ts'
import { packArchive, readPackArchive } from './load.ts'
import { writeArchive } from './write-archive.ts'

interface Entry {
  path: string
  content?: Buffer
  type?: 'File' | 'SymbolicLink' | 'Link' | 'CharacterDevice'
}

/** A tar as an attacker writes it: nothing is checked. */
function tarOf(entries: Entry[]): Buffer {
  const blocks = entries.flatMap(({ path, content = Buffer.alloc(0), type = 'File' }) => {
    const block = Buffer.alloc(512)
    new Header({
      path,
      mode: 0o644,
      size: content.length,
      mtime: new Date(0),
      type,
      ...(type.endsWith('Link') && { linkpath: '/etc/passwd' }),
    }).encode(block)
    return [block, content, Buffer.alloc((512 - (content.length % 512)) % 512)]
  })
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]))
}

describe('archives', () => {
  it('come back as they were written, and equal content gives equal bytes', async () => {
    const path = fc.stringMatching(/^[a-z]{1,8}(\/[a-z]{1,8}){0,3}\.[a-z]{1,3}$/)
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(path, fc.uint8Array({ maxLength: 2000 }), { minKeys: 1, maxKeys: 8 }),
        async (files) => {
          const entries = Object.entries(files)
          const archive = writeArchive(new Map(entries))
          expect(writeArchive(new Map(entries.toReversed()))).toEqual(archive)
          const read = await readArchive(archive, 'test')
          expect(Object.fromEntries([...read].map(([name, content]) => [name, [...content]]))).toEqual(
            Object.fromEntries(entries.map(([name, content]) => [name, [...content]])),
          )
        },
      ),
      { numRuns: 30 },
    )
  })

  test.each<[string, Entry[], RegExp]>([
    ['a path that leaves it', [{ path: '../../etc/passwd' }], /leaves it/],
    ['a path with .. inside', [{ path: 'a/../../b' }], /leaves it/],
    ['an absolute path', [{ path: '/etc/passwd' }], /absolute/],
    ['backslashes', [{ path: 'a\\..\\b' }], /backslashes/],
    ['a symbolic link', [{ path: 'a', type: 'SymbolicLink' }], /SymbolicLink/],
    ['a hard link', [{ path: 'a', type: 'Link' }], /no file but a Link/],
    ['a device', [{ path: 'a', type: 'CharacterDevice' }], /CharacterDevice/],
    ['a file twice', [{ path: 'a' }, { path: './a' }], /twice/],
  ])('with %s are refused', async (_what, entries, message) => {
    await expect(readArchive(tarOf(entries), 'test')).rejects.toThrow(message)
  })

  it('are bounded in size, ratio, number and size of files', async () => {
    const zeros = tarOf([{ path: 'zeros', content: Buffer.alloc(8 * 1024 * 1024) }])
    await expect(readArchive(zeros, 'test')).rejects.toThrow(/unpacks to more than/)
    const some = tarOf([{ path: 'a', content: Buffer.alloc(2000, 'x') }, { path: 'b' }])
    const bounded = (over: object) => readArchive(some, 'test', { limits: { ...packLimits, ...over } })
    await expect(bounded({ archiveBytes: 10 })).rejects.toThrow(/10 are allowed/)
    await expect(bounded({ entryBytes: 1999 })).rejects.toThrow(/a file of 2000 bytes/)
    await expect(bounded({ entries: 1 })).rejects.toThrow(/more than 1 files/)
    await expect(bounded({ unpackedBytes: 1000 })).rejects.toThrow(/unpacks to more than/)
    expect((await bounded({})).size).toBe(2)
  })

  it('that are none are refused as such', async () => {
    for (const content of ['', 'text', '\u001f\u008bxx', 'PK\u0003\u0004zz'])
      await expect(readArchive(Buffer.from(content, 'latin1'), 'test').then((files) => files.size))
        .resolves.toBe(0)
        .catch((error: unknown) => {
          expect(String(error)).toMatch(/no valid|compressed|unsupported/)
        })
    await expect(readArchive(gzipSync(gzipSync('x')), 'test')).rejects.toThrow(/compressed twice/)
  })
})

describe('packs', () => {
  const text = (content: string): Buffer => Buffer.from(content)
  const files = (over: Record<string, string> = {}) =>
    new Map(
      Object.entries({
        'pack.json': JSON.stringify({ name: 'p', version: '1.0.0', layer: 'addon', charts: ['charts/web-1.0.0.tgz'] }),
        'values.yaml': 'a: 1\n',
        'charts/web/Chart.yaml': 'name: web\nversion: 1.0.0\n',
        'charts/web/templates/x.yaml': 'kind: X\n',
        'notes/.DS_Store': 'junk',
        ...over,
      }).map(([path, content]) => [path, text(content)]),
    )

  it('are packed with their charts, and read the same with or without a top folder', async () => {
    const { archive } = await packArchive(files())
    expect([...(await readArchive(archive, 'test')).keys()]).toEqual([
      'p-1.0.0/charts/web-1.0.0.tgz',
      'p-1.0.0/pack.json',
      'p-1.0.0/values.yaml',
    ])
    const pack = await readPackArchive(archive, 'test')
    expect(pack.charts).toMatchObject([{ name: 'web', version: '1.0.0', path: 'charts/web-1.0.0.tgz' }])
    expect((await packArchive(files())).archive).toEqual(archive)
  })

  it('name what is missing', async () => {
    const without = (path: string) => packArchive(new Map([...files()].filter(([name]) => name !== path)))
    await expect(without('pack.json')).rejects.toThrow(/pack\.json: is missing/)
    await expect(without('values.yaml')).rejects.toThrow(/values\.yaml: is missing/)
    await expect(without('charts/web/Chart.yaml')).rejects.toThrow(
      /pack\.json charts: names 'charts\/web-1\.0\.0\.tgz'/,
    )
    await expect(packArchive(files({ 'values.yaml': 'a: [' }))).rejects.toThrow(/values\.yaml:1/)
  })
})
