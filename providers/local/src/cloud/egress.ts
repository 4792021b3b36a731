import { chmodSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import { SIMULATED } from './kubelet.ts'

/** Who stands behind an address that the API server dials; null when nobody does. */
export type EgressRoute = (host: string, port: number) => RequestListener | null

export interface Egress {
  close(): Promise<void>
}

const NOBODY = 'nobody answers there: pods and services of this cluster are simulated (provider local)'

/**
 * The API server's way to services and nodes (its egress selector, HTTP CONNECT on a Unix socket). Connections end here:
 * nothing of this machine's own network is reachable from a cluster through it.
 */
export const startEgress = async (socket: string, pki: string, route: EgressRoute, logger: Logger): Promise<Egress> => {
  const tls = { cert: readFileSync(join(pki, 'egress.crt')), key: readFileSync(join(pki, 'egress.key')) }
  const open = new Set<Duplex>()
  const serve = (listener: RequestListener, connection: Duplex): void => {
    const server = createTlsServer(tls, listener)
    server.on('upgrade', (_: IncomingMessage, stream: Duplex) => {
      stream.on('error', () => stream.destroy())
      stream.end(`HTTP/1.1 501 Not Implemented\r\ncontent-type: text/plain\r\nconnection: close\r\n\r\n${SIMULATED}`)
    })
    server.emit('connection', connection)
  }
  const proxy = createServer((_, response) => response.writeHead(405).end())
  proxy.on('connect', (request, connection) => {
    open.add(connection)
    connection.on('close', () => open.delete(connection))
    connection.on('error', () => connection.destroy())
    const { host, port } = targetOf(request.url ?? '')
    const listener = route(host, port)
    logger.debug({ host, port, known: listener !== null }, 'egress')
    if (listener === null) return connection.end(`HTTP/1.1 503 ${NOBODY}\r\n\r\n`)
    connection.write('HTTP/1.1 200 OK\r\n\r\n')
    serve(listener, connection)
  })
  rmSync(socket, { force: true })
  await new Promise<void>((resolve, reject) => {
    proxy.once('error', reject)
    proxy.listen(socket, resolve)
  })
  chmodSync(socket, 0o600)
  return {
    async close() {
      for (const connection of open) connection.destroy()
      await new Promise<void>((resolve) => {
        proxy.close(() => resolve())
        proxy.closeAllConnections()
      })
    },
  }
}

const targetOf = (target: string): { host: string; port: number } => {
  const colon = target.lastIndexOf(':')
  return { host: target.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(target.slice(colon + 1)) }
}
