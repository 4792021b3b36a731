import { containersOf, type KubeObject, podSpecs } from '../../render/kube-documents.ts'
import type { LintCode } from '../codes.ts'
import { type Placed, placedAt, textOf, textsOf } from '../placed.ts'

/** A right over the node or the cluster that an object asks for. */
export interface Privilege {
  code: Extract<LintCode, 'privileged-container' | 'host-path' | 'host-namespace' | 'cluster-admin'>
  offset: number
  message: string
}

/** What an object may do beyond its own pods. */
export const privilegesOf = (object: KubeObject): Privilege[] => [
  ...podSpecs(object.placed.root).flatMap(podPrivileges),
  ...rolePrivileges(object),
]

function podPrivileges(pod: Placed): Privilege[] {
  const found: Privilege[] = []
  for (const key of ['hostNetwork', 'hostPID', 'hostIPC']) {
    const value = placedAt(pod, [key])
    if (value?.scalar === true)
      found.push({ code: 'host-namespace', offset: value.offset, message: `sets ${key}: it shares that with its node` })
  }
  const mounts = (placedAt(pod, ['volumes'])?.items ?? []).flatMap((volume) => placedAt(volume, ['hostPath']) ?? [])
  const [first] = mounts
  if (first) {
    const paths = mounts.map((mount) => textOf(placedAt(mount, ['path'])) || '?')
    found.push({ code: 'host-path', offset: first.offset, message: `mounts ${paths.join(', ')} of its node` })
  }
  for (const container of containersOf(pod)) {
    const value = placedAt(container, ['securityContext', 'privileged'])
    if (value?.scalar !== true) continue
    const message = `runs container '${textOf(placedAt(container, ['name']))}' privileged: it can do everything on its node`
    found.push({ code: 'privileged-container', offset: value.offset, message })
  }
  return found
}

function rolePrivileges({ kind, placed }: KubeObject): Privilege[] {
  const { root } = placed
  const role = placedAt(root, ['roleRef', 'name'])
  if (kind === 'ClusterRoleBinding' && role?.scalar === 'cluster-admin') {
    return [
      {
        code: 'cluster-admin',
        offset: role.offset,
        message: "gives the role 'cluster-admin': its subjects can do everything in the cluster",
      },
    ]
  }
  if (kind !== 'ClusterRole') return []
  const rule = (placedAt(root, ['rules'])?.items ?? []).find((one) =>
    ['apiGroups', 'resources', 'verbs'].every((list) => textsOf(placedAt(one, [list])).includes('*')),
  )
  return rule
    ? [
        {
          code: 'cluster-admin',
          offset: rule.offset,
          message: 'allows every verb on every resource: as much as cluster-admin',
        },
      ]
    : []
}
