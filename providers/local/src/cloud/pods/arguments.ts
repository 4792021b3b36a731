import type { PodImage } from '../protocol.ts'
import type { Container, PodSpec } from './pod.ts'

interface Pod {
  spec: PodSpec
}
type Mount = NonNullable<Container['volumeMounts']>[number]

/**
 * What in a container's arguments would reach files of this machine that are not the pod's own; null when nothing would.
 * `args` have their variables filled in, and name paths as the container sees them.
 */
export function foreignArgument(
  args: readonly string[],
  pod: Pod,
  container: Container,
  image: PodImage,
): string | null {
  const emptyDirs = new Set(
    (pod.spec.volumes ?? []).filter(({ emptyDir }) => emptyDir !== undefined).map(({ name }) => name),
  )
  const mountOf = (path: string): Mount | null => longestMount(path, container.volumeMounts ?? [])
  for (const [index, arg] of args.entries()) {
    const { name, value } = splitArgument(arg)
    if (image.refusedArgs?.includes(name)) return `argument ${name}`
    if (leadsOut(value, mountOf)) return `path ${value}`
    if (!image.writableArgs?.includes(name)) continue
    const folder = arg.includes('=') ? value : (args[index + 1] ?? '')
    const mount = mountOf(folder)
    if (mount === null || mount.readOnly || !emptyDirs.has(mount.name)) return `${name} ${folder}, which is no emptyDir`
  }
  return null
}

const splitArgument = (arg: string): { name: string; value: string } => {
  if (!arg.startsWith('-')) return { name: '', value: arg }
  const at = arg.indexOf('=')
  return at < 0 ? { name: arg, value: '' } : { name: arg.slice(0, at), value: arg.slice(at + 1) }
}

const leadsOut = (text: string, mountOf: (path: string) => Mount | null): boolean => {
  const path = text.replace(/^file:\/\//, '')
  return hasParent(path) || (path.startsWith('/') && mountOf(path) === null)
}

const hasParent = (path: string): boolean => /(^|\/)\.\.(\/|$)/.test(path)

/** Where the path lies: mounts may lie within each other, and the inner one counts. */
function longestMount(path: string, mounts: readonly Mount[]): Mount | null {
  const containing = mounts.filter(({ mountPath }) => {
    const base = mountPath.replace(/\/+$/, '')
    return base !== '' && !hasParent(path) && (path === base || path.startsWith(`${base}/`))
  })
  return containing.reduce<Mount | null>(
    (longest, mount) => (longest && longest.mountPath.length >= mount.mountPath.length ? longest : mount),
    null,
  )
}
