import { Option } from 'commander'

export const needed = (flags: string, description: string): Option =>
  new Option(flags, description).makeOptionMandatory()

/** One that may be given again and again. */
export const several = (flags: string, description: string): Option =>
  new Option(flags, `${description}; may be repeated`).argParser((value: string, before: string[] | undefined) => [
    ...(before ?? []),
    value,
  ])
