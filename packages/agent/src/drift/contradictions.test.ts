import { expect, test } from 'vitest'
import { contradictions } from './contradictions.ts'

const cause = (field: string, reason = 'FieldValueForbidden', message = 'm') => [{ field, reason, message }]
const podSpec = (...containers: object[]) => ({ spec: { template: { spec: { containers } } } })

test('a second entry of a name is replaced by the declared one; other entries stay', () => {
  const live = {
    spec: {
      ports: [
        { name: 'theirs', port: 1 },
        { name: 'web', port: 81 },
      ],
    },
  }
  const declared = { spec: { ports: [{ name: 'web', port: 80 }] } }
  expect(
    contradictions(live, declared, cause('spec.ports[2].name', 'FieldValueDuplicate', 'Duplicate value: "web"')),
  ).toEqual([{ op: 'replace', path: '/spec/ports/1', value: { name: 'web', port: 80 } }])
})

test('an entry that became of another type is replaced alone', () => {
  const live = {
    spec: {
      volumes: [
        { name: 'a', hostPath: { path: '/' } },
        { name: 'theirs', emptyDir: {} },
      ],
    },
  }
  const declared = { spec: { volumes: [{ name: 'a', configMap: { name: 'c' } }] } }
  expect(contradictions(live, declared, cause('spec.volumes[0].configMap'))).toEqual([
    { op: 'replace', path: '/spec/volumes/0', value: { name: 'a', configMap: { name: 'c' } } },
  ])
  expect(contradictions(live, declared, cause('spec.volumes[1].emptyDir'))).toEqual([])
})

test('an object with a field that forbids a declared one is replaced', () => {
  const live = { spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } }, replicas: 1 } }
  const declared = { spec: { strategy: { type: 'Recreate' } } }
  expect(contradictions(live, declared, cause('spec.strategy.rollingUpdate'))).toEqual([
    { op: 'replace', path: '/spec/strategy', value: { type: 'Recreate' } },
  ])
})

test('a choice within an entry is made again, what lies beside it in the entry stays', () => {
  const live = podSpec({ name: 'web', env: [{ name: 'THEIRS' }], livenessProbe: { exec: { command: ['true'] } } })
  const declared = podSpec({ name: 'web', livenessProbe: { httpGet: { port: 80 } } })
  expect(contradictions(live, declared, cause('spec.template.spec.containers[0].livenessProbe.httpGet'))).toEqual([
    {
      op: 'replace',
      path: '/spec/template/spec/containers/0/livenessProbe',
      value: { httpGet: { port: 80 } },
    },
  ])
})

test('nothing is replaced where lists of others would go with it, or where the object as a whole is meant', () => {
  const live = podSpec(
    { name: 'web', image: 'x', env: [{ name: 'THEIRS', value: '1' }] },
    { name: 'sidecar', image: 's' },
  )
  const declared = podSpec({ name: 'web', image: 'y' })
  for (const field of [
    'spec.template.spec.containers[0].image',
    'spec.template.spec.hostNetwork',
    'spec.selector',
    'spec',
    '',
  ])
    expect(contradictions(live, declared, cause(field)), field).toEqual([])
})
