import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Answer } from './https-server.ts'

/** A git repository of a test: its work tree, and the real server of git for it. */
export interface GitRepository {
  /** Writes files below a folder, and commits everything there is. */
  commit(files: ReadonlyMap<string, Uint8Array>, below: string): void
  /** Serves the repository as `/<name>/.git`. */
  answer: Answer
}

/** Makes the repository `<root>/<name>` with the branch `main`. */
export function createGitRepository(root: string, name: string): GitRepository {
  const work = join(root, name)
  mkdirSync(work, { recursive: true })
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], { cwd: work, stdio: 'pipe' })
  git('init', '-q', '-b', 'main')
  return {
    commit(files, below) {
      for (const [path, content] of files) {
        mkdirSync(dirname(join(work, below, path)), { recursive: true })
        writeFileSync(join(work, below, path), content)
      }
      git('add', '.')
      git('commit', '-qm', 'change')
    },
    answer: gitBackend(root),
  }
}

/** Runs git's own server as a web server does. */
const gitBackend =
  (root: string): Answer =>
  (request, response) => {
    const url = new URL(request.url ?? '', 'https://host')
    const child = spawn('git', ['http-backend'], {
      env: {
        PATH: process.env['PATH'] ?? '',
        GIT_PROJECT_ROOT: root,
        GIT_HTTP_EXPORT_ALL: '1',
        PATH_INFO: url.pathname,
        QUERY_STRING: url.search.slice(1),
        REQUEST_METHOD: request.method ?? 'GET',
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
        GIT_CONFIG_COUNT: '1',
        GIT_CONFIG_KEY_0: 'safe.directory',
        GIT_CONFIG_VALUE_0: '*',
      },
    })
    request.pipe(child.stdin)
    const chunks: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.on('close', () => {
      const all = Buffer.concat(chunks)
      const end = all.indexOf('\r\n\r\n')
      response.writeHead(Number(/^Status: (\d+)/m.exec(all.toString('latin1', 0, end))?.[1] ?? 200))
      response.end(all.subarray(end + 4))
    })
  }
