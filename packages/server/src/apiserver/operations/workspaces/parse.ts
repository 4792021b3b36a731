import type {
  v1ClusterRbac,
  v1WorkspaceBackupConfigEntity,
  v1WorkspaceClusterNamespacesEntity,
  v1WorkspaceSpec,
} from '@atrium/api/generated/operations.d.ts'
import type {
  RbacBinding,
  WorkspaceBackupPolicy,
  WorkspaceNamespace,
  WorkspaceSpec,
} from '@atrium/api/kinds/workspace.ts'
import { jsonCopy } from '@atrium/runtime/base/json.ts'
import { newUid, type Random } from '@atrium/runtime/base/random.ts'
import { capped, invalid } from '../../invalid.ts'
import { checkBinding, dnsLabel } from '../clusters/access.ts'
import { checkBackup } from '../clusters/feature-policy.ts'

export const limits = { clusters: 500, namespaces: 200, rbacs: 50, bindings: 200 } as const

/** Of an entry whose index is `index`, e.g. `spec.clusterRefs[2]`. */
const entry = (list: string, index: number): string => `${list}[${index}]`

export const parseSpec = (spec: v1WorkspaceSpec | undefined, random: Random): WorkspaceSpec => ({
  ...parseAllotments(spec ?? {}, 'spec.'),
  rbacs: capped(spec?.clusterRbacs ?? [], limits.rbacs, 'spec.clusterRbacs').map((rbac, index) => ({
    uid: newUid(random),
    bindings: parseBindings(rbac, `${entry('spec.clusterRbacs', index)}.spec.bindings`),
  })),
  ...(spec?.policies?.backupPolicy && {
    backup: parseBackup(spec.policies.backupPolicy, 'spec.policies.backupPolicy.'),
  }),
})

/** Clusters, namespaces and what they may use: what is replaced together. */
export function parseAllotments(
  { clusterRefs, clusterNamespaces, quota }: v1WorkspaceClusterNamespacesEntity,
  at: string,
): Pick<WorkspaceSpec, 'clusterUids' | 'namespaces' | 'quota'> {
  const refs = capped(clusterRefs ?? [], limits.clusters, `${at}clusterRefs`)
  const clusterUids = refs.map(({ clusterUid = '' }, index) => {
    if (clusterUid === '') throw invalid(`${entry(`${at}clusterRefs`, index)}.clusterUid`, 'is missing')
    return clusterUid
  })
  const namespaces = capped(clusterNamespaces ?? [], limits.namespaces, `${at}clusterNamespaces`).map((one, index) =>
    parseNamespace(jsonCopy(one) as WorkspaceNamespace, entry(`${at}clusterNamespaces`, index), clusterUids),
  )
  const twice = namespaces.findIndex(({ name }, index) => namespaces.findIndex((one) => one.name === name) < index)
  if (twice >= 0) throw invalid(`${entry(`${at}clusterNamespaces`, twice)}.name`, 'is there twice')
  return {
    clusterUids: [...new Set(clusterUids)],
    namespaces,
    quota: jsonCopy(quota?.resourceAllocation ?? {}) as WorkspaceSpec['quota'],
  }
}

function parseNamespace(namespace: WorkspaceNamespace, at: string, clusterUids: string[]): WorkspaceNamespace {
  if (!namespace.name) throw invalid(`${at}.name`, 'is missing')
  if (namespace.isRegex) checkExpression(namespace.name, `${at}.name`)
  else if (!dnsLabel.test(namespace.name)) throw invalid(`${at}.name`, `'${namespace.name}' is no name of a namespace`)
  const own = namespace.namespaceResourceAllocation?.clusterResourceAllocations ?? []
  const stray = own.findIndex(({ clusterUid = '' }) => !clusterUids.includes(clusterUid))
  if (stray >= 0) {
    const field = `${entry(`${at}.namespaceResourceAllocation.clusterResourceAllocations`, stray)}.clusterUid`
    throw invalid(field, `'${own[stray]?.clusterUid ?? ''}' is no cluster of the workspace`)
  }
  return namespace
}

function checkExpression(name: string, field: string): void {
  const [, expression] = /^~?\/(.+)\/$/s.exec(name) ?? []
  if (expression === undefined) throw invalid(field, 'is no expression. Write it between slashes, e.g. /^team-.*/')
  try {
    new RegExp(expression)
  } catch (error) {
    throw invalid(field, `is no regular expression (${(error as SyntaxError).message})`)
  }
}

/** The bindings of one set of them, at `at`. */
export const parseBindings = ({ spec }: v1ClusterRbac, at: string): RbacBinding[] =>
  capped(spec?.bindings ?? [], limits.bindings, at).map((given, index) => {
    checkBinding(given, entry(at, index))
    return jsonCopy(given) as RbacBinding
  })

export function parseBackup(given: v1WorkspaceBackupConfigEntity, at: string): WorkspaceBackupPolicy {
  const { backupConfig, ...policy } = jsonCopy(given)
  if (!backupConfig) throw invalid(`${at}backupConfig`, 'is missing')
  checkBackup(backupConfig, `${at}backupConfig.`)
  capped(policy.clusterUids, limits.clusters, `${at}clusterUids`)
  // Clients take the schedule for granted.
  return { ...policy, backupConfig: { schedule: {}, ...backupConfig } } as WorkspaceBackupPolicy
}
