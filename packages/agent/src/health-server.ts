import { createServer, type Server } from 'node:http'

/** Answers the kubelet's probes: alive as long as it answers, also while it starts; ready once `isReady` says so. */
export function startHealthServer(port: number, isReady: () => boolean): Server {
  const server = createServer((request, response) => {
    const ok = request.url === '/healthz' || (request.url === '/readyz' && isReady())
    response.writeHead(ok ? 200 : 503, { 'content-type': 'text/plain' }).end(ok ? 'ok' : 'not ready')
  })
  server.listen(port)
  return server
}
