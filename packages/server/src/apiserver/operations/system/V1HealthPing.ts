import { definePublicOperation } from '../../operation.ts'

export const V1HealthPing = definePublicOperation('V1HealthPing', async () => ({ msg: 'pong' }))
