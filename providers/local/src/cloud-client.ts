import { request as httpRequest } from 'node:http'
import { dirname } from 'node:path'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import type {
  CloudFault,
  CloudView,
  ClusterRequest,
  ClusterView,
  MachineRequest,
  MachineView,
} from './cloud/protocol.ts'
import { checkPrivateFolder } from './private-folder.ts'

/** Sends one request to the cloud; resolves to the answer's status and JSON. Rejects when nothing answers. */
export type CloudTransport = (method: string, path: string, body?: object) => Promise<{ status: number; body: unknown }>

/** The cloud refused, or did not answer (`status` 0). */
export class CloudRequestError extends Error {
  override readonly name = 'CloudRequestError'
  readonly status: number
  readonly fault: CloudFault
  constructor(status: number, fault: CloudFault, cause?: unknown) {
    super(fault.message, { cause })
    this.status = status
    this.fault = fault
  }
}

/** What can be asked of the cloud of this machine: by provider `local`, and by people as its "cloud console". */
export interface CloudClient {
  about: () => Promise<CloudView>
  clusters: () => Promise<ClusterView[]>
  /** Null when there is none. */
  cluster: (uid: string) => Promise<ClusterView | null>
  putCluster: (uid: string, request: ClusterRequest) => Promise<ClusterView>
  /** Makes new certificates, and processes that use them; asked again with the same time it changes nothing. */
  renewCertificates: (uid: string, request: string) => Promise<ClusterView>
  deleteCluster: (uid: string) => Promise<void>
  /** Null until the control plane answers. */
  kubeconfig: (uid: string) => Promise<string | null>
  machines: (uid: string) => Promise<MachineView[]>
  putMachine: (uid: string, name: string, request: MachineRequest) => Promise<void>
  /** Its pods leave first; it disappears when they have. */
  deleteMachine: (uid: string, name: string) => Promise<void>
  stopMachine: (uid: string, name: string) => Promise<void>
  startMachine: (uid: string, name: string) => Promise<void>
  /** At once, with everything on it. */
  terminateMachine: (uid: string, name: string) => Promise<void>
  /** Ends the daemon; with `processes` its clusters rest until it is started again. */
  shutdown: (options: { processes: boolean }) => Promise<void>
}

export const createCloudClient = (transport: CloudTransport): CloudClient => {
  const call = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const answer = await transport(method, `/v1${path}`, body)
    if (answer.status >= 300) throw new CloudRequestError(answer.status, answer.body as CloudFault)
    return answer.body as T
  }
  const callVoid = async (method: string, path: string, body?: object): Promise<void> => {
    await call(method, path, body)
  }
  const machine = (uid: string, name: string): string => `/clusters/${uid}/machines/${encodeURIComponent(name)}`
  const cluster = async (uid: string): Promise<ClusterView | null> => {
    try {
      return await call<ClusterView>('GET', `/clusters/${uid}`)
    } catch (error) {
      if (error instanceof CloudRequestError && error.status === 404) return null
      throw error
    }
  }
  return {
    about: () => call('GET', ''),
    clusters: () => call('GET', '/clusters'),
    cluster,
    putCluster: (uid, request) => call('PUT', `/clusters/${uid}`, request),
    renewCertificates: (uid, request) => call('POST', `/clusters/${uid}/certificates`, { request }),
    deleteCluster: (uid) => callVoid('DELETE', `/clusters/${uid}`),
    kubeconfig: async (uid) =>
      (await call<{ kubeconfig: string | null }>('GET', `/clusters/${uid}/kubeconfig`)).kubeconfig,
    machines: async (uid) => (await call<ClusterView>('GET', `/clusters/${uid}`)).machines,
    putMachine: (uid, name, request) => callVoid('PUT', machine(uid, name), request),
    deleteMachine: (uid, name) => callVoid('DELETE', machine(uid, name)),
    stopMachine: (uid, name) => callVoid('POST', `${machine(uid, name)}/stop`),
    startMachine: (uid, name) => callVoid('POST', `${machine(uid, name)}/start`),
    terminateMachine: (uid, name) => callVoid('POST', `${machine(uid, name)}/terminate`),
    shutdown: (options) => callVoid('POST', '/shutdown', options),
  }
}

const ANSWER_LIMIT_BYTES = 16 * 1024 * 1024
const TIMEOUT_MS = 30_000

/** HTTP over the Unix socket of the cloud daemon. */
export const socketTransport =
  (socketPath: string): CloudTransport =>
  (method, path, body) =>
    new Promise((resolve, reject) => {
      const fail = (cause: unknown): void => reject(unreachable(socketPath, cause))
      checkPrivateFolder(dirname(socketPath))
      const text = body === undefined ? '' : JSON.stringify(body)
      const request = httpRequest(
        { socketPath, method, path, timeout: TIMEOUT_MS, headers: { 'content-length': Buffer.byteLength(text) } },
        (response) => {
          const parts: Buffer[] = []
          let size = 0
          response.on('data', (part: Buffer) => {
            size += part.length
            if (size > ANSWER_LIMIT_BYTES) request.destroy(new Error('the answer is too large'))
            parts.push(part)
          })
          response.on('error', fail)
          response.on('end', () => {
            try {
              resolve({ status: response.statusCode ?? 0, body: JSON.parse(Buffer.concat(parts).toString('utf8')) })
            } catch (error) {
              fail(error)
            }
          })
        },
      )
      request.on('timeout', () => request.destroy(new Error('no answer in time')))
      request.on('error', fail)
      request.end(text)
    })

const unreachable = (socketPath: string, cause: unknown): CloudRequestError =>
  new CloudRequestError(
    0,
    {
      reaction: 'retry',
      reason: 'CloudUnreachable',
      message: `the cloud of this machine does not answer at ${socketPath}: ${messageOf(cause)}`,
      nextStep: 'It is started by `atrium up`; its log is cloud/daemon.log below the home folder.',
    },
    cause,
  )
