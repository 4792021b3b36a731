import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import { parse } from 'yaml'
import { checkShape, texts } from '../documents/shape.ts'

/** What `--credentials` names: YAML of `name: text` lines. */
export async function readCredentials(file: string | undefined): Promise<Record<string, string>> {
  if (file === undefined) return {}
  const where = file === '-' ? 'standard input' : file
  const value: unknown = parse(await readText(file, '--credentials'))
  const [problem] = checkShape(value, { ...texts, required: true }, '')
  if (problem) throw new Error(`--credentials: ${where}: ${problem.path.replace(/^\./, '')} ${problem.message}`)
  return value as Record<string, string>
}

/** The text of a file, or of standard input for `-`. */
export async function readText(file: string, option: string): Promise<string> {
  try {
    return file === '-' ? await text(process.stdin) : readFileSync(file, 'utf8')
  } catch (error) {
    throw new Error(`${option}: ${file} cannot be read: ${messageOf(error)}`, { cause: error })
  }
}
