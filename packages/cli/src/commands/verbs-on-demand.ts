import type { Command } from 'commander'

const loads = new WeakMap<Command, () => Promise<void>>()

/**
 * The verbs of a noun are read when it is called, not before: what they need takes every other command a part of a second. Whoever looks
 * at all commands calls `loadVerbs` first.
 */
export function withVerbsOnDemand(program: Command, noun: Command, load: () => Promise<(noun: Command) => void>): void {
  let loading: Promise<void> | undefined
  const loadOnce = (): Promise<void> => (loading ??= load().then((register) => register(noun)))
  loads.set(noun, loadOnce)
  program.hook('preSubcommand', (_program, called) => (called === noun ? loadOnce() : undefined))
}

/** Reads the verbs of every noun. */
export async function loadVerbs(program: Command): Promise<void> {
  for (const noun of program.commands) await loads.get(noun)?.()
}
