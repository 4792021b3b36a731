import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { readPackArchive } from './load.ts'
import { entryOf, readPackSummary } from './summary.ts'
import { writeArchive } from './write-archive.ts'

const files = (more: Record<string, string> = {}, charts: string[] = []): Map<string, Uint8Array> => {
  const manifest = { name: 'web', version: '1.0.0', layer: 'addon', charts }
  const all = {
    'web/pack.json': JSON.stringify(manifest),
    'web/values.yaml': 'a: 1\n',
    'web/README.md': '# Web',
    ...more,
  }
  return new Map(Object.entries(all).map(([path, text]) => [path, Buffer.from(text)]))
}
/** Begins as a PNG does. */
const png = (more: number): Buffer =>
  Buffer.concat([Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), Buffer.alloc(more)])

describe('the summary of a pack', () => {
  it('holds the texts that the whole pack holds', async () => {
    const archive = writeArchive(files({ 'web/presets.yaml': 'presets: []\n', 'web/logo.png': 'x'.repeat(100_000) }))
    const { manifest, values, readme, presets, schema, logo } = await readPackArchive(archive, 'web')
    expect(await readPackSummary(archive, 'web')).toEqual({ manifest, values, readme, presets, schema, logo })
  })

  it.each([
    ['a PNG', png(100), true],
    ['a PNG that is larger than a logo', png(300_000), false],
    ['a page that calls itself one', Buffer.from('<html><script>'), false],
    ['half of the first bytes', png(0).subarray(0, 10), false],
  ])('has a logo only where it is one: %s', async (_what, logo, isOne) => {
    const archive = writeArchive(files().set('web/logo.png', logo))
    expect(entryOf(await readPackSummary(archive, 'web')).logo).toBe(isOne ? logo.toString('base64') : null)
  })

  it.each([
    ['a chart that is missing', writeArchive(files({}, ['charts/web-1.0.0.tgz'])), "names 'charts/web-1.0.0.tgz'"],
    ['a path that leaves the archive', writeArchive(files({ '../evil': 'x' })), 'leaves it'],
    ['what unpacks to far more', gzipSync(Buffer.alloc(80 * 1024 * 1024)), 'unpacks to more than|no valid'],
    ['an archive that was cut off', writeArchive(files()).subarray(0, 100), 'no valid'],
    ['what is no archive', Buffer.from('hello'), 'no valid|missing'],
  ])('is refused of %s', async (_name, bytes, message) => {
    await expect(readPackSummary(bytes, 'web')).rejects.toThrow(new RegExp(message))
  })
})
