/** Which values a template uses, as far as its text tells. */
export interface ValueUse {
  /** Below `.Values`; empty for all of them. */
  path: string[]
  /** What stands at the path is taken as it is, so everything below it may matter. False for one that is only asked about. */
  whole: boolean
}

/** `.Values.a.b`, also behind `$` or another variable. */
const USE = /\.Values\b((?:\.[A-Za-z_]\w*)*)/g
/** `(.Values.a).b` is `.Values.a.b`. */
const BRACKETED = /\(\s*([$\w]*\.[\w.$]+)\s*\)(?=\.)/g
/** `$web := .Values.web` */
const NAMED = /^\s*(?:(?:if|with|else if|else with)\s+)?(\$\w+)\s*:?=\s*[$\w.]*\.Values\b((?:\.[A-Za-z_]\w*)*)\s*$/
/** `index .Values.a "b" "c"` */
const INDEXED = /\b(?:index|get)\s+[$\w.]*\.Values\b((?:\.[A-Za-z_]\w*)*)((?:\s+"[^"]*")+)(\s+[^\s)|}])?/g
const ASKED = /\bhasKey\s+[$\w.]*\.Values\b((?:\.[A-Za-z_]\w*)*)\s+"([^"]*)"/g
const DUG = /\bdig\s+((?:"[^"]*"\s+)+?)\S+\s+[$\w.]*\.Values\b((?:\.[A-Za-z_]\w*)*)/g
/** `dict "Values" .Values`: handed on under its own name. */
const HANDED_ON = /"Values"\s+[$\w.]*\.Values\b(?!\.)/g
const CONDITION = /^\s*(?:else\s+)?if\b/

/** No person writes longer ones; expressions take time with their square. */
const maxActionChars = 4000

/** What stands between `{{` and `}}`; comments are left out, and `}}` within a text closes nothing. */
function actionsOf(text: string): string[] {
  const actions: string[] = []
  for (let start = text.indexOf('{{'); start >= 0; start = text.indexOf('{{', start)) {
    const end = endOfAction(text, start + 2)
    if (end < 0) break
    const action = text.slice(start + 2, Math.min(end, start + 2 + maxActionChars)).replace(/^-/, '')
    if (!/^\s*\/\*/.test(action)) actions.push(action.replace(/-$/, ''))
    start = end + 2
  }
  return actions
}

const CLOSING = /\}\}|"(?:[^"\\\n]|\\.)*"|`[^`]*`|\/\*/g

function endOfAction(text: string, from: number): number {
  CLOSING.lastIndex = from
  for (let match = CLOSING.exec(text); match !== null; match = CLOSING.exec(text)) {
    if (match[0] === '}}') return match.index
    if (match[0] !== '/*') continue
    const end = text.indexOf('*/', match.index)
    if (end < 0) return -1
    CLOSING.lastIndex = end + 2
  }
  return -1
}

const keysOf = (dotted = ''): string[] => dotted.split('.').filter((key) => key !== '')
const wordsOf = (quoted = ''): string[] => [...quoted.matchAll(/"([^"]*)"/g)].map(([, word = '']) => word)

/** Every use of values in a text of templates. */
export function valueUses(text: string): ValueUse[] {
  if (!text.includes('.Values')) return []
  const actions = actionsOf(text).map((action) => (action.includes('(') ? withoutBrackets(action) : action))
  const names = namedUses(actions.filter((action) => action.includes('=')))
  return actions.flatMap((action) => [
    ...(action.includes('.Values') ? usesIn(action) : []),
    ...(names.size > 0 && action.includes('$') ? usesOfNames(action, names) : []),
  ])
}

function withoutBrackets(action: string): string {
  let text = action
  for (let round = 0; round < 5; round += 1) {
    const plain = text.replace(BRACKETED, '$1')
    if (plain === text) break
    text = plain
  }
  return text
}

function usesIn(action: string): ValueUse[] {
  const uses: ValueUse[] = []
  let rest = action.includes('"Values"') ? action.replace(HANDED_ON, '') : action
  const take = (word: RegExp, pattern: RegExp, use: (match: RegExpMatchArray) => ValueUse): void => {
    if (!word.test(rest)) return
    for (const match of rest.matchAll(pattern)) uses.push(use(match))
    rest = rest.replace(pattern, '')
  }
  take(/\b(?:index|get)\s/, INDEXED, ([, base, words]) => ({ path: [...keysOf(base), ...wordsOf(words)], whole: true }))
  take(/\bhasKey\s/, ASKED, ([, base, word = '']) => ({ path: [...keysOf(base), word], whole: false }))
  take(/\bdig\s/, DUG, ([, words, base]) => ({ path: [...keysOf(base), ...wordsOf(words)], whole: true }))
  const named = rest.includes('=') ? NAMED.exec(rest) : null
  if (named) return [...uses, { path: keysOf(named[2]), whole: false }]
  const whole = !CONDITION.test(rest)
  for (const [, path] of rest.matchAll(USE)) uses.push({ path: keysOf(path), whole })
  return uses
}

/** Variables that stand for values, with the path of what they stand for. */
function namedUses(actions: readonly string[]): Map<string, string[][]> {
  const names = new Map<string, string[][]>()
  for (const action of actions) {
    const [, name, path] = NAMED.exec(action) ?? []
    if (name !== undefined) names.set(name, [...(names.get(name) ?? []), keysOf(path)])
  }
  return names
}

function usesOfNames(action: string, names: ReadonlyMap<string, string[][]>): ValueUse[] {
  if (NAMED.test(action)) return []
  const whole = !CONDITION.test(action)
  return [...action.matchAll(/(\$\w+)((?:\.[A-Za-z_]\w*)*)/g)].flatMap(([, name = '', path]) =>
    (names.get(name) ?? []).map((base) => ({ path: [...base, ...keysOf(path)], whole })),
  )
}

/** Words by which a template may name a field of whatever it holds: `.word`, `"word"`. */
export const looseWords = (text: string): string[] =>
  actionsOf(text).flatMap((action) =>
    [...action.matchAll(/\.([A-Za-z_]\w*)|"([^"\\\s]{1,80})"/g)].map(([, field, word]) => field ?? word ?? ''),
  )
