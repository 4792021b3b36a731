import { homedir } from 'node:os'
import { join } from 'node:path'
import { writeFileAtomically } from '@atrium/runtime/base/files.ts'
import { readJsonFile } from '@atrium/toolchain/platform.ts'
import { programName } from '../output/invocation.ts'
import { refuseOpenFile } from './private-file.ts'

/** A server, and who one is there. */
export interface Context {
  url: string
  /** PEM of the authority to trust; null = those of the system. */
  ca: string | null
  apiKey?: string
  /** Of a session, which ends by itself. */
  token?: string
  /** The session is an operator's, who belongs to no tenant. */
  isOperator?: true
  project: { uid: string; name: string } | null
}

/** What it signs in with. */
export const credentialOf = ({ apiKey, token = '' }: Context): { apiKey: string } | { token: string } =>
  apiKey === undefined ? { token } : { apiKey }

export interface Contexts {
  /** The one used when no other is named. */
  current: string | null
  contexts: Record<string, Context>
}

export const defaultContextsFile = (): string => join(homedir(), '.config', 'atrium', 'contexts.json')

/** Those that were kept; none when there is no file. Throws when others could read the keys in it. */
export function readContexts(file: string): Contexts {
  refuseOpenFile(file, 'API keys')
  return readJsonFile<Contexts>(file) ?? { current: null, contexts: {} }
}

/** Keeps them, for their owner alone. */
export const writeContexts = (file: string, contexts: Contexts): void =>
  writeFileAtomically(file, `${JSON.stringify(contexts, null, 2)}\n`, 0o600)

/** With `context` under `name`, and in use from now on. */
export const addContext = ({ contexts }: Contexts, name: string, context: Context): Contexts => ({
  current: name,
  contexts: { ...contexts, [name]: context },
})

export function removeContext({ current, contexts }: Contexts, name: string): Contexts {
  contextNamed({ current, contexts }, name)
  const rest = Object.fromEntries(Object.entries(contexts).filter(([one]) => one !== name))
  return { current: current === name ? null : current, contexts: rest }
}

/** Throws naming those there are. */
export function contextNamed({ contexts }: Contexts, name: string): Context {
  const found = Object.hasOwn(contexts, name) ? contexts[name] : undefined
  if (found) return found
  const names = Object.keys(contexts).join(', ')
  throw new Error(
    `There is no context '${name}'. ${names ? `There are: ${names}.` : `Make one: ${programName()} login URL`}`,
  )
}
