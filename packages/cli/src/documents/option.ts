import { Option } from 'commander'

/** `-f FILE|DIR|-`, once or several times. */
export const filesOption = (): Option =>
  new Option(
    '-f, --filename <path>',
    'file of documents, folder of such files, or - for standard input; may be repeated',
  )
    .argParser((path: string, before: string[] | undefined) => [...(before ?? []), path])
    .makeOptionMandatory()
