import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/** The folder of the platform when none is named. */
export const defaultHome = (): string => join(homedir(), '.atrium')

/** How a person runs a command on the platform of this folder, ready to be pasted into a shell. */
export const invocation = (folder: string, command: string): string =>
  resolve(folder) === defaultHome() ? `./atrium ${command}` : `./atrium --home ${quoteForShell(folder)} ${command}`

/** One word of a shell, in quotes where it needs them. */
export const quoteForShell = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
