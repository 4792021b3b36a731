import type { Command } from 'commander'
import { describe } from '../commands/describe.ts'
import { type GetOptions, get, withGetOptions } from '../commands/get.ts'
import { type Format, jsonOption, outputOption } from '../output/format.ts'
import { noteOption, type Server, withOperator, withServer } from '../platform/server.ts'
import { findItem, fullNameOf } from '../resources/kinds.ts'
import type { Resource } from '../resources/resource.ts'
import type { Given, Noun, Verb } from './noun.ts'

/** `atrium NOUN list|show|delete …`, and the noun's own verbs. Answers the noun's command. */
export function registerNoun(program: Command, { resource, verbs, isShared, isOperators, ...of }: Noun): Command {
  const noun = program.command(of.name).description(of.description)
  const within = isOperators ? withOperator : withServer
  withGetOptions(noun.command('list'))
    .description(`list ${resource.plural}`)
    .argument('[name]', 'only this one (name or uid)')
    .action((wanted: string | undefined, options: GetOptions, command: Command) =>
      within(command, (server) => get(server, resource, wanted, options)),
    )
  noun
    .command('show')
    .description('everything there is to say about one')
    .argument('<name>', 'name or uid')
    .addOption(outputOption())
    .addOption(jsonOption())
    .action((wanted: string, { output }: { output?: Format }, command: Command) =>
      within(command, async (server) => {
        process.stdout.write(`${await describe(server, resource, wanted, output ?? 'table')}\n`)
      }),
    )
  for (const verb of verbs) registerVerb(noun, verb, within)
  if (resource.remove !== undefined) registerRemove(noun, resource, 'delete', within)
  if (isShared)
    for (const command of noun.commands)
      command.option('--system', `as the operator of this machine's platform: ${resource.plural} of every tenant`)
  return noun
}

/** A command that deletes objects of this kind, one after the other. */
export const registerRemove = (parent: Command, resource: Resource, name: string, within = withServer): void =>
  void parent
    .command(name)
    .description(`delete ${resource.plural}`)
    .argument('<names...>', 'names or uids')
    .addOption(noteOption())
    .action((names: string[], _options: object, command: Command) =>
      within(command, async (server) => {
        for (const wanted of names) process.stdout.write(`${await remove(server, resource, wanted)}\n`)
      }),
    )

async function remove({ client }: Server, resource: Resource, name: string): Promise<string> {
  const found = await findItem(client, resource, name)
  await resource.remove?.(client, found.uid)
  return `${resource.kind}/${fullNameOf(found)} deleted`
}

function registerVerb(noun: Command, verb: Verb, within: typeof withServer): void {
  const command = noun.command(verb.name).description(verb.description)
  for (const [flags, description] of verb.arguments ?? []) command.argument(flags, description)
  for (const option of verb.options ?? []) command.addOption(option)
  if (!verb.isReading) command.addOption(noteOption())
  command.action((...all: unknown[]) =>
    within(command, async (server) => {
      const text = await verb.run(server, givenOf(all.slice(0, -2), command.opts()))
      process.stdout.write(`${text}\n`)
    }),
  )
}

function givenOf(args: readonly unknown[], options: Record<string, unknown>): Given {
  const optional = (name: string): string | undefined => {
    const value = options[name]
    return typeof value === 'string' ? value : undefined
  }
  return {
    args: args.flat().filter((one) => typeof one === 'string'),
    optional,
    text(name) {
      const value = optional(name)
      if (value === undefined) throw new Error(`--${name} is missing.`)
      return value
    },
    isGiven: (name) => options[name] === true,
    texts: (name) => (Array.isArray(options[name]) ? options[name].map(String) : []),
  }
}
