/** What a foreign client and the server said to each other, as data that any server can be held to. */
export interface Conversation {
  scenario: string
  /** Name and version of the client that was recorded. */
  client: string
  steps: { name: string; exchanges: Exchange[] }[]
}

/** A request, and what the client needs of its answer. Texts may hold placeholders (`<uid-1>`). */
export interface Exchange {
  /** Operation id of the contract. */
  operation: string
  request: {
    params?: Record<string, string>
    query?: Record<string, string>
    /** `project`: the header `ProjectUid` is there, and names the project of the client. */
    scope: 'project' | 'tenant'
    contentType?: string
    /** Absent = JSON. */
    accept?: string
    body?: unknown
  }
  answer: {
    status: number
    contentType: string | null
    /** Code of an error. */
    code?: string
    /** By path (`items[].metadata.name`), in the values of all elements; the empty path is the whole body. */
    needs?: Record<string, Need>
    /** Placeholders that later requests use, and where their values are found (`items[0].metadata.uid`). */
    captures?: Record<string, string>
  }
  /** The client goes on asking until the answer is so. */
  awaited?: true
}

/** `is`: exactly these values; `type`: some value, each of this type; `absent`: no value, or clients see a difference. */
export type Need = { is: unknown[] } | { type: string } | { absent: true }

export const typeOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value

/**
 * Values at a dotted path below `value`; `[]` stands for every element of an array, `[2]` for one. Missing values and
 * nulls, which clients cannot tell apart, are left out. Keys may not hold dots or brackets.
 */
export function valuesAt(value: unknown, path: string): unknown[] {
  let found = [value]
  for (const segment of path.match(/\[\d*\]|[^.[\]]+/g) ?? []) {
    found = found.flatMap((one): unknown[] => {
      if (segment === '[]') return Array.isArray(one) ? one : []
      const key = segment.startsWith('[') ? segment.slice(1, -1) : segment
      return one !== null && typeof one === 'object' ? [(one as Record<string, unknown>)[key]] : []
    })
  }
  return found.filter((one) => one !== undefined && one !== null)
}

/** `value` with every text in it replaced, keys included. */
export function mapTexts(value: unknown, replace: (text: string) => string): unknown {
  if (typeof value === 'string') return replace(value)
  if (Array.isArray(value)) return value.map((one) => mapTexts(one, replace))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [replace(key), mapTexts(one, replace)]))
}

/** JSON with one exchange a line, so that a new recording can be read as a difference. */
export function formatConversation({ steps, ...about }: Conversation): string {
  const lines = steps.map(({ name, exchanges }) => {
    const texts = exchanges.map((exchange) => JSON.stringify(exchange))
    return `{ "name": ${JSON.stringify(name)}, "exchanges": [\n${texts.join(',\n')}\n] }`
  })
  return `{ ${JSON.stringify(about).slice(1, -1)}, "steps": [\n${lines.join(',\n')}\n] }\n`
}
