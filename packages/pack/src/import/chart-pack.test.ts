import { describe, expect, test } from 'vitest'
import { nestValues } from '../format/nest-values.ts'
import { PackError } from '../format/problems.ts'
import { readValues } from '../format/values.ts'
import { loadPack } from '../sources/load.ts'
import { writeArchive } from '../sources/write-archive.ts'
import { packOfChart, readChartFacts } from './chart-pack.ts'

const tricky = `# a comment at the top
image: &image
  tag: "1.0" # kept
copy: *image
yes: On
folded: >-
  one
  two

   three
kept: |+
  ends with empty lines
   
number: 014


`
/** What stands below `charts.<name>`, moved back. */
const movedBack = (text: string, name: string): string =>
  text.slice(text.indexOf(`  ${name}:\n`) + name.length + 4).replaceAll(/^ {4}/gm, '')

describe('values of a chart', () => {
  test('are moved in byte for byte: comments, anchors, block texts and trailing lines mean what they meant', () => {
    const nested = nestValues('web', tricky)
    expect(movedBack(nested, 'web')).toBe(tricky)
    expect(readValues(nested).get(['charts', 'web'])).toEqual(readValues(tricky).get([]))
  })

  test.each([
    ['', 'charts:\n  web: {}\n'],
    ['# nothing\n', 'charts:\n  web: {}\n    # nothing\n'],
    ['---\na: 1', 'charts:\n  web:\n    a: 1\n'],
    ['# top\n---\na: 1\n', 'charts:\n  web:\n    # top\n    a: 1\n'],
    ['\uFEFFa: 1\r\nb: 2\r\n', 'charts:\n  web:\n    a: 1\r\n    b: 2\r\n'],
    ['{a: 1,\nb: 2}\n', 'charts:\n  web:\n    {a: 1,\n    b: 2}\n'],
  ])('%j', (values, nested) => {
    expect(nestValues('web', values)).toBe(nested)
  })

  test('below a name that YAML takes for something else it is quoted', () => {
    expect(nestValues('on', 'a: 1\n')).toBe('charts:\n  "on":\n    a: 1\n')
  })

  test('that cannot be moved as they are written are refused', () => {
    expect(() => nestValues('web', 'a: "one\n---\ntwo"\n')).toThrow(PackError)
  })
})

describe('a pack of a chart', () => {
  const chart = (yaml: string) =>
    writeArchive(
      new Map([
        ['web/Chart.yaml', Buffer.from(yaml)],
        ['web/values.yaml', Buffer.from(tricky)],
        ['web/README.md', Buffer.from('# Web\n')],
        ['web/templates/a.yaml', Buffer.from('{}')],
      ]),
    )
  const options = { namespace: 'web', layer: 'addon' as const, addonType: 'system app', cloudTypes: ['all'] }

  test('reads as a pack, holds the archive as it was, and lists its images', async () => {
    const archive = chart(
      '{apiVersion: v2, name: web, version: v1.2.0, appVersion: 7, description: Serves., home: "https://web.example"}',
    )
    const facts = await readChartFacts(archive, 'web.tgz')
    const images = ['docker.io/library/nginx:1.27']
    const pack = await loadPack(
      packOfChart(facts, archive, { ...options, repository: 'oci://reg.example/charts', images }),
    )
    expect(pack.manifest).toMatchObject({
      name: 'web',
      version: '1.2.0',
      layer: 'addon',
      charts: ['charts/web-v1.2.0.tgz'],
    })
    expect(pack.manifest.annotations).toEqual({
      source: 'community',
      description: 'Serves.',
      docsURL: 'https://web.example',
      upstreamVersion: '7',
    })
    expect(Buffer.from(pack.charts[0]?.archive ?? []).equals(archive)).toBe(true)
    expect(pack.readme).toBe('# Web\n')
    const values = readValues(pack.values)
    expect(values.get(['pack'])).toEqual({
      namespace: 'web',
      content: {
        images: [{ image: images[0] }],
        charts: [{ repo: 'oci://reg.example/charts', name: 'web', version: 'v1.2.0' }],
      },
    })
    expect(movedBack(pack.values, 'web')).toBe(tricky)
  })

  test('is not made of what is no chart', async () => {
    await expect(readChartFacts(chart('{name: web}'), 'web.tgz')).rejects.toThrow('web.tgz: is no chart archive')
    await expect(readChartFacts(chart('{version: 1.0.0}'), 'web.tgz')).rejects.toThrow('Chart.yaml without a name')
    await expect(readChartFacts(chart('{'), 'web.tgz')).rejects.toThrow('Chart.yaml that is no valid YAML')
  })
})
