import type { Option } from 'commander'
import type { Server } from '../platform/server.ts'
import type { Resource } from '../resources/resource.ts'

/** What one can do with a kind of object, besides `list`, `show` and `delete`, which follow from its resource. */
export interface Noun {
  name: string
  description: string
  resource: Resource
  verbs: readonly Verb[]
  /** What the operator may do for every tenant as well, with `--system`. */
  isShared?: true
  /** For operators of the installation alone. */
  isOperators?: true
}

export interface Verb {
  name: string
  description: string
  /** Flags and descriptions: `<name>` is needed, `[name]` is not, `<name...>` is one or more. */
  arguments?: readonly (readonly [flags: string, description: string])[]
  options?: readonly Option[]
  /** It changes nothing, so that there is nothing to note. */
  isReading?: true
  /** Answers what to write to standard output. */
  run(server: Server, given: Given): Promise<string>
}

/** What the command line said. */
export interface Given {
  args: readonly string[]
  /** An option's text; throws where it was left out and is needed. */
  text: (option: string) => string
  optional: (option: string) => string | undefined
  texts: (option: string) => readonly string[]
  /** Of an option without a value. */
  isGiven: (option: string) => boolean
}
