import { homedir } from 'node:os'
import { basename, join, resolve } from 'node:path'

/** The folder of the platform when none is named. */
export const defaultHome = (): string => join(homedir(), '.atrium')

/** How a person starts this program: in a checkout by its launcher; the file of a release lies on the PATH. */
export const programName = (started = process.argv[1] ?? ''): string =>
  /^atrium(\.mjs)?$/.test(basename(started)) ? 'atrium' : './atrium'

/** How a person runs a command on the platform of this folder, ready to be pasted into a shell. */
export const invocation = (folder: string, command: string): string =>
  resolve(folder) === defaultHome()
    ? `${programName()} ${command}`
    : `${programName()} --home ${quoteForShell(folder)} ${command}`

/** One word of a shell, in quotes where it needs them. */
export const quoteForShell = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
