import type { Client } from '@atrium/client/client.ts'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { invocation, programName } from '../output/invocation.ts'
import { connect, connectAsOperator, openRemote } from './connect.ts'
import { type Context, contextNamed, credentialOf, readContexts } from './contexts.ts'
import { findProject } from './projects.ts'

/** A server to talk to: that of this machine's platform, or of a context. */
export interface Server {
  client: Client
  /** Uid of the project that `client` works in; null = tenant scope. */
  project: string | null
  /** How a person runs a command on it. */
  invoke(command: string): string
}

export interface ServerOptions {
  /** Folder of the platform on this machine; absent in a release, which works on servers elsewhere. */
  home?: string
  /** File of the contexts. */
  config: string
  context?: string
  project?: string
  /** As the operator, for what every tenant shares. */
  system?: true
  /** Of commands that change something: why. */
  note?: string
}

/** `--note TEXT`, of every command that changes something on the server. */
export const noteOption = (): Option =>
  new Option('--note <text>', 'why; kept with what it changes').argParser(checkNote)

const NOTE_CHARACTERS = 500

function checkNote(note: string): string {
  if (note.length > NOTE_CHARACTERS) throw new InvalidArgumentError(`It has more than ${NOTE_CHARACTERS} characters.`)
  if (/\p{Cc}/u.test(note)) throw new InvalidArgumentError('Write one line of text.')
  return note
}

/** The server that a command's options name, for as long as `work` takes. */
export async function withServer<T>(command: Command, work: (server: Server) => Promise<T>): Promise<T> {
  const options = command.optsWithGlobals<ServerOptions>()
  const { close, ...server } = await openServer(options, isGiven(command, 'home'))
  try {
    return await work(options.project === undefined ? server : await inProject(server, options.project))
  } finally {
    await close()
  }
}

/** A home or context that is named counts; else the context in use; else the platform of the default home. */
async function openServer(options: ServerOptions, homeGiven: boolean): Promise<Server & { close(): Promise<void> }> {
  if (options.system) return openAsOperator(options)
  const named = options.context
  if (named !== undefined) return openContext(contextNamed(readContexts(options.config), named), named, options.note)
  const contexts = homeGiven ? null : readContexts(options.config)
  if (contexts !== null && contexts.current !== null)
    return openContext(contextNamed(contexts, contexts.current), contexts.current, options.note)
  if (options.home === undefined)
    throw new Error(
      `No context is in use. Sign in: ${programName()} login URL, or use one: ${programName()} context use NAME`,
    )
  const { client, close, home, credentials } = await connect(options.home, options.note)
  const invoke = (words: string): string => invocation(home.folder, words)
  return { client, close, project: credentials.project.uid, invoke }
}

/** The server as an operator of the installation: of the context that is named or in use, else of the platform of the home. */
export async function withOperator<T>(command: Command, work: (server: Server) => Promise<T>): Promise<T> {
  const options = command.optsWithGlobals<ServerOptions>()
  const { close, ...server } = await openOperator(options, isGiven(command, 'home'))
  try {
    return await work(server)
  } finally {
    await close()
  }
}

async function openOperator(options: ServerOptions, homeGiven: boolean): Promise<Server & { close(): Promise<void> }> {
  const contexts = readContexts(options.config)
  const name = options.context ?? (homeGiven ? null : contexts.current)
  const context = name === null ? null : contextNamed(contexts, name)
  if (name !== null && context?.isOperator) return openContext(context, name, options.note)
  if (options.context === undefined && options.home !== undefined) return openAsOperator(options)
  throw new Error(`This is for operators of the installation. Sign in as one: ${programName()} login URL --system`)
}

async function openAsOperator({ home: folder, note }: ServerOptions): Promise<Server & { close(): Promise<void> }> {
  if (folder === undefined)
    throw new Error("--system is for the operator, on the platform's own machine: it signs in by a file of its home.")
  const { home, client, close } = await connectAsOperator(folder, note)
  return { client, close, project: null, invoke: (words) => invocation(home.folder, words) }
}

function openContext(context: Context, name: string, note?: string): Server & { close(): Promise<void> } {
  const project = context.project?.uid ?? null
  const { client, close } = openRemote(context, credentialOf(context), project, note)
  return { client, close, project, invoke: (words) => `${programName()} --context ${name} ${words}` }
}

async function inProject(server: Server, name: string): Promise<Server> {
  const { uid } = await findProject(server.client, name)
  return { ...server, client: clientIn(server.client, uid), project: uid }
}

/** The same client in another project; null = tenant scope. */
export const clientIn = (client: Client, project: string | null): Client => ({
  call: (route, ...[input]) => client.call(route, { project, ...input } as never),
  list: (route, ...[input]) => client.list(route, { project, ...input } as never),
  watch: (options) => client.watch({ project, ...options }),
  held: () => clientIn(client.held(), project),
})

function isGiven(command: Command, option: string): boolean {
  for (let one: Command | null = command; one !== null; one = one.parent)
    if (one.getOptionValueSource(option) === 'cli') return true
  return false
}
