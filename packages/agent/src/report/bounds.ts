import { linkLimits, type NodeReport } from '@atrium/api/link/protocol.ts'
import type { AgentReport } from '../ports.ts'

type StateReport = Extract<AgentReport, { type: 'state' }>

/** The link adds a number; the rest is reserve. */
const STATE_BYTES = linkLimits.messageBytes - 16 * 1024
/** Characters of each node's and layer's message: what is cut first when everything together is too large. */
const cuts = [
  { node: 100, layer: 1_000 },
  { node: 0, layer: 200 },
]

export const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value))

/**
 * The state as one message of the link takes it: shorter messages, at last fewer nodes (those not ready stay longest).
 * `metrics.nodesTotal` still counts all of them, so that nobody takes a node that is not listed for one that is gone. Pure.
 */
export function boundState(state: StateReport, bytes = STATE_BYTES): StateReport {
  let bounded = state
  for (const { node, layer } of cuts) {
    if (bytesOf(bounded) <= bytes) return bounded
    bounded = { ...bounded, nodes: shortened(bounded.nodes, node), layers: shortened(bounded.layers, layer) }
  }
  return bytesOf(bounded) <= bytes ? bounded : { ...bounded, nodes: firstNodes(bounded, bytes) }
}

const shortened = <T extends { message: string }>(items: T[], chars: number): T[] =>
  items.map((item) => ({ ...item, message: item.message.slice(0, chars) }))

function firstNodes(state: StateReport, bytes: number): NodeReport[] {
  let left = bytes - bytesOf({ ...state, nodes: [] })
  return state.nodes
    .toSorted((a, b) => Number(a.ready) - Number(b.ready))
    .filter((node) => {
      left -= bytesOf(node) + 1
      return left >= 0
    })
}
