import type { Command } from 'commander'

export const shells = ['bash', 'zsh', 'fish'] as const

/** Words that may follow the words of a command, e.g. `local machine`; the program itself is the empty text. */
export interface CompletionStep {
  path: string
  words: { word: string; description: string }[]
}

/** Every command with what may follow it: its own commands, its options, and the words of its first argument. */
export function completionSteps(
  program: Command,
  firstArguments: Readonly<Record<string, readonly string[]>>,
): CompletionStep[] {
  const steps: CompletionStep[] = []
  const visit = (command: Command, path: string[]): void => {
    const words = [
      ...command.commands.map((one) => ({ word: one.name(), description: one.description() })),
      ...argumentWords(command, firstArguments[path.join(' ')]).map((word) => ({ word, description: '' })),
      ...[...command.options, ...(command === program ? [] : program.options)].map(({ long, short, description }) => ({
        word: long ?? short ?? '',
        description,
      })),
    ]
    steps.push({ path: path.join(' '), words })
    for (const one of command.commands) visit(one, [...path, one.name()])
  }
  visit(program, [])
  return steps
}

const argumentWords = (command: Command, given: readonly string[] = []): readonly string[] =>
  given.length > 0 ? given : (command.registeredArguments[0]?.argChoices ?? [])

/** A script that a shell reads once; everything it offers is in it, so that completing starts no process. */
export function completionScript(
  program: Command,
  shell: string,
  firstArguments: Readonly<Record<string, readonly string[]>>,
): string {
  const steps = completionSteps(program, firstArguments)
  if (shell === 'fish') return fish(steps)
  const cases = steps
    .map(({ path, words }) => `    '${path}') offered='${words.map(({ word }) => word).join(' ')}' ;;`)
    .join('\n')
  const commands = steps.map(({ path }) => `'${path}'`).join(' ')
  return shell === 'zsh' ? zsh(cases, commands) : bash(cases, commands)
}

/** Walks the words typed so far; `at` becomes the longest command among them. `path` and `words` are zsh's own. */
const walk = (typed: string, commands: string): string => `  local at='' offered='' typed known
  for typed in ${typed}; do
    for known in ${commands}; do
      [[ "$known" == "\${at:+$at }$typed" ]] && { at="$known"; break; }
    done
  done
  case "$at" in`

const bash = (cases: string, commands: string): string => `# atrium completion bash
_atrium() {
${walk('"${COMP_WORDS[@]:1:COMP_CWORD-1}"', commands)}
${cases}
  esac
  COMPREPLY=($(compgen -W "$offered" -- "\${COMP_WORDS[COMP_CWORD]}"))
  [[ \${#COMPREPLY[@]} -eq 0 ]] && COMPREPLY=($(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}"))
  return 0
}
complete -F _atrium atrium ./atrium
`

const zsh = (cases: string, commands: string): string => `#compdef atrium
_atrium() {
${walk('"${(@)words[2,CURRENT-1]}"', commands)}
${cases}
  esac
  compadd -- \${=offered} || _files
}
compdef _atrium atrium ./atrium
`

/** Commands follow directly upon the words before them, options anywhere after those. */
const fish = (steps: CompletionStep[]): string =>
  [
    '# atrium completion fish',
    'function __atrium_typed',
    "    string match -v -- '-*' (commandline -opc)[2..]",
    'end',
    'function __atrium_in',
    '    set -l typed (__atrium_typed)',
    '    set -l depth (count $argv)',
    '    test (count $typed) -ge $depth; and test "$typed[1..$depth]" = "$argv"',
    'end',
    'function __atrium_at',
    '    test (count (__atrium_typed)) -eq (count $argv); and test "$(__atrium_typed | string join " ")" = "$argv"',
    'end',
    ...steps.flatMap(({ path, words }) => words.map((word) => fishLine(path, word))),
    '',
  ].join('\n')

function fishLine(path: string, { word, description }: { word: string; description: string }): string {
  const isOption = word.startsWith('--')
  const offered = isOption ? `-l ${word.slice(2)}` : `-f -a ${word}`
  const told = description === '' ? '' : ` -d '${description.replaceAll("'", "\\'")}'`
  const where = path === '' && isOption ? '' : ` -n '${`__atrium_${isOption ? 'in' : 'at'} ${path}`.trim()}'`
  return `complete -c atrium${where} ${offered}${told}`
}
