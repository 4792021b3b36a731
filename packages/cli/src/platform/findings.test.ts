import { expect, test } from 'vitest'
import type { CertificateFact, Facts, PortFact } from './facts.ts'
import { judge } from './findings.ts'

const GIB = 1024 ** 3
const DAY_MS = 86_400_000
const nowMs = Date.UTC(2026, 0, 1)
const server: PortFact = { part: 'server', port: 8443, runs: false, problem: null }
const certificate: CertificateFact = {
  name: "the server's certificate",
  expiresMs: nowMs + 300 * DAY_MS,
  byOperator: false,
}
const good: Facts = {
  ...{
    home: '/srv/atrium',
    nowMs,
    userNamespaces: 'not needed',
    wall: 'whole',
    isolation: 'required',
    server: { state: 'answers', dateMs: nowMs - 1000 },
  },
  ports: [server, { ...server, part: 'registry', port: 8444, runs: true }],
  disks: [
    { path: '/srv/atrium', freeBytes: 5 * GIB, use: 'home' },
    { path: '/cache', freeBytes: 0, use: 'tools' },
  ],
  memory: { availableBytes: GIB, totalBytes: 4 * GIB },
  tools: { missing: [], total: 7, go: null, problem: null },
  certificates: [certificate, { ...certificate, name: 'the authority', expiresMs: nowMs + 14 * DAY_MS }],
}
const missing = { missing: ['etcd'], total: 7, problem: null }
const inDays = (days: number, more: Partial<CertificateFact> = {}): Partial<Facts> => ({
  certificates: [certificate, { ...certificate, expiresMs: nowMs + days * DAY_MS, ...more }],
})

test('a machine that has everything gives no work', () => {
  expect(judge(good).filter(({ level, todo }) => level !== 'ok' || todo !== '')).toEqual([])
  const checks = ['ports', 'disk', 'memory', 'binaries', 'certificates', 'clock', 'user namespaces', 'isolation']
  expect([...new Set(judge(good).map(({ check }) => check))]).toEqual(checks)
})

test.each<[string, Partial<Facts>, string, string, RegExp, RegExp]>([
  ['port', { ports: [{ ...server, problem: 'EADDRINUSE' }] }, 'ports', 'wrong', /8443: EADDRINUSE/, /up --port N/],
  [
    'port of the registry',
    { ports: [server, { ...server, part: 'registry', port: 8444, problem: 'EADDRINUSE' }] },
    ...(['ports', 'note', /8444/, /takes another/] as const),
  ],
  ['disk of the home', { disks: [{ path: '/a', freeBytes: GIB, use: 'home' }] }, 'disk', 'wrong', /1\.0 GiB/, /--home/],
  [
    'disk of the cache while something is missing',
    { disks: [{ path: '/c', freeBytes: 6 * GIB, use: 'tools' }], tools: { ...missing, go: 'go1.26.8' } },
    ...(['disk', 'wrong', /\/c/, /ATRIUM_CACHE/] as const),
  ],
  ['memory', { memory: { availableBytes: GIB / 2, totalBytes: GIB } }, 'memory', 'wrong', /0\.5 of 1\.0/, /end other/],
  ['binary with Go', { tools: { ...missing, go: 'go1.26.8' } }, 'binaries', 'note', /etcd.*go1\.26\.8/, /^nothing/],
  ['binary without Go', { tools: { ...missing, go: null } }, 'binaries', 'note', /no Go/, /go\.dev/],
  [
    'binary that a variable names wrongly',
    { tools: { ...missing, missing: [], go: null, problem: 'ATRIUM_TOOL_ETCD names /x' } },
    ...(['binaries', 'wrong', /ATRIUM_TOOL_ETCD/, /unset/] as const),
  ],
  ['certificate near its end', inDays(13), 'certificates', 'wrong', /expires in 13 days/, /srv.atrium up/],
  ['certificate that expired', inDays(-2), 'certificates', 'wrong', /expired 2 days ago/, /atrium up/],
  [
    "operator's certificate",
    inDays(3, { byOperator: true }),
    ...(['certificates', 'wrong', /in 3 days/, /ATRIUM_TLS_CERT_FILE/] as const),
  ],
  [
    'clock ahead',
    { server: { state: 'answers', dateMs: nowMs + 60_000 } },
    'clock',
    'wrong',
    /60 s ahead/,
    /timedatectl/,
  ],
  [
    'clock behind',
    { server: { state: 'answers', dateMs: nowMs - 60_000 } },
    'clock',
    'wrong',
    /60 s behind/,
    /timedatectl/,
  ],
  ['server that is silent', { server: { state: 'silent', why: 'no answer' } }, 'clock', 'wrong', /no answer/, /logs/],
  ['namespaces', { wall: 'limits' }, 'isolation', 'note', /not read.*network is not closed/, /max_user_namespaces/],
  [
    'namespaces, which the operator accepts',
    { wall: 'limits', isolation: 'best-effort' },
    ...(['isolation', 'note', /is read.*accepts that/, /max_user_namespaces/] as const),
  ],
  ['root', { userNamespaces: 'refused to root' }, 'user namespaces', 'note', /refused/, /as nobody/],
  [
    'user id without an account',
    { userNamespaces: 'refused to a user without an account' },
    ...(['user namespaces', 'wrong', /no account/, /useradd/] as const),
  ],
])('%s: is found, with what to do', (_, facts, check, level, what, todo) => {
  const found = judge({ ...good, ...facts }).filter((one) => one.check === check && one.level !== 'ok')
  expect(found).toEqual([{ check, level, what: expect.stringMatching(what), todo: expect.stringMatching(todo) }])
})
