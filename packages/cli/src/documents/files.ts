import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { messageOf } from '@atrium/runtime/base/errors.ts'

/** A text with documents, and its name for messages. */
export interface Source {
  name: string
  content: string
}

const LARGEST_BYTES = 32 * 1024 * 1024

/** The files that `-f` names: `-` is standard input, of a folder every YAML or JSON file directly in it, in order of their names. */
export async function readSources(paths: readonly string[]): Promise<Source[]> {
  const sources: Source[] = []
  for (const path of paths) {
    if (path === '-') sources.push({ name: 'standard input', content: await text(process.stdin) })
    else sources.push(...filesOf(path).map((name) => ({ name, content: readFileSync(name, 'utf8') })))
  }
  return sources
}

function filesOf(path: string): string[] {
  const { isFolder, size } = look(path)
  if (!isFolder) {
    if (size > LARGEST_BYTES) throw new Error(`${path} holds more than ${LARGEST_BYTES / 1024 / 1024} MiB. Split it.`)
    return [path]
  }
  const names = readdirSync(path)
    .filter((name) => /\.(ya?ml|json)$/.test(name))
    .sort()
  if (names.length === 0) throw new Error(`${path} holds no file that ends in .yaml, .yml or .json.`)
  return names.map((name) => join(path, name))
}

function look(path: string): { isFolder: boolean; size: number } {
  try {
    const found = statSync(path)
    return { isFolder: found.isDirectory(), size: found.size }
  } catch (error) {
    throw new Error(`-f: ${path} cannot be read: ${messageOf(error)}`, { cause: error })
  }
}
