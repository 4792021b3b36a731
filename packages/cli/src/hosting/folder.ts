import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/** Where everything of a hosted registry lies. */
export interface HostingFolder {
  folder: string
  /** Packs, charts and images, unless they lie in S3. */
  contentFolder: string
  usersFile: string
  configFile: string
  logFile: string
  recordFile: string
  /** Names the folder of the socket behind which the registry runs. */
  socketFolderFile: string
  /** Held by whoever serves. */
  lockFile: string
  /** Authority and certificate, where none was given. */
  pki(name: 'ca.crt' | 'ca.key' | 'tls.crt' | 'tls.key'): string
}

export const defaultHostingFolder = (): string => join(homedir(), '.atrium-registry')

export function hostingFolder(given: string): HostingFolder {
  const folder = resolve(given)
  const at = (...parts: string[]): string => join(folder, ...parts)
  return {
    folder,
    contentFolder: at('content'),
    usersFile: at('users'),
    configFile: at('config.json'),
    logFile: at('registry.log'),
    recordFile: at('run', 'registry.json'),
    socketFolderFile: at('run', 'socket-folder'),
    lockFile: at('run', 'serve.lock'),
    pki: (name) => at('pki', name),
  }
}
