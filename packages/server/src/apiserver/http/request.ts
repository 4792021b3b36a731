import type { Subject } from '../../auth/rights/subject.ts'
import type { ActingOperator } from './operators.ts'
import type { Route } from './router.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The operation of the contract; null outside it (health, unknown paths). */
    route: Route | null
    subject: Subject | null
    /** Of an operation of operators. */
    operator: ActingOperator | null
    /** Set when the answer is an error; `error` only for those that are our fault. */
    failure: { code: string; error: unknown } | null
    startedAt: number
  }
}
