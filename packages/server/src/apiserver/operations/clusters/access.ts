import type {
  v1ClusterNamespaceResourceInputEntity,
  v1ClusterRbacBinding,
  v1ClusterRbacInputEntity,
  v1ClusterRbacSubjects,
} from '@atrium/api/generated/operations.d.ts'
import { invalid } from '../../invalid.ts'

const namespacesMax = 200
const bindingsMax = 500
const subjectsMax = 200
/** Name of a namespace. */
export const dnsLabel = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/
/** Kubernetes takes a role's name as one segment of a path. */
const SEGMENT = /^(?!\.{1,2}$)[^/%{}\p{Cc}]{1,253}$/u

/** Namespaces that a cluster is to have, each with its quota. Throws `InvalidRequest`. */
export function checkNamespaces(namespaces: readonly v1ClusterNamespaceResourceInputEntity[], path: string): void {
  if (namespaces.length > namespacesMax) throw invalid(path, `are more than ${namespacesMax}`)
  const seen = new Set<string>()
  for (const [index, { metadata, spec }] of namespaces.entries()) {
    const name = metadata?.name ?? ''
    const field = `${path}[${index}].metadata.name`
    if (spec?.isRegex) throw invalid(`${path}[${index}].spec.isRegex`, 'a cluster names each of its namespaces')
    checkLabel(name, field)
    if (seen.has(name)) throw invalid(field, `namespace '${name}' is there twice`)
    seen.add(name)
  }
}

/** Bindings of roles inside a cluster. Throws `InvalidRequest`. */
export function checkBindings(rbacs: readonly v1ClusterRbacInputEntity[], path: string): void {
  const all = rbacs.flatMap(({ spec }, index) =>
    (spec?.bindings ?? []).map((binding, at) => ({ binding, field: `${path}[${index}].spec.bindings[${at}]` })),
  )
  if (all.length > bindingsMax) throw invalid(path, `hold more than ${bindingsMax} bindings`)
  for (const { binding, field } of all) checkBinding(binding, field)
}

/** One binding of a role inside a cluster, at `field`. Throws `InvalidRequest`. */
export function checkBinding({ type, namespace, role, subjects }: v1ClusterRbacBinding, field: string): void {
  if (type === undefined) throw invalid(`${field}.type`, 'is missing. It is RoleBinding or ClusterRoleBinding')
  if (!SEGMENT.test(role?.name ?? '')) throw invalid(`${field}.role.name`, `'${role?.name ?? ''}' is no name of a role`)
  if (role?.kind === undefined) throw invalid(`${field}.role.kind`, 'is missing. It is Role or ClusterRole')
  if (type === 'RoleBinding') checkLabel(namespace ?? '', `${field}.namespace`)
  else if (role.kind !== 'ClusterRole')
    throw invalid(`${field}.role.kind`, 'a ClusterRoleBinding binds a ClusterRole. Use a RoleBinding for a Role')
  const listed = subjects ?? []
  if (listed.length === 0)
    throw invalid(`${field}.subjects`, 'are missing. Name at least one user, group or service account')
  if (listed.length > subjectsMax) throw invalid(`${field}.subjects`, `are more than ${subjectsMax}`)
  for (const [index, subject] of listed.entries()) checkSubject(subject, `${field}.subjects[${index}]`)
}

function checkSubject({ type, name = '', namespace = '' }: v1ClusterRbacSubjects, field: string): void {
  if (type === undefined) throw invalid(`${field}.type`, 'is missing. It is User, Group or ServiceAccount')
  // Braces would be read as macros.
  if (name === '' || name.length > 253 || /[\p{Cc}{}]/u.test(name))
    throw invalid(`${field}.name`, `'${name.slice(0, 100)}' is no name of a ${type}`)
  if (type === 'ServiceAccount') checkLabel(namespace, `${field}.namespace`)
}

function checkLabel(name: string, field: string): void {
  if (dnsLabel.test(name)) return
  const found = name === '' ? 'is missing' : `'${name.slice(0, 100)}' is no name of a namespace`
  throw invalid(field, `${found}. Use at most 63 small letters, digits and hyphens`)
}
