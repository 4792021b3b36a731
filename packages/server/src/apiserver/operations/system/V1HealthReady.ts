import { definePublicOperation } from '../../operation.ts'

/** Fails with 500 while the database does not answer. */
export const V1HealthReady = definePublicOperation('V1HealthReady', async (_request, context) => {
  await context.store.position()
  return { msg: 'ready' }
})
