/**
 * What the machine can do at best: answers every request with three rows that one statement reads over one connection, without
 * TLS, rights, or anything else. A process of its own: its first message is its URL, and it ends with its parent.
 *
 *     node bare-api.ts DATABASE_URL
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { withClient } from '@atrium/dev-env/sql-client.ts'

await withClient(process.argv[2] ?? '', async (client) => {
  const server = createServer(async (_request, response) => {
    const { rows } = await client.query('select uid, name, labels, spec from objects limit 3')
    response.setHeader('content-type', 'application/json').end(JSON.stringify(rows))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  await once(process, 'disconnect')
  process.exit()
})
