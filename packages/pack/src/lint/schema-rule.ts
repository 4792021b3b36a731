import { RE2JS } from 're2js'

const types = new Set(['string', 'number', 'boolean', 'password', 'list', 'ipv4', 'version'])
const RULE = /^\s*\{\{(.*)\}\}\s*$/s
const WORDS = /\s*(?:([A-Za-z]+)|"((?:[^"\\]|\\.)*)"|(\|))/y
const PLACE = /\$\{([^}:]*)(?::(\/(?:[^/\\]|\\.)*\/|\[[^\]]*\]))?\}/g

/** What is wrong with the rule of a value, `{{ required | format "${number:[1-9]}" | hints "…" }}`; null when nothing is. */
export function schemaRuleProblem(rule: string): string | null {
  const inner = RULE.exec(rule)?.[1]
  if (inner === undefined) return "must be written '{{ … }}'"
  const steps = stepsOf(inner)
  if (steps === null) return 'cannot be read: write words with texts in "…", joined by |'
  for (const [word = '', ...texts] of steps) {
    const problem = stepProblem(word, texts)
    if (problem !== null) return problem
  }
  return null
}

/** Each step's word and texts; null when the rule is no such thing. */
function stepsOf(inner: string): string[][] | null {
  const steps: string[][] = [[]]
  const end = inner.trimEnd().length
  WORDS.lastIndex = 0
  while (WORDS.lastIndex < end) {
    const match = WORDS.exec(inner)
    if (match === null) return null
    const [, word, text, bar] = match
    if (bar) steps.push([])
    else if (word !== undefined) {
      if (steps.at(-1)?.length !== 0) return null
      steps.at(-1)?.push(word)
    } else {
      if (steps.at(-1)?.length === 0) return null
      steps.at(-1)?.push(text ?? '')
    }
  }
  return steps.some((step) => step.length === 0) ? null : steps
}

function stepProblem(word: string, texts: readonly string[]): string | null {
  switch (word) {
    case 'required':
    case 'readonly':
      return texts.length === 0 ? null : `gives '${word}' a text: it takes none`
    case 'hints':
      return texts.length > 0 ? null : 'has hints without a text'
    case 'format':
      return texts.length === 1 ? formatProblem(texts[0] ?? '') : 'needs one text behind format'
    default:
      return `uses '${word}', which is not known: use required, readonly, format or hints`
  }
}

function formatProblem(format: string): string | null {
  for (const [, type = '', bounds = ''] of format.matchAll(PLACE)) {
    if (!types.has(type)) return `uses the type '${type}', which is not known: use ${[...types].join(', ')}`
    const problem = boundsProblem(type, bounds)
    if (problem !== null) return problem
  }
  return format.replaceAll(PLACE, '').includes('${') ? 'holds a ${…} that is not closed' : null
}

function boundsProblem(type: string, bounds: string): string | null {
  if (type === 'list' && !/^\[.+\]$/.test(bounds)) return 'has a list without values: write ${list:[a,b]}'
  if (bounds.startsWith('[') && type === 'number') {
    const [, from, to] = /^\[(-?\d+(?:\.\d+)?)-(-?\d+(?:\.\d+)?)\]$/.exec(bounds) ?? []
    if (from === undefined || to === undefined)
      return `has bounds of a number that cannot be read: write \${number:[1-9]}`
    return Number(from) <= Number(to) ? null : `has bounds the wrong way round: ${bounds}`
  }
  if (!bounds.startsWith('/')) return null
  try {
    RE2JS.compile(bounds.slice(1, -1))
    return null
  } catch (error) {
    return `holds no valid regular expression (RE2): ${error instanceof Error ? error.message : String(error)}`
  }
}
