import { createServer } from 'node:net'

/**
 * Ports of API servers. Outgoing connections take the range from 32768 up, so ours stay below it.
 * Two clouds on one machine begin at different places (`seed`), and a port is tried before it is given away.
 */
const FIRST_PORT = 20_000
const PORTS = 12_000

export const allocatePort = async (seed: number, taken: ReadonlySet<number>): Promise<number> => {
  for (let step = 0; step < PORTS; step += 1) {
    const port = FIRST_PORT + ((seed + step) % PORTS)
    if (!taken.has(port) && (await isFree(port))) return port
  }
  throw new Error(`no free port between ${FIRST_PORT} and ${FIRST_PORT + PORTS}`)
}

/** True when nothing listens on this loopback port. */
export const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)))
  })
