import { describe, expect, it, test } from 'vitest'
import { checkDependencies, checkResources, type MachineRoom, type PlacedLayer } from './constraints.ts'
import { quantity } from './quantity.ts'
import { readValues } from './values.ts'

const at = (packName: string, version: string, layer = 'addon'): PlacedLayer => ({ packName, version, layer })
const codes = (dependency: object, layers: PlacedLayer[], former: PlacedLayer[] = [], elsewhere: string[] = []) =>
  checkDependencies(
    { dependencies: [{ packName: 'db', layer: 'addon', ...dependency }] },
    { layers, former, elsewhere },
  ).map(({ code }) => code)

describe('dependencies', () => {
  test.each<[string, object, PlacedLayer[], string[]]>([
    ['required and there', { type: 'required', minVersion: '1' }, [at('db', '1.0.0')], []],
    ['required and missing', { type: 'required' }, [at('db', '1.0.0', 'csi')], ['DependencyMissing']],
    ['required and too old', { type: 'required', minVersion: '2' }, [at('db', '1.9.9')], ['DependencyVersion']],
    ['optional and missing', { type: 'optional', minVersion: '2' }, [], []],
    ['optional and too new', { type: 'optional', maxVersion: '1.21' }, [at('db', '1.22.0')], ['DependencyVersion']],
    ['within a partial bound', { type: 'optional', maxVersion: '1.21' }, [at('db', '1.21.14')], []],
    [
      'not supported and there',
      { type: 'notSupported', maxVersion: '2' },
      [at('db', '1.0.0')],
      ['DependencyNotSupported'],
    ],
    ['not supported, another version', { type: 'notSupported', maxVersion: '2' }, [at('db', '3.0.0')], []],
    ['without a type', { minVersion: '2' }, [at('db', '1.0.0')], ['DependencyVersion']],
    ['without bounds', { type: 'optional' }, [at('db', 'what')], []],
  ])('%s', (_what, dependency, layers, expected) => expect(codes(dependency, layers)).toEqual(expected))

  it('on infrastructure are told where the infrastructure is', () => {
    const dependency = { packName: 'kubernetes', layer: 'k8s', type: 'required' }
    expect(codes(dependency, [], [], ['k8s'])).toEqual([])
    expect(codes(dependency, [])).toEqual(['DependencyMissing'])
  })

  it('on the version before bind upgrades in place only', () => {
    const upgrade = { type: 'upgrade', minVersion: '2.0' }
    expect(codes(upgrade, [at('db', '3.0.0')], [at('db', '1.0.0')])).toEqual(['DependencyUpgrade'])
    expect(codes(upgrade, [at('db', '3.0.0')], [at('db', '2.5.0')])).toEqual([])
    expect(codes(upgrade, [at('db', '3.0.0')], [])).toEqual([])
    expect(codes(upgrade, [at('db', '1.0.0')], [at('db', '1.0.0')])).toEqual([])
  })

  it('written wrongly ask for nothing', () => {
    const around = { layers: [], former: [], elsewhere: [] }
    for (const wrong of [null, 'x', [], { dependencies: 'x' }, { dependencies: [null, 1] }])
      expect(checkDependencies(wrong, around)).toEqual([])
  })
})

describe('resources', () => {
  const pool = (role: MachineRoom['role'], size: number, machine: MachineRoom['machine']): MachineRoom => ({
    pool: role,
    role,
    size,
    machine,
  })
  const machine = { cpu: 4000, memory: 8192 }
  const values = readValues('web: {cpu: 500m, memory: 1.5Gi, count: 3}\nagent: {cpu: "1"}\n')
  const need = (type: string, minLimit: number, components: object[] = []) => ({
    resources: [{ type, minLimit, components }],
  })
  const web = { resourceRequestParamRef: 'web.cpu', replicaCountParamRef: 'web.count', scheduleType: 'worker' }
  const agent = { resourceRequestParamRef: 'agent.cpu', scheduleType: 'all' }

  it('are what the limit says, on workers', () => {
    expect(checkResources(need('cpu', 8000), values, [pool('worker', 2, machine)])).toEqual([])
    expect(checkResources(need('cpu', 8001), values, [pool('worker', 2, machine)])).toMatchObject([
      { code: 'ResourcesInsufficient', message: expect.stringMatching(/8001 millicores of cpu on worker.*have 8000/) },
    ])
  })

  it('are requests times replicas where components are listed, on both kinds of machines for those on all', () => {
    const wanted = need('cpu', 99_999, [web, agent])
    const rooms = [pool('worker', 1, { cpu: 2500 }), pool('control-plane', 1, { cpu: 1000 })]
    expect(checkResources(wanted, values, rooms)).toEqual([])
    expect(
      checkResources(wanted, values, [pool('worker', 1, { cpu: 2499 }), pool('control-plane', 1, { cpu: 999 })]),
    ).toHaveLength(2)
    const memory = need('memory', 0, [{ ...web, resourceRequestParamRef: 'web.memory' }])
    expect(checkResources(memory, values, [pool('worker', 1, { memory: 4607 })])).toHaveLength(1)
  })

  it('are not checked where the cloud does not say what its machines have', () => {
    expect(checkResources(need('cpu', 8001), values, [pool('worker', 2, null)])).toEqual([])
    expect(checkResources(need('diskSize', 8001), values, [pool('worker', 2, machine)])).toEqual([])
    expect(checkResources(need('cpu', 1), values, [])).toEqual([])
  })

  test.each([
    ['cpu', '250m', 250],
    ['cpu', '1.5', 1500],
    ['memory', '512Mi', 512],
    ['memory', '1G', 954],
    ['diskSize', '10Gi', 11],
    ['cpu', 'many', null],
  ] as const)('%s %s', (type, text, expected) => expect(quantity(type, text)).toBe(expected))
})
