import { createConnection } from 'node:net'

/** Length 8, then the code by which a client asks for TLS: the least a server answers, before anybody logs in. */
const FIRST_PACKET = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])

/** One look at the server on this socket: null when it answers a client's first packet, else what is wrong. */
export const probePostgres = (socketPath: string, timeoutMs: number): Promise<string | null> =>
  new Promise((resolve) => {
    const socket = createConnection(socketPath, () => socket.write(FIRST_PACKET))
    const end = (wrong: string | null): void => {
      socket.destroy()
      resolve(wrong)
    }
    socket.setTimeout(timeoutMs, () => end('no answer in time'))
    socket.once('data', () => end(null))
    socket.once('error', (error) => end(error.message))
    socket.once('close', () => end('it hung up'))
  })
