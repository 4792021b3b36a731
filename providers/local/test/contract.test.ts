import type { ContractHarness } from '@atrium/provider-contract/suite/harness.ts'
import { contractSuite } from '@atrium/provider-contract/suite/suite.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { afterAll, beforeAll, describe, it } from 'vitest'
import type { CloudFault } from '../src/cloud/protocol.ts'
import { CloudRequestError, type CloudTransport, createCloudClient, socketTransport } from '../src/cloud-client.ts'
import { createLocalProvider } from '../src/provider/provider.ts'
import { OTHER_VERSION, startTestCloud, type TestCloud, VERSION } from './support/cloud.ts'

const fault = (reason: string): CloudFault => ({ reaction: 'retry', reason, message: reason, nextStep: 'Wait.' })

/** The way to the cloud with faults on demand. */
const faultyTransport = (): {
  transport: CloudTransport
  aim: (socket: string) => void
} & ContractHarness['faults'] => {
  let inner: CloudTransport = () => Promise.reject(new Error('no socket yet'))
  let lost = 0
  let throttled = 0
  let delayMs = 0
  const seen = new Map<string, { atMs: number; answer: { status: number; body: unknown } }[]>()
  return {
    aim(socket) {
      inner = socketTransport(socket)
    },
    loseReplies(calls) {
      lost = calls
    },
    throttle(calls) {
      throttled = calls
    },
    delayVisibility(ms) {
      delayMs = ms
      seen.clear()
    },
    async transport(method, path, body) {
      if (throttled-- > 0) throw new CloudRequestError(429, fault('Throttled'))
      const answer = await inner(method, path, body)
      if (lost-- > 0) throw new CloudRequestError(0, fault('ReplyLost'))
      if (method !== 'GET' || delayMs === 0) return answer
      const history = seen.get(path) ?? []
      history.push({ atMs: systemClock.now(), answer })
      seen.set(path, history)
      return (history.findLast(({ atMs }) => atMs <= systemClock.now() - delayMs) ?? history[0])?.answer ?? answer
    },
  }
}

describe('provider local passes the contract', () => {
  let cloud: TestCloud
  let clusters = 0
  const { transport, aim, ...faults } = faultyTransport()
  const suite = contractSuite({
    provider: createLocalProvider({ cloud: createCloudClient((...call) => transport(...call)) }),
    account: { uid: 'account', credentials: {}, settings: {} },
    newIdentity: () => ({ tenant: 'tenant', uid: `contract-${clusters++}`, name: 'shop' }),
    kubernetesVersions: [VERSION, OTHER_VERSION],
    wait: (ms) => systemClock.sleep(ms),
    machinesInCloud: async ({ uid }) =>
      (await cloud.client.cluster(uid))?.machines.map((machine) => machine.name) ?? null,
    stopMachine: ({ uid }, name) => cloud.client.stopMachine(uid, name),
    terminateMachine: ({ uid }, name) => cloud.client.terminateMachine(uid, name),
    faults,
    isSlow: true,
  })

  beforeAll(async () => {
    cloud = await startTestCloud()
    aim(cloud.socket)
    await suite.begin()
  })
  it.each(suite.cases)('$name', ({ run }) => run())
  afterAll(async () => {
    await suite.end()
    await cloud.close()
  })
})
