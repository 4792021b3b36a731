import { Router } from '@atrium/server/apiserver/http/router.ts'
import { loadContract } from '@atrium/server/apiserver/http/table.ts'
import type { Conversation } from './conversation.ts'
import { needsOf } from './needs.ts'
import { putPlaceholders } from './placeholders.ts'
import type { RawExchange } from './proxy.ts'
import { type ReadExchange, readExchange } from './read-exchange.ts'

/** Makes a conversation of what a proxy saw. Questions repeated while nothing changed are in it once. */
export function distil(about: { scenario: string; client: string }, exchanges: readonly RawExchange[]): Conversation {
  const router = new Router(loadContract().operations)
  const all = withoutRepetition(withoutWaiting(exchanges.map((raw) => readExchange(raw, router))))
  putPlaceholders(all)
  const steps = Map.groupBy(all, ({ step }) => step)
  return {
    ...about,
    steps: [...steps].map(([name, read]) => ({ name, exchanges: read.map(({ exchange }) => exchange) })),
  }
}

/** What was answered before the client saw what it waited for is as chance had it: a slower machine makes more of it. */
const withoutWaiting = (all: ReadExchange[]): ReadExchange[] =>
  all.filter(({ step, exchange }, index) => {
    const isItsEnd = (later: ReadExchange): boolean =>
      later.exchange.awaited === true &&
      later.step === step &&
      later.exchange.operation === exchange.operation &&
      JSON.stringify(later.exchange.request) === JSON.stringify(exchange.request)
    const isWaiting = !exchange.awaited && needsOf[exchange.operation]?.awaited !== undefined
    return !isWaiting || !all.slice(index + 1).some(isItsEnd)
  })

function withoutRepetition(all: ReadExchange[]): ReadExchange[] {
  const constant = new Set<string>()
  const sinceChange = new Set<string>()
  return all.filter(({ isRead, isConstant, exchange }) => {
    if (!isRead) {
      sinceChange.clear()
      return true
    }
    const seen = isConstant ? constant : sinceChange
    const key = JSON.stringify(exchange)
    const isNew = !seen.has(key)
    seen.add(key)
    return isNew
  })
}
