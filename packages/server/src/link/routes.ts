import { EnrolRequest, linkLimits } from '@atrium/api/link/protocol.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { RateLimiter } from '@atrium/runtime/base/rate-limit.ts'
import type { Store } from '@atrium/runtime/store/store.ts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { AgentName } from './agent-name.ts'
import type { AgentAuthority } from './authority.ts'
import { blobsOf, repositoriesOf } from './desired.ts'
import { givenState } from './given.ts'
import type { LinkRecords } from './records.ts'
import { agentActor } from './status.ts'
import { parseLinkToken } from './tokens.ts'

/** Makes a pull-only credential for one repository. `expiresAt` is RFC 3339. */
export type IssueRegistryToken = (agent: AgentName, repository: string) => Promise<{ token: string; expiresAt: string }>

export interface LinkRouteDeps {
  authority: AgentAuthority
  records: LinkRecords
  store: Store
  enrolLimiter: RateLimiter
  issueRegistryToken: IssueRegistryToken
  /** URL of the registry that takes these tokens, null without one: a pack of another registry is no reason for a token. */
  registryUrl: string | null
}

const BlobParams = Type.Object({ digest: Type.String({ pattern: '^sha256:[0-9a-f]{64}$' }) })
const RenewRequest = Type.Object({ csr: Type.String({ maxLength: linkLimits.csrBytes }) })
const RegistryTokenRequest = Type.Object({ repository: Type.String({ maxLength: 255 }) })

/** The request–answer half of the link protocol. Errors are `AtriumError`s, for the app's one error handler. */
export const registerLinkRoutes = (app: FastifyInstance, deps: LinkRouteDeps): void => {
  app.post<{ Body: EnrolRequest }>(
    '/link/v1/enrol',
    limited(EnrolRequest, 2 * linkLimits.csrBytes),
    async (request) => {
      if (!deps.enrolLimiter.take(request.ip))
        throw new AtriumError('TooManyRequests', 'Too many enrolments from this address: wait a minute.', {
          details: { retryAfterSeconds: 60 },
        })
      const answer = await deps.authority.enrol(request.body)
      // Only who guesses is slowed down: a whole fleet may come from one address at once.
      deps.enrolLimiter.giveBack(request.ip)
      return answer
    },
  )
  app.post<{ Body: { csr: string } }>(
    '/link/v1/renew',
    limited(RenewRequest, 2 * linkLimits.csrBytes),
    async (request) => {
      const { agent, certificate } = await sessionOf(deps, request)
      return deps.authority.renew(agent, certificate, request.body.csr)
    },
  )
  app.post<{ Body: { repository: string } }>(
    '/link/v1/registry-token',
    limited(RegistryTokenRequest, 1024),
    async (request) => {
      const { agent } = await sessionOf(deps, request)
      const { repository } = request.body
      const desired = await givenState(deps.store, agent)
      const { registryUrl } = deps
      if (!desired || registryUrl === null || !repositoriesOf(desired, registryUrl).has(repository))
        throw new AtriumError(
          'Forbidden',
          `No layer of this cluster comes from "${repository}" of the platform's registry.`,
        )
      return deps.issueRegistryToken(agent, repository)
    },
  )
  app.get<{ Params: { digest: string } }>(
    '/link/v1/blobs/:digest',
    { schema: { params: BlobParams } },
    async (request, reply) => {
      const { agent } = await sessionOf(deps, request)
      const blob = await readBlob(deps, agent, request.params.digest)
      return reply.type('application/octet-stream').send(blob)
    },
  )
}

const limited = (body: object, bodyLimit: number) => ({ schema: { body }, bodyLimit })

/** Whose session the bearer token opens. */
const sessionOf = async (
  deps: LinkRouteDeps,
  request: FastifyRequest,
): Promise<{ agent: AgentName; certificate: string }> => {
  const [, text = ''] = /^Link (\S{1,256})$/.exec(request.headers.authorization ?? '') ?? []
  const token = parseLinkToken(text)
  const session = token && (await deps.records.findSession(token))
  if (!session) throw new AtriumError('Unauthorized', 'This needs the token of a live link session.')
  return { agent: { tenant: token.tenant, clusterUid: token.clusterUid }, certificate: session.certificate }
}

/** An agent sees the blobs of its own desired state; others do not exist for it. */
const readBlob = async (deps: LinkRouteDeps, agent: AgentName, digest: string): Promise<Buffer> => {
  const desired = await givenState(deps.store, agent)
  const blob =
    desired && blobsOf(desired).has(digest)
      ? await deps.store.transaction(agent.tenant, agentActor(agent), (tx) => tx.getBlob(digest))
      : null
  if (!blob) throw new AtriumError('ResourceNotFound', `Blob ${digest} is not part of this cluster's desired state.`)
  return blob
}
