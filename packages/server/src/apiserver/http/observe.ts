import type { FastifyInstance } from 'fastify'
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client'
import type { ServerContext } from '../../context.ts'
import { operatorOf } from './operators.ts'
import './request.ts'

/** One log line and one measurement per request. Never the URL itself: some operations carry tokens in it. */
export function addObservation(app: FastifyInstance, context: ServerContext, registry: Registry): void {
  const durations = new Histogram({
    name: 'atrium_http_request_duration_seconds',
    help: 'Time from request to answer, by operation',
    labelNames: ['operation', 'status'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
    registers: [registry],
  })
  const failures = new Counter({
    name: 'atrium_http_errors_total',
    help: 'Answers that are errors, by code',
    labelNames: ['code'],
    registers: [registry],
  })
  app.addHook('onRequest', async (request) => {
    request.startedAt = context.clock.now()
  })
  app.addHook('onResponse', async (request, reply) => {
    const operation = request.route?.operation
    const durationMs = context.clock.now() - request.startedAt
    if (operation) durations.observe({ operation: operation.id, status: reply.statusCode }, durationMs / 1000)
    if (request.failure) failures.inc({ code: request.failure.code })
    const fields = {
      ref: request.id,
      method: request.method,
      operation: operation?.id ?? 'none',
      status: reply.statusCode,
      durationMs,
      tenant: request.subject?.tenant,
      actor: (request.subject ?? request.operator)?.actor.uid,
      code: request.failure?.code,
    }
    if (request.failure?.error) context.logger.error({ ...fields, err: request.failure.error }, 'request failed')
    else context.logger.info(fields, 'request')
  })
}

/** Who asks about health sends no body. */
const bodiless = { bodyLimit: 1024 }

/** `/healthz`: the process answers. `/readyz`: the database does too. `/metrics`: for the operator. */
export function addHealth(app: FastifyInstance, context: ServerContext, registry: Registry): void {
  collectDefaultMetrics({ register: registry })
  app.get('/healthz', bodiless, async (_request, reply) => reply.type('application/json').send('{"status":"ok"}'))
  app.get('/readyz', bodiless, async (_request, reply) => {
    const ready = await context.store.position().then(
      () => true,
      (error: unknown) => {
        context.logger.warn({ err: error }, 'not ready: the store does not answer')
        return false
      },
    )
    return reply
      .code(ready ? 200 : 503)
      .type('application/json')
      .send(JSON.stringify({ status: ready ? 'ok' : 'the store does not answer' }))
  })
  app.get('/metrics', bodiless, async (request, reply) => {
    const operator = await operatorOf(request, context)
    if (!operator?.permissions.has('metrics.read'))
      return reply
        .code(401)
        .type('text/plain')
        .send('the operator token, or an operator who may read metrics, is needed\n')
    return reply.type(registry.contentType).send(await registry.metrics())
  })
}
