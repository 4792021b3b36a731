import { readFileSync } from 'node:fs'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import { parse } from 'yaml'
import { checkShape, flag, object, required, text } from '../documents/shape.ts'
import { refuseOpenFile } from '../platform/private-file.ts'

/** Where content lies: as CNCF distribution is told, and what it finds in its environment. */
export interface Storage {
  driver: Record<string, object>
  env: Record<string, string>
}

export const diskStorage = (folder: string): Storage => ({
  driver: { filesystem: { rootdirectory: folder, maxthreads: 25 } },
  env: {},
})

interface S3 {
  bucket: string
  region?: string
  endpoint?: string
  folder?: string
  pathStyle?: boolean
  accessKey?: string
  secretKey?: string
}

const shape = object({
  s3: required(
    object({
      bucket: required(text),
      region: text,
      endpoint: text,
      folder: text,
      pathStyle: flag,
      accessKey: text,
      secretKey: text,
    }),
  ),
})

/** Reads a storage file. Keys come from it, or from the variables of S3's own tools; they go to the registry alone, and into no other file. */
export function readStorage(file: string, env: NodeJS.ProcessEnv): Storage {
  const { s3 } = readFile(file)
  if (s3.secretKey !== undefined) refuseOpenFile(file, 'a secret key')
  if (s3.endpoint !== undefined && !URL.canParse(s3.endpoint))
    throw new Error(
      `--storage: ${file}: s3.endpoint '${s3.endpoint}' is no URL. Write it like https://s3.example.com:9000`,
    )
  const keys = keysOf(s3, env)
  if (keys === null)
    throw new Error(
      `--storage: ${file}: the keys of the bucket are missing. Give s3.accessKey and s3.secretKey, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment.`,
    )
  return {
    driver: {
      s3: {
        bucket: s3.bucket,
        region: s3.region ?? 'us-east-1',
        ...(s3.endpoint !== undefined && { regionendpoint: s3.endpoint }),
        ...(s3.folder !== undefined && { rootdirectory: `/${s3.folder.replace(/^\/+|\/+$/g, '')}` }),
        forcepathstyle: s3.pathStyle ?? s3.endpoint !== undefined,
        secure: s3.endpoint?.startsWith('http://') !== true,
        loglevel: 'off',
      },
      // Clients may reach this registry and not the bucket.
      redirect: { disable: true },
    },
    env: keys,
  }
}

function readFile(file: string): { s3: S3 } {
  let value: unknown
  try {
    value = parse(readFileSync(file, 'utf8'))
  } catch (error) {
    // What the parser says would repeat a line of the file.
    const why =
      error instanceof SyntaxError || (error as Error).name === 'YAMLParseError' ? 'it is no YAML' : messageOf(error)
    throw new Error(`--storage: ${file} cannot be read: ${why}`, { cause: error })
  }
  const [problem] = checkShape(value, { ...shape, required: true }, '')
  if (problem) throw new Error(`--storage: ${file}: ${problem.path} ${problem.message}`)
  return value as { s3: S3 }
}

function keysOf({ accessKey, secretKey }: S3, env: NodeJS.ProcessEnv): Record<string, string> | null {
  if (accessKey !== undefined && secretKey !== undefined)
    return { AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secretKey }
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: token } = env
  if (!id || !secret) return null
  return { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, ...(token ? { AWS_SESSION_TOKEN: token } : {}) }
}
