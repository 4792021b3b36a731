import type { Variables } from '../harness/workspace.ts'

export const first: Variables = { content: 'first', versions: ['1.0.0', '1.10.0'] }
export const changed: Variables = { content: 'changed', versions: ['1.0.0', '1.10.0', '1.9.0'] }
