import { formatAge } from '../output/table.ts'
import { type JsonPath, parseJsonPath, valuesAt } from './json-path.ts'

/** What `--for` asks of an object. */
export type Goal =
  | { type: 'condition'; condition: string; status: string }
  | { type: 'state'; state: string }
  | { type: 'path'; text: string; path: JsonPath; value: string | null }
  | { type: 'delete' }

/** How far an object is. */
export interface Outlook {
  met: boolean
  /** Why not yet, and since when, in words. */
  why: string
}

interface SeenCondition {
  type?: string
  status?: string
  reason?: string
  message?: string
  lastTransitionTime?: string
}

interface Seen {
  status?: { state?: string; conditions?: SeenCondition[] | null }
}

/** Throws naming the forms there are. */
export function parseGoal(text: string): Goal {
  const [form, ...rest] = text.split('=')
  const value = rest.join('=')
  if (text === 'delete') return { type: 'delete' }
  if (form === 'status' && value !== '') return { type: 'state', state: value }
  const [condition = '', status = 'True'] = rest
  if (form === 'condition' && condition !== '' && rest.length <= 2) return { type: 'condition', condition, status }
  if (form === 'jsonpath' && value !== '') return parsePath(value)
  throw new Error(
    `--for: '${text}' is nothing to wait for. Give condition=Ready, condition=Ready=False, status=Running, jsonpath={.a.b}=value or delete.`,
  )
}

/** `{.a.b}=value`; without a value anything there is good enough. */
function parsePath(text: string): Goal {
  const [, path = '', value] = /^(\{[^}]*\}|[^=[]*(?:\[[^\]]*\][^=[]*)*)(?:=(.*))?$/s.exec(text) ?? []
  return { type: 'path', text: path, path: parseJsonPath(path), value: value ?? null }
}

/** What is waited for, in words. */
export function describeGoal(goal: Goal): string {
  if (goal.type === 'delete') return 'it is gone'
  if (goal.type === 'state') return `its state is ${goal.state}`
  if (goal.type === 'condition') return `condition ${goal.condition} is ${goal.status}`
  return goal.value === null ? `${goal.text} is there` : `${goal.text} is ${goal.value}`
}

/** Compares an object, as `describe -o json` shows it, with the goal; null = it is gone. */
export function compareWithGoal(view: unknown, goal: Goal, nowMs: number): Outlook {
  if (view === null) return { met: goal.type === 'delete', why: 'it is gone' }
  const { status } = view as Seen
  const conditions = status?.conditions ?? []
  if (goal.type === 'path') return comparePath(view, goal)
  if (goal.type === 'condition') return compareCondition(conditions, goal, nowMs)
  const state = status?.state ?? 'not told'
  return {
    met: goal.type === 'state' && sameWord(state, goal.state),
    why: `its state is ${state}${explain(conditions, nowMs)}`,
  }
}

function compareCondition(
  conditions: readonly SeenCondition[],
  { condition, status }: Extract<Goal, { type: 'condition' }>,
  nowMs: number,
): Outlook {
  const found = conditions.find(({ type = '' }) => sameWord(type, condition))
  if (found) return { met: sameWord(found.status ?? '', status), why: describeCondition(found, nowMs) }
  const names = conditions.map(({ type }) => type).join(', ')
  return { met: false, why: `there is no condition ${condition} (yet); there are: ${names || 'none'}` }
}

function comparePath(view: unknown, { text, path, value }: Extract<Goal, { type: 'path' }>): Outlook {
  const found = valuesAt(view, path).map((one) => (typeof one === 'object' ? JSON.stringify(one) : String(one)))
  if (found.length === 0) return { met: false, why: `there is no ${text} (yet)` }
  return { met: value === null || found.every((one) => one === value), why: `${text} is ${found.join(', ')}` }
}

/** What stands in the way by the object's own account: what needs a person, or that it is not ready. */
function explain(conditions: readonly SeenCondition[], nowMs: number): string {
  const by = (wanted: string): SeenCondition | undefined => conditions.find(({ type }) => type === wanted)
  const isTrue = (one: SeenCondition | undefined): boolean => one?.status === 'True'
  const telling = [by('Stalled'), by('Deleting')].find(isTrue) ?? (isTrue(by('Ready')) ? undefined : by('Ready'))
  return telling === undefined ? '' : `; ${describeCondition(telling, nowMs)}`
}

const describeCondition = (
  { type, status, reason, message, lastTransitionTime }: SeenCondition,
  nowMs: number,
): string =>
  `condition ${type} is ${status} for ${formatAge(lastTransitionTime, nowMs)}${reason ? ` (${reason})` : ''}${message ? `: ${message}` : ''}`

const sameWord = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase()
