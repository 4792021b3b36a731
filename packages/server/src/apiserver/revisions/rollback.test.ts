import type { AttachedProfile, ClusterSpec } from '@atrium/api/kinds/cluster.ts'
import type { ProfileLayer } from '@atrium/api/kinds/cluster-profile.ts'
import { expect, test } from 'vitest'
import { pool } from '../../controllers/testing/world.ts'
import { rollbackObstacles } from './rollback.ts'

const web: AttachedProfile = {
  uid: 'web-1',
  name: 'web',
  version: '1.0.0',
  type: 'add-on',
  cloudType: 'all',
  layers: [],
  variables: [{ name: 'token', isSensitive: true, sealedDefault: 'default-1' }],
  variableValues: {},
  sealedValues: { token: 'mark-1' },
}

const spec = (overrides: Partial<ClusterSpec> = {}): ClusterSpec => ({
  cloudType: 'local',
  cloudAccountUid: 'account',
  cloudConfigUid: 'config',
  cloudConfig: {},
  machinePools: [pool('cp', 1, true), pool('workers', 2)],
  profiles: [web],
  policy: { drift: 'heal', nodes: 'heal' },
  clusterConfig: {},
  ...overrides,
})

const existing = new Map([['web-1', { variables: web.variables }]])
const changed = { variables: [{ name: 'token', isSensitive: true, sealedDefault: 'default-2' }] }

test('a layer whose pack is gone is named', () => {
  const layer: ProfileLayer = {
    name: 'hello',
    type: 'spectro',
    layer: 'addon',
    tag: '1.x',
    version: '1.0.0',
    registryUid: 'r',
    packUid: 'p',
    values: '',
    manifests: [],
  }
  const former = spec({ profiles: [{ ...web, layers: [layer, { ...layer, type: 'manifest' }] }] })
  expect(rollbackObstacles(spec(), former, existing, new Set(['other']))).toEqual([])
  expect(rollbackObstacles(spec(), former, existing, new Set(['p']))).toEqual([
    expect.stringMatching(/^layers\[hello\]: its pack, version 1\.0\.0, is not kept any more/),
  ])
})

test.each<[string, Partial<ClusterSpec>, Partial<ClusterSpec>, typeof existing, RegExp[]]>([
  [
    'policy, sizes and worker pools',
    { policy: { drift: 'alert', nodes: 'alert' } },
    { machinePools: [pool('cp', 3, true)] },
    existing,
    [],
  ],
  [
    'another account',
    { cloudAccountUid: 'other' },
    {},
    existing,
    [/^cloudAccountUid: it was 'account' and is 'other'/],
  ],
  ['another cloud', { cloudType: 'other' }, {}, existing, [/^cloudType: /]],
  [
    'another control-plane pool',
    { machinePools: [pool('main', 1, true)] },
    {},
    existing,
    [/^machinePools: the control-plane pool was 'cp' and is 'main'/],
  ],
  [
    'a profile that is gone',
    { profiles: [] },
    { profiles: [{ ...web, variables: [], sealedValues: {} }] },
    new Map(),
    [/^profiles\[web\]: profile 'web' 1\.0\.0 \(web-1\) no longer exists/],
  ],
  [
    'a value that was replaced',
    { profiles: [{ ...web, sealedValues: { token: 'mark-2' } }] },
    {},
    existing,
    [/^profiles\[web\]\.variableValues\.token: the sensitive value of then/],
  ],
  [
    'a default that its profile still holds',
    { profiles: [] },
    { profiles: [{ ...web, sealedValues: {} }] },
    existing,
    [],
  ],
  [
    'a default that its profile holds no more',
    { profiles: [] },
    { profiles: [{ ...web, sealedValues: {} }] },
    new Map([['web-1', changed]]),
    [/^profiles\[web\]\.variableValues\.token: /],
  ],
])('bringing back %s', (_what, present, former, profiles, obstacles) => {
  expect(rollbackObstacles(spec(present), spec(former), profiles)).toEqual(
    obstacles.map((one) => expect.stringMatching(one)),
  )
})
