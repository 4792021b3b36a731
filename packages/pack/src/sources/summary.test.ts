import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { readPackArchive } from './load.ts'
import { readPackSummary } from './summary.ts'
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
describe('the summary of a pack', () => {
  it('holds the texts that the whole pack holds', async () => {
    const archive = writeArchive(files({ 'web/presets.yaml': 'presets: []\n', 'web/logo.png': 'x'.repeat(100_000) }))
    const { manifest, values, readme, presets, schema } = await readPackArchive(archive, 'web')
    expect(await readPackSummary(archive, 'web')).toEqual({ manifest, values, readme, presets, schema })
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
