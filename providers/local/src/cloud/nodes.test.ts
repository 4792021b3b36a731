import { describe, expect, it } from 'vitest'
import { addressOf, newNode, nodePatch } from './nodes.ts'
import { POWER_LABEL } from './processes.ts'
import type { MachineRecord } from './records.ts'

const cluster = { uid: 'u1', name: 'demo' }
const machine: MachineRecord = {
  ...{ name: 'demo-w-0', pool: 'w', ordinal: 0, isControlPlane: false, kubernetesVersion: '1.34.4' },
  ...{ labels: { tier: 'app' }, taints: [{ key: 'a', value: 'b', effect: 'NoSchedule' }] },
  ...{ power: 'on', slot: 1, life: 'present', leavingSince: '' },
}

describe('the node of a machine', () => {
  const node = newNode(cluster, machine)

  it('names its machine and is powered', () => {
    expect(node.spec.providerID).toBe('local://u1/demo-w-0')
    expect(node.metadata.labels).toMatchObject({
      tier: 'app',
      [POWER_LABEL]: 'on',
      'kubernetes.io/hostname': 'demo-w-0',
    })
  })

  it('needs no patch when it is as it should be', () => {
    expect(nodePatch('demo', machine, node)).toBeNull()
  })

  it('loses its power label when the machine is stopped', () => {
    expect(nodePatch('demo', { ...machine, power: 'off' }, node)).toMatchObject({
      metadata: { labels: { [POWER_LABEL]: null } },
    })
  })

  it('keeps labels and taints of others, and gives up its own', () => {
    const edited = structuredClone(node)
    edited.metadata.labels = { ...edited.metadata.labels, mine: 'yes' }
    edited.spec.taints = [...(edited.spec.taints ?? []), { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' }]
    const patch = nodePatch('demo', { ...machine, labels: {}, taints: [] }, edited)
    expect(patch).toMatchObject({
      metadata: { labels: { tier: null } },
      spec: { taints: [{ key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' }] },
    })
    expect(JSON.stringify(patch)).not.toContain('mine')
  })

  it('comes back to what it should be when somebody edits it', () => {
    const edited = structuredClone(node)
    edited.metadata.labels = {}
    edited.metadata.annotations = { 'local.atrium.dev/managed': 'nonsense' }
    expect(nodePatch('demo', machine, edited)).toMatchObject({
      metadata: { labels: { tier: 'app', [POWER_LABEL]: 'on' } },
    })
  })

  it('has an address of its own', () => {
    const addresses = new Set(Array.from({ length: 1_000 }, (_, slot) => addressOf(slot + 1)))
    expect(addresses.size).toBe(1_000)
  })
})
