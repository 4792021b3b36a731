import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { request } from 'node:https'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

/**
 * What the tests run as a container: asks the API server for its own pod with the mounted token, and tells on a port
 * file in its state folder what it found. Knows nothing of where it runs.
 */
const { values } = parseArgs({
  options: {
    'state-dir': { type: 'string', default: '' },
    'secret-dir': { type: 'string', default: '' },
    'service-account-dir': { type: 'string', default: '' },
    'exit-code': { type: 'string' },
    child: { type: 'boolean', default: false },
  },
})
const read = (folder: string, file: string): string => readFileSync(join(folder, file), 'utf8')
const token = (): string => read(values['service-account-dir'], 'token')
const namespace = read(values['service-account-dir'], 'namespace')
const greeting = read(values['secret-dir'], 'greeting')

const get = (path: string): Promise<{ status: number; body: string }> =>
  new Promise((resolve, reject) => {
    const call = request(
      {
        host: process.env.KUBERNETES_SERVICE_HOST,
        port: process.env.KUBERNETES_SERVICE_PORT,
        ca: read(values['service-account-dir'], 'ca.crt'),
        path,
        headers: { authorization: `Bearer ${token()}` },
      },
      (answer) => {
        let body = ''
        answer.on('data', (part) => {
          body += part
        })
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }))
      },
    )
    call.on('error', reject)
    call.end()
  })

const self = await get(`/api/v1/namespaces/${namespace}/pods/${process.env.POD_NAME}`)
const secrets = await get(`/api/v1/namespaces/${namespace}/secrets`)
console.log(`greeting=${greeting} self=${self.status} secrets=${secrets.status}`)
if (values['exit-code'] !== undefined) {
  console.log('leaving as told')
  process.exit(Number(values['exit-code']))
}
mkdirSync(values['state-dir'], { recursive: true })
const child = values.child ? spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']) : null
const server = createServer((_, answer) => {
  answer.end(
    JSON.stringify({
      greeting: read(values['secret-dir'], 'greeting'),
      self: self.status,
      secrets: secrets.status,
      pid: process.pid,
      child: child?.pid ?? null,
      env: process.env,
      args: process.argv.slice(2),
    }),
  )
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  writeFileSync(join(values['state-dir'], 'port'), String(typeof address === 'object' ? address?.port : ''))
})
