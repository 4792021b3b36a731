import { RE2JS } from 're2js'

/** Why an expression is not used; the message goes on behind its name. */
export class RegexError extends Error {
  override readonly name = 'RegexError'
}

/** One part of an expression at one letter is a step; so many are less than a second of the one thread there is. */
const mostSteps = 10_000_000
/** To make the program of an expression takes about as long as so many steps, for each part of it. */
const stepsOfPart = 100
const largestProgram = 5_000
const tooDear = 'is too much work to match. Repeat less ({1,100} instead of {1,1000}), or match shorter texts'

/**
 * Regular expressions (RE2) that people write, for all that is read together. RE2 never takes more steps than an expression has parts times
 * the letters of the text, and both are theirs: `[ab]*a[ab]{900}[cd]` on the 4 MiB that `repeat` makes would keep the server from everybody
 * else for two minutes (27 million steps a second).
 */
export class RegexWork {
  #left = mostSteps

  /** Throws `RegexError` for what is no expression, or more work than there may be. */
  compile(pattern: string): BoundedRegex {
    const size = sizeOfRegex(pattern)
    if (size > largestProgram) throw new RegexError(tooDear)
    this.spend(size * stepsOfPart)
    try {
      return new BoundedRegex(RE2JS.compile(pattern), size, this)
    } catch (error) {
      throw new RegexError(`is no regular expression (RE2): ${error instanceof Error ? error.message : error}`)
    }
  }

  /** Throws `RegexError` when that is more than is left. */
  spend(steps: number): void {
    this.#left -= steps
    if (this.#left < 0) throw new RegexError(tooDear)
  }
}

type Matcher = ReturnType<RE2JS['matcher']>

/** An expression whose use is counted. */
export class BoundedRegex {
  readonly #regex: RE2JS
  readonly #size: number
  readonly #work: RegexWork

  constructor(regex: RE2JS, size: number, work: RegexWork) {
    this.#regex = regex
    this.#size = size
    this.#work = work
  }

  /** For one match. */
  matcher(text: string): Matcher {
    this.#work.spend(this.#size * (text.length + 1))
    return this.#regex.matcher(text)
  }

  /** For every match: each of them may look at the whole rest of the text. */
  matcherOfAll(text: string): Matcher {
    this.#work.spend(this.#size * (text.length + 1) ** 2)
    return this.#regex.matcher(text)
  }
}

const TOKEN = /\\[pPx]\{[^}]*\}|\\.|\[\^?\]?(?:\\.|[^\]\\])*\]?|\{\d+(?:,\d*)?\}|[^]/gu

/** About how many parts the program of an expression has: what is repeated by number is written out. Pure, and linear. */
export function sizeOfRegex(pattern: string): number {
  /** Of what stands before each group that is open. */
  const before: number[] = []
  let size = 0
  let last = 0
  for (const [token] of pattern.matchAll(TOKEN)) {
    const times = /^\{(\d+)(,?)(\d*)\}$/.exec(token)
    if (token === '(') {
      before.push(size + last)
      size = last = 0
    } else if (token === ')') {
      last += size + 2
      size = before.pop() ?? 0
    } else if (times) {
      const [, least = '', comma, most] = times
      last *= Math.max(1, Number(most || least) + (comma && !most ? 1 : 0))
    } else if ('*+?'.includes(token)) last += 1
    else {
      size += last
      last = 1
    }
  }
  return before.reduce((sum, one) => sum + one, size + last)
}
