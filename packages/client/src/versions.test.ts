import { expect, test } from 'vitest'
import { Versions } from './versions.ts'

test('a change of an object, or of a part of it, expects the version that was read', () => {
  const versions = new Versions()
  versions.read('/v1/projects/a', '"1"')
  versions.read('/v1/users/b', null)
  expect(versions.expectedAt('/v1/projects/a')).toBe('"1"')
  expect(versions.expectedAt('/v1/projects/a/meta')).toBe('"1"')
  expect(versions.expectedAt('/v1/projects/ab')).toBeUndefined()
  expect(versions.expectedAt('/v1/users/b')).toBeUndefined()
})

test('what was changed here has its new version, under each path it is known by', () => {
  const versions = new Versions()
  versions.read('/v1/spectroclusters/c', '"1"')
  versions.read('/v1/cloudconfigs/cloudTypes/local/d', '"1"')
  versions.read('/v1/clusterprofiles/p', '"7"')
  versions.changed('"1"', '"2"')
  expect(versions.expectedAt('/v1/spectroclusters/c/metadata')).toBe('"2"')
  expect(versions.expectedAt('/v1/cloudconfigs/cloudTypes/local/d/machinePools/x')).toBe('"2"')
  expect(versions.expectedAt('/v1/clusterprofiles/p')).toBe('"7"')
})

test('after a change that tells no version nothing is expected any more', () => {
  const versions = new Versions()
  versions.read('/v1/projects/a', '"1"')
  versions.changed(undefined, '"2"')
  expect(versions.expectedAt('/v1/projects/a')).toBeUndefined()
})
