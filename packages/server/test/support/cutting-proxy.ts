import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestRegistry } from '@atrium/dev-env/registry.ts'

export interface CuttingProxy {
  url: string
  /** How many answers it broke off. */
  cuts: number
  stop(): void
}

/** Stands before a registry and breaks the connection in the middle of every body that `cuts` names by its path. */
export async function startCuttingProxy(
  registry: TestRegistry,
  cuts: (path: string) => boolean,
): Promise<CuttingProxy> {
  const server = createServer((request, response) => {
    pass(request, response).catch(() => response.destroy())
  })
  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { accept, authorization } = request.headers
    const answer = await registry.egress.request(`${registry.url}${request.url}`, {
      headers: { ...(accept && { accept }), ...(authorization && { authorization }) },
      caBundle: registry.caBundle,
    })
    const body = await answer.bytes()
    response.writeHead(answer.status, { ...answer.headers, 'content-length': String(body.length) })
    if (answer.status !== 200 || !cuts(request.url ?? '')) return void response.end(body)
    proxy.cuts += 1
    response.write(body.subarray(0, body.length / 2), () => response.destroy())
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const proxy: CuttingProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cuts: 0,
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
  return proxy
}
