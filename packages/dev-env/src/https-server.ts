import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { issueServerCertificate } from './server-certificate.ts'

export type Answer = (request: IncomingMessage, response: ServerResponse) => void

export interface HttpsServer {
  url: string
  caBundle: string
  stop(): void
}

/** A server of a test over TLS. */
export async function serveHttps(answer: Answer): Promise<HttpsServer> {
  const { certificatePem, privateKeyPem, caPem } = await issueServerCertificate()
  const server: Server = createServer({ cert: certificatePem, key: privateKeyPem }, answer)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    caBundle: caPem,
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}
