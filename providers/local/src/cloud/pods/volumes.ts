import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join, normalize, relative } from 'node:path'
import { hasCode, writeFileAtomically } from '@atrium/runtime/base/files.ts'
import type { KeyToPath, PodObject, ProjectedSource, Volume } from './pod.ts'
import { PodSetupError, podField, type Sources } from './sources.ts'

export interface VolumeContext {
  pod: PodObject
  node: { address: string }
  sources: Sources
  /** A current token of the pod's service account. */
  token(source: { audience?: string; expirationSeconds?: number }): Promise<string>
}

type Files = Map<string, Buffer>
type FileVolume = (volume: Volume, context: VolumeContext) => Promise<Files>

/** Puts the pod's volumes below `folder`, one folder each, 0700 with files 0600; what is gone at the source goes here too. */
export const materialiseVolumes = async (folder: string, context: VolumeContext): Promise<void> => {
  for (const volume of context.pod.spec.volumes ?? []) {
    const target = join(folder, volume.name)
    mkdirSync(target, { recursive: true, mode: 0o700 })
    if (volume.emptyDir !== undefined) continue
    const kind = Object.keys(volume).find((key) => Object.hasOwn(fileVolumes, key))
    if (kind === undefined)
      throw new PodSetupError('ContainerCreating', `volume "${volume.name}": this kind of volume is not supported`)
    try {
      writeFiles(target, await (fileVolumes[kind] as FileVolume)(volume, context))
    } catch (error) {
      if (!(error instanceof PodSetupError)) throw error
      throw new PodSetupError(
        'ContainerCreating',
        `MountVolume.SetUp failed for volume "${volume.name}": ${error.message}`,
      )
    }
  }
}

const fileVolumes: Record<string, FileVolume> = {
  secret: async ({ secret }, { sources }) =>
    pick(await sources.secret(secret?.secretName ?? ''), `secret "${secret?.secretName}"`, secret ?? {}),
  configMap: async ({ configMap }, { sources }) =>
    pick(await sources.configMap(configMap?.name ?? ''), `configmap "${configMap?.name}"`, configMap ?? {}),
  downwardAPI: async ({ downwardAPI }, context) => downwardFiles(downwardAPI?.items ?? [], context),
  projected: async ({ projected }, context) => {
    const files: Files = new Map()
    for (const source of projected?.sources ?? [])
      for (const [path, content] of await projectedFiles(source, context)) files.set(path, content)
    return files
  },
}

const projectedFiles = async (source: ProjectedSource, context: VolumeContext): Promise<Files> => {
  const { secret, configMap, downwardAPI, serviceAccountToken } = source
  if (serviceAccountToken !== undefined)
    return new Map([[serviceAccountToken.path, Buffer.from(await context.token(serviceAccountToken))]])
  if (secret !== undefined) return pick(await context.sources.secret(secret.name), `secret "${secret.name}"`, secret)
  if (configMap !== undefined)
    return pick(await context.sources.configMap(configMap.name), `configmap "${configMap.name}"`, configMap)
  return downwardFiles(downwardAPI?.items ?? [], context)
}

const downwardFiles = (
  items: { path: string; fieldRef?: { fieldPath: string } }[],
  { pod, node }: VolumeContext,
): Files =>
  new Map(items.map(({ path, fieldRef }) => [path, Buffer.from(podField(pod, fieldRef?.fieldPath ?? '', node))]))

const pick = (
  data: Files | null,
  what: string,
  { items, optional }: { items?: KeyToPath[]; optional?: boolean },
): Files => {
  if (data === null) {
    if (optional === true) return new Map()
    throw new PodSetupError('ContainerCreating', `${what} not found`)
  }
  if (items === undefined) return data
  return new Map(
    items.flatMap(({ key, path }): [string, Buffer][] => {
      const content = data.get(key)
      if (content !== undefined) return [[path, content]]
      if (optional === true) return []
      throw new PodSetupError('ContainerCreating', `${what} has no key "${key}"`)
    }),
  )
}

const writeFiles = (folder: string, files: Files): void => {
  for (const [path, content] of files) {
    const target = inside(folder, path)
    if (!sameContent(target, content)) writeFileAtomically(target, content)
  }
  for (const name of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(name.parentPath, name.name)
    if (name.isFile() && !files.has(relative(folder, path))) rmSync(path, { force: true })
  }
}

const sameContent = (path: string, content: Buffer): boolean => {
  try {
    return readFileSync(path).equals(content)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false
    throw error
  }
}

/** A path below a folder. The API server refuses others; nobody writes outside a pod's folder even if it did not. */
const inside = (folder: string, path: string): string => {
  const target = join(folder, path)
  const way = relative(folder, normalize(target))
  if (way.startsWith('..') || way === '' || path.startsWith('/'))
    throw new PodSetupError('CreateContainerConfigError', `path ${JSON.stringify(path)} leads out of its volume`)
  return target
}

/** Where a container's mounts really lie on this machine, by mount path. */
export const mountTargets = (
  volumesFolder: string,
  mounts: readonly { name: string; mountPath: string; subPath?: string }[],
): Map<string, string> =>
  new Map(
    mounts.map(({ name, mountPath, subPath }) => {
      const folder = join(volumesFolder, name)
      const target = subPath === undefined || subPath === '' ? folder : inside(folder, subPath)
      // An emptyDir's subPath is made on first use, as kubelet does.
      if (!existsSync(target)) mkdirSync(target, { recursive: true, mode: 0o700 })
      return [mountPath.replace(/\/+$/, ''), target]
    }),
  )
