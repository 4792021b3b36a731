import { describe, expect, it } from 'vitest'
import { readHelmIndex } from './index-file.ts'

const base = 'https://charts.test/stable/'
const entry = (version: string, more = ''): string => `  - version: ${version}\n    urls: [web-${version}.tgz]\n${more}`

describe('an index of charts', () => {
  it('gives the newest versions of each chart, with whole addresses, and counts the others', () => {
    const versions = Array.from({ length: 30 }, (_, index) => entry(`1.${index}.0`)).join('')
    const text = `apiVersion: v1\nentries:\n  web:\n${versions}  db:\n${entry('2.0.0', `    digest: ${'a'.repeat(64)}\n`)}generated: x\n`
    const { charts, leftOut } = readHelmIndex(text, base)
    expect(leftOut).toBe(10)
    expect(
      charts
        .filter(({ name }) => name === 'web')
        .map(({ version }) => version)
        .slice(0, 2),
    ).toEqual(['1.29.0', '1.28.0'])
    expect(charts.at(-1)).toEqual({
      name: 'db',
      version: '2.0.0',
      url: 'https://charts.test/stable/web-2.0.0.tgz',
      digest: 'a'.repeat(64),
      description: '',
    })
  })

  it('is read the same when it is so long that it is read in parts', () => {
    const charts = Array.from(
      { length: 300 },
      (_, index) => `  c${index}:\n${entry('1.0.0', `    description: ${'x'.repeat(1000)}\n`)}`,
    )
    const text = `apiVersion: v1\nentries:\n${charts.join('')}generated: "2026-01-01"\n`
    expect(text.length).toBeGreaterThan(256 * 1024)
    const read = readHelmIndex(text, base)
    expect(read.charts.map(({ name }) => name)).toEqual(charts.map((_, index) => `c${index}`))
  })

  it('leaves out what is deprecated, no version, or no name of a chart', () => {
    const text = `entries:\n  web:\n${entry('1.0.0', '    deprecated: true\n')}${entry('latest')}  ../evil:\n${entry('1.0.0')}`
    expect(readHelmIndex(text, base).charts).toEqual([])
  })

  it.each(['a: 1', '- x', 'entries: [', '&a [*a, *a]'])('that is none is refused: %s', (text) => {
    expect(() => readHelmIndex(text, base)).toThrow('index.yaml')
  })
})
