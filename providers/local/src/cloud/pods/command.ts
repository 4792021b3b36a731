import { join } from 'node:path'
import type { PodImage } from '../protocol.ts'
import { foreignArgument } from './arguments.ts'
import type { Container, EnvVariable, PodObject } from './pod.ts'
import { PodSetupError, podField, type Sources } from './sources.ts'

/** What a container becomes on this machine. */
export interface ContainerCommand {
  command: string
  args: string[]
  env: Record<string, string>
  cwd: string
}

export interface CommandContext {
  pod: PodObject
  container: Container
  image: PodImage
  node: { address: string }
  sources: Sources
  /** See `mountTargets`. */
  mounts: Map<string, string>
  apiServer: { host: string; port: number }
  /** The pod's own writable folder. */
  workFolder: string
}

export const containerCommand = async (context: CommandContext): Promise<ContainerCommand> => {
  const { container, image, mounts, workFolder, pod, apiServer } = context
  refuseForeignCode(container, image)
  const variables = await environment(context)
  const givenArgs = (container.args ?? []).map((text) => expand(text, variables))
  const foreign = foreignArgument(givenArgs, pod, container, image)
  if (foreign !== null) throw refused(foreign, image)
  const [command, ...entryArgs] = image.entrypoint
  if (command === undefined)
    throw new PodSetupError('CreateContainerError', `image ${container.image} has no entrypoint`)
  const translated = Object.entries(variables)
    .filter(([name]) => mayBeSet(name, image))
    .map(([name, value]) => [name, translatePaths(value, mounts)])
  return {
    command,
    args: [...entryArgs, ...givenArgs.map((text) => translatePaths(text, mounts))],
    cwd: workFolder,
    env: {
      KUBERNETES_SERVICE_HOST: apiServer.host,
      KUBERNETES_SERVICE_PORT: String(apiServer.port),
      KUBERNETES_SERVICE_PORT_HTTPS: String(apiServer.port),
      HOSTNAME: pod.metadata.name,
      HOME: workFolder,
      TMPDIR: join(workFolder, 'tmp'),
      ...Object.fromEntries(translated),
      ...image.env,
    },
  }
}

/**
 * Whoever may create pods in a cluster is not thereby allowed to run programs on this machine: the image's entrypoint
 * runs, with arguments of the pod, and nothing that brings other code into it.
 */
const refuseForeignCode = (container: Container, image: PodImage): void => {
  const loaders = [...(container.env ?? [])].map(({ name }) => name).filter((name) => LOADERS.test(name))
  const why =
    container.command !== undefined
      ? 'a command of its own'
      : container.workingDir !== undefined
        ? 'a working folder of its own'
        : loaders.length > 0
          ? `variable ${loaders.join(', ')}`
          : null
  if (why !== null) throw refused(why, image)
}

const refused = (what: string, { repository }: PodImage): PodSetupError =>
  new PodSetupError(
    'CreateContainerError',
    `${what} is not allowed: image ${repository} runs as a process of this machine, by its own entrypoint only`,
  )

/** Variables by which interpreters, loaders, shells and helm find code, or write where the pod names. */
const LOADERS =
  /^(PATH|HOME|SHELL|ENV|IFS|TMPDIR|BASH_.*|LD_.*|DYLD_.*|GCONV_PATH|OPENSSL_.*|SSL.*|XDG_.*|HELM_.*|GIT_.*|KUBECONFIG|NODE_.*|UV_.*|V8_.*)$/

/** What the image says stays; `envFrom` may carry anything, so what may not be set is left out. */
const mayBeSet = (name: string, image: PodImage): boolean => !LOADERS.test(name) && !Object.hasOwn(image.env, name)

/** The variables of the specification, in order: later ones may use earlier ones as `$(NAME)`. */
const environment = async (context: CommandContext): Promise<Record<string, string>> => {
  const variables: Record<string, string> = {}
  for (const { prefix = '', secretRef, configMapRef } of context.container.envFrom ?? []) {
    const ref = secretRef ?? configMapRef
    const data = secretRef
      ? await context.sources.secret(secretRef.name)
      : await context.sources.configMap(configMapRef?.name ?? '')
    if (data === null && ref?.optional !== true)
      throw missing(`${secretRef ? 'secret' : 'configmap'} "${ref?.name}" not found`)
    for (const [key, value] of data ?? []) variables[`${prefix}${key}`] = value.toString('utf8')
  }
  for (const variable of context.container.env ?? []) {
    const value = await valueOf(variable, context)
    if (value !== null) variables[variable.name] = variable.value === undefined ? value : expand(value, variables)
  }
  return variables
}

const missing = (message: string): PodSetupError => new PodSetupError('CreateContainerConfigError', message)

const valueOf = async ({ name, value, valueFrom }: EnvVariable, context: CommandContext): Promise<string | null> => {
  if (valueFrom === undefined) return value ?? ''
  if (valueFrom.fieldRef) return podField(context.pod, valueFrom.fieldRef.fieldPath, context.node)
  const { secretKeyRef, configMapKeyRef } = valueFrom
  const ref = secretKeyRef ?? configMapKeyRef
  if (ref === undefined) throw missing(`variable ${name}: this source is not supported`)
  const kind = secretKeyRef ? 'secret' : 'configmap'
  const data = secretKeyRef ? await context.sources.secret(ref.name) : await context.sources.configMap(ref.name)
  const found = data?.get(ref.key)
  if (found !== undefined) return found.toString('utf8')
  if (ref.optional === true) return null
  throw missing(data ? `couldn't find key ${ref.key} in ${kind} "${ref.name}"` : `${kind} "${ref.name}" not found`)
}

/** `$(NAME)` becomes the variable's value; unknown names stay, and `$$(NAME)` means `$(NAME)` itself. */
export const expand = (text: string, variables: Record<string, string>): string =>
  text.replace(/\$\$|\$\(([A-Za-z_][\w.-]*)\)/g, (whole, name: string | undefined) =>
    name === undefined ? '$' : (variables[name] ?? whole),
  )

/** Paths at or below a mount become where the mount lies on this machine. */
export const translatePaths = (text: string, mounts: ReadonlyMap<string, string>): string => {
  const paths = [...mounts.keys()].filter((path) => path !== '').sort((a, b) => b.length - a.length)
  if (paths.length === 0) return text
  const literal = paths.map((path) => path.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')
  // Neither in the middle of a longer path nor as the beginning of another name.
  return text.replace(
    new RegExp(`(?:(?<![\\w./-])|(?<=file://))(${literal})(?![\\w.-])`, 'g'),
    (path) => mounts.get(path) ?? path,
  )
}
