import type { Operation } from '@atrium/api/operations/table.ts'
import type { FastifyRequest } from 'fastify'
import type { Subject } from '../../auth/subject.ts'

declare module 'fastify' {
  interface FastifyRequest {
    subject: Subject | null
    /** Set when the answer is an error; `error` only for those that are our fault. */
    failure: { code: string; error: unknown } | null
    startedAt: number
  }
}

/** The operation of the request's route; undefined outside the contract (health, unknown paths). */
export const operationOf = (request: FastifyRequest): Operation | undefined =>
  (request.routeOptions.config as { operation?: Operation }).operation
