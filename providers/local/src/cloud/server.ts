import { chmodSync, mkdirSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { dirname } from 'node:path'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import { checkPrivateFolder } from '../private-folder.ts'
import type { Cloud } from './cloud.ts'
import { CloudError, faultOf } from './fault.ts'
import { type Answering, listenerOf } from './listener.ts'
import type { CloudView } from './protocol.ts'
import { readClusterRequest, readMachineRequest, readName, readRenewal, readUid } from './requests.ts'

const BODY_LIMIT_BYTES = 256 * 1024

export interface ServerDeps {
  cloud: Cloud
  logger: Logger
  /** Everything about the daemon that is no cluster's. */
  about: () => Omit<CloudView, 'clusters'>
  /** The daemon is to end once this answer is sent, with the processes of its clusters if asked to. */
  onShutdown: (processes: boolean) => void
}

type Handler = (parameters: string[], body: unknown) => unknown

/** `METHOD path`, where `*` stands for one segment. */
const routesOf = ({ cloud, about, onShutdown }: ServerDeps): Record<string, Handler> => ({
  'GET /v1': () => ({ ...about(), clusters: cloud.clusters().length }),
  'POST /v1/shutdown': (_, body) => {
    const processes = (body as { processes?: unknown } | null)?.processes === true
    onShutdown(processes)
    return {}
  },
  'GET /v1/clusters': () => cloud.clusters().map((cluster) => cluster.view()),
  'GET /v1/clusters/*': ([uid = '']) => cloud.cluster(uid).view(),
  'PUT /v1/clusters/*': async ([uid = ''], body) =>
    (await cloud.putCluster(readUid(uid), readClusterRequest(body))).view(),
  'DELETE /v1/clusters/*': ([uid = '']) => cloud.deleteCluster(uid),
  'POST /v1/clusters/*/certificates': ([uid = ''], body) => cloud.renewCertificates(uid, readRenewal(body)).view(),
  'GET /v1/clusters/*/kubeconfig': ([uid = '']) => ({ kubeconfig: cloud.cluster(uid).kubeconfig() }),
  'PUT /v1/clusters/*/machines/*': ([uid = '', name = ''], body) =>
    cloud.putMachine(uid, readName(name, 'machine name'), readMachineRequest(body)),
  'DELETE /v1/clusters/*/machines/*': ([uid = '', name = '']) => cloud.deleteMachine(uid, name),
  'POST /v1/clusters/*/machines/*/stop': ([uid = '', name = '']) => cloud.powerMachine(uid, name, 'off'),
  'POST /v1/clusters/*/machines/*/start': ([uid = '', name = '']) => cloud.powerMachine(uid, name, 'on'),
  'POST /v1/clusters/*/machines/*/terminate': ([uid = '', name = '']) => cloud.terminateMachine(uid, name),
})

/** Serves the cloud on a Unix socket that only its user reaches. */
export const serveCloud = async (socket: string, deps: ServerDeps): Promise<Server> => {
  const routes = Object.entries(routesOf(deps)).map(([route, handler]) => ({ ...patternOf(route), handler }))
  const listener = listenerOf(
    {
      refuse,
      answer({ segments }, request, response) {
        const match = routes.find(({ method, pattern }) => method === request.method && fits(pattern, segments))
        const parameters = segments.filter((_, index) => match?.pattern[index] === '*')
        answer(request, response, match?.handler ?? notFound, parameters, deps.logger)
      },
    },
    deps.logger,
  )
  const server = createServer(listener)
  mkdirSync(dirname(socket), { recursive: true, mode: 0o700 })
  checkPrivateFolder(dirname(socket))
  chmodSync(dirname(socket), 0o700)
  rmSync(socket, { force: true })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(socket, resolve)
  })
  return server
}

const notFound: Handler = () => {
  throw new CloudError(404, 'UnknownRequest', 'the cloud does not know this request')
}

const patternOf = (route: string): { method: string; pattern: string[] } => {
  const [method = '', path = ''] = route.split(' ')
  return { method, pattern: path.split('/').filter(Boolean) }
}

const fits = (pattern: string[], segments: string[]): boolean =>
  pattern.length === segments.length && pattern.every((part, index) => part === '*' || part === segments[index])

const answer = (
  request: IncomingMessage,
  response: ServerResponse,
  handler: Handler,
  parameters: string[],
  logger: Logger,
): void => {
  readBody(request)
    .then((body) => handler(parameters, body))
    .then((body) => send(response, 200, body))
    .catch((error: unknown) => {
      if (error instanceof CloudError) return refuse(response, error)
      logger.error({ method: request.method, url: request.url, error: messageOf(error) }, 'request failed')
      refuse(response, new CloudError(500, 'CloudFailed', messageOf(error)))
    })
}

const send = (response: ServerResponse, status: number, body: unknown): void => {
  // Kept connections would hold up the end of the daemon, and on a Unix socket they save nothing.
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' })
  response.end(JSON.stringify(body ?? {}))
}

const refuse: Answering['refuse'] = (response, error) => send(response, error.status, faultOf(error))

const readBody = async (request: IncomingMessage): Promise<unknown> => {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length
    if (size > BODY_LIMIT_BYTES) throw new CloudError(413, 'InvalidRequest', 'the request is too large')
    parts.push(part)
  }
  if (size === 0) return null
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8')) as unknown
  } catch {
    throw new CloudError(400, 'InvalidRequest', 'the body is not JSON')
  }
}
