import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { describe, expect, it } from 'vitest'
import { parsePool } from './parse-pool.ts'

const worker = `
apiVersion: cluster.x-k8s.io/v1beta1
kind: MachineDeployment
metadata:
  name: worker-pool
  namespace: ignored
spec:
  clusterName: demo
  replicas: 3
  selector: {}
  template:
    metadata:
      labels: { tier: app }
    spec:
      clusterName: demo
      version: v1.34.4
      bootstrap: { dataSecretName: "" }
      infrastructureRef: { kind: LocalMachineTemplate, name: worker }
---
# Whose kind is not ours stays its owner's business.
apiVersion: example.com/v1
kind: LocalMachineTemplate
metadata: { name: worker }
whatever: { replica: 3 }
`
const control = `
apiVersion: controlplane.cluster.x-k8s.io/v1beta1
kind: KubeadmControlPlane
metadata: { name: cp-pool }
spec:
  version: v1.34.4
  replicas: 1
  kubeadmConfigSpec: { anything: { goes: here } }
`

const parse = (values: unknown, poolConfig: Record<string, unknown> = {}) =>
  parsePool({ cloudConfig: { values }, poolConfig }, 'spec.machinepoolconfig[0]')

const refusal = (values: unknown, poolConfig: Record<string, unknown> = {}): string => {
  try {
    parse(values, poolConfig)
  } catch (error) {
    if (error instanceof AtriumError && error.code === 'InvalidRequest') return error.message
    throw error
  }
  throw new Error('it was accepted')
}

describe('pool values', () => {
  it('reads a MachineDeployment, and labels and taints of both halves', () => {
    const taint = { key: 'gpu', value: 'yes', effect: 'NoSchedule' }
    expect(parse(worker, { additionalLabels: { rack: 'r1' }, taints: [taint] })).toEqual({
      name: 'worker-pool',
      isControlPlane: false,
      useControlPlaneAsWorker: false,
      size: 3,
      labels: { tier: 'app', rack: 'r1' },
      taints: [taint],
      kubernetesVersion: '1.34.4',
    })
  })

  it.each([
    ['nothing', '', {}, undefined],
    [
      'maxSurge and maxUnavailable of v1beta1',
      'strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } }',
      {},
      'In',
    ],
    ['those of v1beta2', 'rollout: { strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } }', {}, 'Out'],
    ['the type in poolConfig', '', { type: 'RollingUpdateScaleIn' }, 'In'],
    [
      'poolConfig before values',
      'strategy: { rollingUpdate: { maxSurge: 1 } }',
      { type: 'RollingUpdateScaleIn' },
      'In',
    ],
    ['counts in poolConfig', '', { type: 'OverrideScaling', maxSurge: '0', maxUnavailable: '1' }, 'In'],
  ])('reads the update strategy from %s', (_, line, updateStrategy, expected) => {
    const values = worker.replace('replicas: 3', `replicas: 3\n  ${line}`)
    expect(parse(values, { updateStrategy }).updateStrategy).toBe(expected && `RollingUpdateScale${expected}`)
  })

  it.each([
    ['strategy: { type: OnDelete }', {}, /spec\.strategy\.type: must be RollingUpdate/],
    [
      'strategy: { rollingUpdate: { maxSurge: 2 } }',
      {},
      /spec\.strategy\.rollingUpdate: machines are replaced one at a time/,
    ],
    ['', { type: 'Recreate' }, /poolConfig\.updateStrategy\.type: must be one of/],
    [
      '',
      { type: 'OverrideScaling', maxSurge: '25%' },
      /poolConfig\.updateStrategy: machines are replaced one at a time/,
    ],
  ])('refuses update strategy %j %j', (line, updateStrategy, message) => {
    expect(refusal(worker.replace('replicas: 3', `replicas: 3\n  ${line}`), { updateStrategy })).toMatch(message)
  })

  it('reads control planes of any kind', () => {
    expect(parse(control, { isControlPlane: true, useControlPlaneAsWorker: true })).toMatchObject({
      ...{ name: 'cp-pool', isControlPlane: true, useControlPlaneAsWorker: true, size: 1 },
    })
    const other = control
      .replace('KubeadmControlPlane', 'RKE2ControlPlane')
      .replace('kubeadmConfigSpec', 'serverConfig')
    expect(parse(other).isControlPlane).toBe(true)
  })

  it('takes the object that fits the pool when the text holds both', () => {
    const both = `${worker}\n---${control}`
    expect(parse(both, { isControlPlane: true }).name).toBe('cp-pool')
    expect(parse(both, { isControlPlane: false }).name).toBe('worker-pool')
  })

  it.each([
    ['a misspelt field', worker.replace('replicas: 3', 'replica: 3'), /values\[0\]\.spec\.replica: is not a field/],
    ['a misspelt field below', worker.replace('version: v', 'versoin: v'), /spec\.template\.spec\.versoin/],
    ['a misspelt control plane', control.replace('replicas', 'size'), /values\.spec\.size/],
    ['a size that is no number', worker.replace('replicas: 3', 'replicas: many'), /spec\.replicas: must be a whole/],
    ['too many machines', worker.replace('replicas: 3', 'replicas: 5000'), /from 0 to 1000/],
    ['two control-plane machines', control.replace('replicas: 1', 'replicas: 2'), /has 1, 3, 5 machines, not 2/],
    ['a version that is none', worker.replace('v1.34.4', 'latest'), /spec\.version: must be a Kubernetes version/],
    ['no name', worker.replace('name: worker-pool', 'generateName: x'), /metadata\.generateName|metadata\.name/],
    ['a name that is none', worker.replace('worker-pool', '../../etc'), /metadata\.name: is required/],
    ['a label that is none', worker.replace('tier: app', 'tier: "a b"'), /labels\.tier: must be a label value/],
    ['broken YAML', 'a: [', /is not valid YAML/],
    ['repeated keys', 'kind: MachineDeployment\nkind: MachineDeployment', /is not valid YAML/],
    ['nothing', '', /needs a MachineDeployment/],
    ['only others', 'kind: LocalMachineTemplate', /needs a MachineDeployment/],
    ['a list', '- kind: MachineDeployment', /must be an object/],
    ['no text', { kind: 'MachineDeployment' }, /must be YAML text/],
    ['too much text', `# ${'x'.repeat(300_000)}`, /is longer than 256 KiB/],
    ['too many documents', 'kind: A\n---\n'.repeat(60), /more than 50 documents/],
    ['two of one kind', `${worker}\n---${worker}`, /both describe it/],
  ])('refuses %s and names the field', (_, values, message) => {
    expect(refusal(values)).toMatch(message)
    expect(refusal(values)).toMatch(/^spec\.machinepoolconfig\[0\]\.cloudConfig\.values/)
  })

  it('refuses texts that grow when they are read', () => {
    const lines = ['a0: &a0 [x, x]']
    for (let level = 1; level < 30; level += 1) lines.push(`a${level}: &a${level} [*a${level - 1}, *a${level - 1}]`)
    expect(refusal(lines.join('\n'))).toMatch(/cannot be read/)
  })

  it('refuses what poolConfig says wrongly', () => {
    expect(refusal(control, { isControlPlane: false })).toMatch(/poolConfig\.isControlPlane: is false, but/)
    expect(refusal(worker, { isControlPlane: 'yes' })).toMatch(/poolConfig\.isControlPlane: must be true or false/)
    expect(refusal(worker, { taints: [{ key: 'a', value: 'b', effect: 'Never' }] })).toMatch(/taints\[0\]\.effect/)
    expect(refusal(worker, { additionalLabels: { 'a b': 'c' } })).toMatch(/additionalLabels: "a b" is not a label name/)
  })
})

describe('values of many keys', () => {
  it('are read, and none of them twice', () => {
    const keys = Array.from({ length: 5_000 }, (_, at) => `k${at}: 1`).join('\n')
    expect(parse(`${worker}---\nkind: Many\n${keys}\n`).name).toBe('worker-pool')
    expect(refusal(`${worker}---\nkind: Many\n${keys}\nk7: 2\n`)).toMatch(/'k7' is there twice/)
  })
})
