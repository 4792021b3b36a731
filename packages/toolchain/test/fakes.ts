import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex')

export const writeScript = (path: string, body: string): string => {
  writeFileSync(path, `#!/bin/sh\n${body}\n`)
  chmodSync(path, 0o755)
  return path
}

/** What a tool that says this about its version is: enough to be one, as far as the toolchain can see. */
export const fakeTool = (says: string): string => `#!/bin/sh\necho "${says}"\n`

/** A publisher on loopback: `files` by `<host>/<path>`, and what was asked of it. */
export const startPublisher = async (files: Record<string, string | Buffer>) => {
  const requests: string[] = []
  const server: Server = createServer((request, response) => {
    const path = (request.url ?? '').slice(1)
    requests.push(path)
    const body = files[path]
    response.statusCode = body === undefined ? 404 : 200
    response.end(body ?? 'not found')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url, requests, stop: () => new Promise((resolve) => server.close(resolve)) }
}

/** A machine of its own: empty home and cache, a PATH with nothing on it, and nobody who publishes anything. */
export const newMachine = () => {
  const folder = mkdtempSync(join(tmpdir(), 'atrium tools '))
  const bin = join(folder, 'bin')
  const goLog = join(folder, 'go.log')
  mkdirSync(bin)
  const env: NodeJS.ProcessEnv = {
    HOME: folder,
    PATH: bin,
    ATRIUM_GO: join(bin, 'go'),
    // Nobody listens on port 1.
    ATRIUM_TOOL_MIRROR: 'http://127.0.0.1:1',
  }
  return {
    folder,
    bin,
    env,
    tools: join(folder, '.cache', 'atrium', 'tools'),
    /** Installs a `go` whose builds are scripts that print `says`; `during` runs while it builds. */
    installGo(says: string, during = ':') {
      const binary = `#!/bin/sh\\necho "${says}"`
      writeScript(
        join(bin, 'go'),
        `case "$1" in
env) echo go1.26.8 ;;
list) printf 'example.org/a\\nexample.org/b\\n' ;;
build)
  echo "$PWD $*" >> '${goLog}'
  while [ "$1" != -o ]; do shift; done
  echo example.org/a >&2
  ${during}
  printf '%b\\n' '${binary}' > "$2" ;;
esac`,
      )
    },
    goBuilds: (): string[] => (existsSync(goLog) ? readFileSync(goLog, 'utf8').trim().split('\n') : []),
    remove: () => rmSync(folder, { recursive: true }),
  }
}
