import { Router } from '@atrium/server/apiserver/http/router.ts'
import { loadContract } from '@atrium/server/apiserver/http/table.ts'
import type { Conversation } from './conversation.ts'
import { putPlaceholders } from './placeholders.ts'
import type { RawExchange } from './proxy.ts'
import { type ReadExchange, readExchange } from './read-exchange.ts'

/** Makes a conversation of what a proxy saw. Questions repeated while nothing changed are in it once. */
export function distil(about: { scenario: string; client: string }, exchanges: readonly RawExchange[]): Conversation {
  const router = new Router(loadContract().operations)
  const all = withoutRepetition(exchanges.map((raw) => readExchange(raw, router)))
  putPlaceholders(all)
  const steps = Map.groupBy(all, ({ step }) => step)
  return {
    ...about,
    steps: [...steps].map(([name, read]) => ({ name, exchanges: read.map(({ exchange }) => exchange) })),
  }
}

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
