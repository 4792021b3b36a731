import { createServer } from 'node:net'
import { writeFileAtomically } from '@atrium/runtime/base/files.ts'
import { type PlatformHome, readJsonFile } from '@atrium/toolchain/platform.ts'

export interface Ports {
  server: number
  registry: number
}

const PREFERRED_SERVER = 8443
const LAST_PORT = 65_535

export interface PortChoice {
  home: Pick<PlatformHome, 'portsFile'>
  /** Asked for on the command line. */
  serverPort?: number
  /** The registry of an earlier start still listens on its port. */
  registryRuns: boolean
}

/**
 * The ports of this installation: once chosen they stay, because agents and certificates' users know them.
 * Throws when the server's port is taken by somebody else, saying what to do.
 */
export const choosePorts = async ({ home, serverPort, registryRuns }: PortChoice): Promise<Ports> => {
  const stored = readJsonFile<Ports>(home.portsFile)
  const fixed = serverPort ?? stored?.server
  if (fixed !== undefined && fixed !== 0 && !(await isFree(fixed)))
    throw new Error(`Port ${fixed} is taken by another program: end it, or choose another with --port.`)
  // 0: any. Two that start at once would both find the preferred one free.
  const server = fixed === 0 ? await anyPort() : (fixed ?? (await freePort(PREFERRED_SERVER)))
  // Beside the server's: two installations with ports of their own that start at once do not reach for the same one.
  const registry =
    stored && (registryRuns || (await isFree(stored.registry)))
      ? stored.registry
      : await freePort(Math.min(server + 1, LAST_PORT))
  const ports = { server, registry }
  writeFileAtomically(home.portsFile, `${JSON.stringify(ports)}\n`)
  return ports
}

const freePort = async (preferred: number): Promise<number> => ((await isFree(preferred)) ? preferred : anyPort())

const isFree = async (port: number): Promise<boolean> => (await tryListen(port)) !== null
const anyPort = async (): Promise<number> => {
  const port = await tryListen(0)
  if (port === null) throw new Error('This machine has no free port on 127.0.0.1.')
  return port
}

/** The port that was listened on for a moment; null when it is taken. */
const tryListen = (port: number): Promise<number | null> =>
  new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(null))
    probe.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : null))
    })
  })
