/** A way into an object, as kubectl writes it: `{.status.conditions[?(@.type=="Ready")].status}`. */
export type JsonPath = readonly Step[]

type Step =
  | { type: 'field'; name: string }
  | { type: 'index'; index: number }
  | { type: 'all' }
  /** Entries of a list whose field holds this text. */
  | { type: 'filter'; field: string; value: string }

const STEP =
  /\.(?<field>[\w-]+)|\[(?<index>\d+)\]|\[(?<all>\*)\]|\['(?<quoted>[^']+)'\]|\[\?\(@\.(?<by>[\w-]+)==(?<quote>['"])(?<value>.*?)\k<quote>\)\]/y

/** Throws showing what is understood. Braces and the first dot may be left out. */
export function parseJsonPath(text: string): JsonPath {
  const bare = text.trim().replace(/^\{(.*)\}$/s, '$1')
  const path = /^[.[]/.test(bare) ? bare : `.${bare}`
  const steps: Step[] = []
  for (STEP.lastIndex = 0; STEP.lastIndex < path.length; ) {
    const groups = STEP.exec(path)?.groups
    if (groups === undefined)
      throw new Error(
        `'${text}' is no path. Write one like {.status.state}, {.items[0]} or {.conditions[?(@.type=="Ready")].status}.`,
      )
    steps.push(stepOf(groups))
  }
  return steps
}

function stepOf({ field, quoted, index, by, value }: Record<string, string | undefined>): Step {
  const name = field ?? quoted
  if (name !== undefined) return { type: 'field', name }
  if (index !== undefined) return { type: 'index', index: Number(index) }
  return by === undefined ? { type: 'all' } : { type: 'filter', field: by, value: value ?? '' }
}

/** Everything there at the end of the path; empty when there is nothing. */
export const valuesAt = (value: unknown, path: JsonPath): unknown[] =>
  path.reduce((found: unknown[], step) => found.flatMap((one) => below(one, step)), [value])

function below(value: unknown, step: Step): unknown[] {
  if (step.type === 'field') return fieldOf(value, step.name)
  if (!Array.isArray(value)) return []
  if (step.type === 'all') return value
  if (step.type === 'index') return value.slice(step.index, step.index + 1)
  return value.filter((one) => fieldOf(one, step.field).some((text) => String(text) === step.value))
}

function fieldOf(value: unknown, name: string): unknown[] {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return []
  const found = (value as Record<string, unknown>)[name]
  return found === undefined || found === null ? [] : [found]
}
