import { loadVerbs } from '@atrium/cli/commands/verbs-on-demand.ts'
import { createProgram } from '@atrium/cli/program.ts'
import { describe, expect, test } from 'vitest'
import { readRepositoryFile, repositoryFiles } from './shape/repository.ts'

type Command = ReturnType<typeof createProgram>

const read = (path: string): string => readRepositoryFile(path).toString('utf8')

/** Every line of a shell block that starts the launcher, as words; without what the shell itself takes. */
const commandsIn = (text: string): string[][] =>
  [...text.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = '']) =>
    block
      .split('\n')
      .map((line) => line.replace(/(^|\s)[#>|].*$/, '').trim())
      .filter((line) => line.startsWith('./atrium '))
      .map((line) => line.split(/\s+/).slice(1)),
  )

/** The command these words name, and the words left for it. */
function resolve(words: readonly string[], program: Command): { command: Command; rest: readonly string[] } {
  let command = program
  let rest = words
  for (;;) {
    const next = command.commands.find((one) => one.name() === rest[0])
    if (next === undefined) return { command, rest }
    command = next
    rest = rest.slice(1)
  }
}

/** What is wrong with a command of the documentation; null when the program takes it. */
function problemOf(words: readonly string[], program: Command): string | null {
  const { command, rest } = resolve(words, program)
  // A noun is no command without its verb; `delete -f` is one by its option.
  const ofItself = rest.some((word) => word.startsWith('-'))
  if (command === program || (command.commands.length > 0 && !ofItself)) return 'is no command'
  // Whatever follows belongs to kubectl.
  if (command.name() === 'kubectl') return null
  const known = [...program.options, ...command.options]
  const flags = rest.filter((word) => /^--?\w/.test(word))
  const unknown = flags.filter((flag) => !known.some(({ long, short }) => long === flag || short === flag))
  if (unknown.length > 0) return `knows no ${unknown.join(', ')}`
  const values = known.filter(
    ({ long, short, required }) => required && flags.some((flag) => flag === long || flag === short),
  ).length
  const given = rest.length - flags.length - values
  const needed = command.registeredArguments.filter(({ required }) => required).length
  if (given < needed) return `needs ${needed} arguments`
  const most = command.registeredArguments.some(({ variadic }) => variadic)
    ? Infinity
    : command.registeredArguments.length
  return given > most ? 'has an argument too many' : null
}

const documents = repositoryFiles().filter((path) => path.endsWith('.md') && !path.startsWith('packs/'))

describe('commands in the documentation', () => {
  test('are taken by the command line', async () => {
    const program = createProgram()
    await loadVerbs(program)
    const wrong = documents.flatMap((path) =>
      commandsIn(read(path)).flatMap((words) => {
        const problem = problemOf(words, program)
        return problem === null ? [] : [`${path}: ./atrium ${words.join(' ')}: ${problem}`]
      }),
    )
    expect(wrong).toEqual([])
  })

  test.each([
    ['frobnicate', 'is no command'],
    ['local machine', 'is no command'],
    ['local cluster delete', 'needs 1 arguments'],
    ['up --fast', 'knows no --fast'],
    ['update cluster demo --profile a@1 --dry-run', null],
    ['policy', 'needs 1 arguments'],
    ['down now', 'has an argument too many'],
    ['delete', 'is no command'],
    ['delete -f fleet', null],
    ['apply -f -', null],
  ])('./atrium %s: %s', (line, problem) => {
    expect(problemOf(line.split(' '), createProgram())).toBe(problem)
  })

  test('show every command in the README', () => {
    const shown = commandsIn(read('README.md')).map((words) => words.join(' '))
    const missing = createProgram()
      .commands.map((command) => command.name())
      .filter((name) => !read('README.md').includes(`./atrium ${name}`))
    expect(shown.length).toBeGreaterThan(15)
    expect(missing).toEqual([])
  })
})

describe('paths in ARCHITECTURE.md', () => {
  const files = repositoryFiles()
  /** `a/{b,c}.ts` stands for two, `*` and `<name>` for anything. */
  const alternatives = (path: string): string[] => {
    const [whole, inner] = /\{([^}]*)\}/.exec(path) ?? []
    return whole === undefined ? [path] : (inner ?? '').split(',').map((one) => path.replace(whole, one))
  }
  const exists = (path: string): boolean => {
    const pattern = path
      .replaceAll(/[.+()]/g, '\\$&')
      .replaceAll(/\*|<[^>]*>/g, '[^/]*')
      .replace(/\/$/, '')
    const expression = new RegExp(`(^|/)${pattern}(/|$)`)
    return files.some((file) => expression.test(file))
  }

  test('lead somewhere', () => {
    const paths = [...read('ARCHITECTURE.md').matchAll(/`([\w.*<>{},-]+(?:\/[\w.*<>{},-]*)+)`/g)].map(
      ([, path = '']) => path,
    )
    expect(paths.length).toBeGreaterThan(50)
    const wrong = paths
      .filter((path) => !path.startsWith('HOME/'))
      .flatMap(alternatives)
      .filter((path) => !exists(path))
    expect(wrong).toEqual([])
  })

  test('would be missed', () => {
    expect(exists('server/src/nowhere.ts')).toBe(false)
  })
})
