import { describe, expect, it, test } from 'vitest'
import { readPackManifest } from './pack-json.ts'

const least = { name: 'p', version: '1.0.0', layer: 'addon' }
const read = (over: object) => readPackManifest(JSON.stringify({ ...least, ...over }))

describe('pack.json', () => {
  it('needs little, and ignores what it does not know', () => {
    expect(read({ commit_msg: 'x', cloudType: 'aws', annotations: { a: 1 }, charts: null })).toMatchObject({
      name: 'p',
      displayName: 'p',
      cloudTypes: ['aws'],
      annotations: { a: '1' },
      charts: [],
      kubeManifests: [],
    })
  })

  it('reads dependencies; one without a type counts as optional', () => {
    const dependencies = [{ packName: 'k', layer: 'k8s', minVersion: '1.27', maxVersion: '' }]
    expect(read({ constraints: { dependencies } }).dependencies).toEqual([{ ...dependencies[0], type: 'optional' }])
  })

  test.each([
    ['{', '', /no valid JSON/],
    ['[]', '', /one JSON object/],
    [{ name: undefined }, 'name', /is missing/],
    [{ name: 3 }, 'name', /must be a text, not a number/],
    [{ name: '../x' }, 'name', /letters, digits/],
    [{ version: ' ' }, 'version', /must not be empty/],
    [{ version: '1 0' }, 'version', /registry tag/],
    [{ layer: 'top' }, 'layer', /use one of os, k8s/],
    [{ charts: 'x' }, 'charts', /must be a list, not a text/],
    [{ charts: ['../../etc/passwd'] }, 'charts[0]', /inside the pack/],
    [{ kubeManifests: ['/a'] }, 'kubeManifests[0]', /inside the pack/],
    [{ constraints: { dependencies: [{}] } }, 'constraints.dependencies[0].packName', /is missing/],
  ])('%j is refused at %s', (over, path, message) => {
    const act = () => (typeof over === 'string' ? readPackManifest(over) : read(over))
    expect(act).toThrow(
      expect.objectContaining({ problems: expect.arrayContaining([expect.objectContaining({ path })]) }),
    )
    expect(act).toThrow(message)
  })

  it('names every wrong field at once', () => {
    expect(() => readPackManifest('{}')).toThrow(/name.*version.*layer/)
  })
})
