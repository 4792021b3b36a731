import type { DesiredState } from '@atrium/api/link/desired-state.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import { expect, test } from 'vitest'
import { Redaction } from './redaction.ts'

const desired = (sensitive?: string): DesiredState => ({
  ...{ clusterUid: 'c', clusterName: 'demo', epoch: 1, generation: 1, kubernetesVersion: '', layers: [] },
  policy: { drift: 'heal', nodes: 'heal' },
  ...(sensitive && { sensitive }),
})

test('a log line holds no value the desired state calls sensitive, in any form it is written in', async () => {
  const lines: string[] = []
  const record = (fields: object, message = ''): void => void lines.push(JSON.stringify({ ...fields, message }))
  const logger: Logger = { debug: record, info: record, warn: record, error: record, child: () => logger }
  const redaction = new Redaction()
  const wrapped = redaction.wrap(logger)
  await redaction.learn(desired('sha256:1'), async () => Buffer.from(JSON.stringify(['pa"ss\nsecond line'])))
  await redaction.learn(desired(), async () => null)
  await redaction.learn(desired('sha256:2'), async () => Buffer.from(JSON.stringify(['another', 'abc'])))
  const encoded = Buffer.from('pa"ss\nsecond line').toString('base64')
  wrapped.warn(
    { error: `refused "pa\\"ss" and ${encoded}`, deep: [{ text: 'second line' }], err: new Error('another') },
    'x',
  )
  wrapped.child({ layer: 'another' }).info({ count: 3, none: null, short: 'abc' }, 'another one')
  expect(lines).toEqual([
    '{"error":"refused \\"[secret]\\" and [secret]","deep":[{"text":"[secret]"}],"err":"[secret]","message":"x"}',
    '{"count":3,"none":null,"short":"abc","message":"[secret] one"}',
  ])
})
