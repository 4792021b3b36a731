import type { AtriumClusterPreview } from '@atrium/api/generated/operations.d.ts'
import type { ClusterPolicy } from '@atrium/api/kinds/cluster.ts'
import type { StoredObject } from '@atrium/runtime/store/store.ts'

type PolicyChange = AtriumClusterPreview['policy'][number]

const named = 5

/** What another policy does to what differs now. Pure. */
export function policyChanges(
  { spec, status }: Pick<StoredObject<'Cluster'>, 'spec' | 'status'>,
  after: ClusterPolicy,
  unwell: readonly string[],
): PolicyChange[] {
  const open = (status.deviations ?? []).filter(({ state, type }) => state !== 'repaired' && type !== 'node')
  const subjects = { drift: open.map(({ object }) => object), nodes: unwell }
  return (['drift', 'nodes'] as const).flatMap((field): PolicyChange[] => {
    const [from, to] = [spec.policy[field], after[field]]
    return from === to ? [] : [{ field, from, to, effect: effects[field][to](subjects[field]) }]
  })
}

const listed = (items: readonly string[]): string => {
  const more = items.length > named ? ` and ${items.length - named} more` : ''
  return `${items.slice(0, named).join(', ')}${more}`
}

const effects = {
  drift: {
    heal: (open: readonly string[]) =>
      open.length === 0 ? 'nothing deviates now' : `what deviates is put back: ${listed(open)}`,
    alert: () => 'deviations are reported and stay',
  },
  nodes: {
    heal: (unwell: readonly string[]) =>
      unwell.length === 0 ? 'all machines are well now' : `machines that stay unwell are replaced: ${listed(unwell)}`,
    alert: () => 'machines that are unwell are reported and stay',
  },
} as const
