import { describeWall } from '@atrium/runtime/confined/wall.ts'
import { GO_ADVICE } from '@atrium/toolchain/build.ts'
import { invocation } from '../output/invocation.ts'
import type { CertificateFact, DiskFact, Facts, PortFact } from './facts.ts'

/** One thing that was looked at. */
export interface Finding {
  check: string
  level: 'ok' | 'note' | 'wrong'
  what: string
  /** What a person does about it; empty when nothing. */
  todo: string
}

const GIB = 1024 ** 3
const DAY_MS = 86_400_000
const needed = { homeBytes: 5 * GIB, toolBytes: 7 * GIB, memoryBytes: 1 * GIB, certificateDays: 14 } as const
/** The server tells whole seconds, and its answer takes a moment. */
const CLOCK_TOLERANCE_MS = 5000

/** What is wrong with a machine, and what to do about it: one finding for each check, or one for each thing that is wrong. */
export const judge = (facts: Facts): Finding[] => [
  ...facts.ports.map((port) => portFinding(port, facts.home)),
  ...facts.disks.map((disk) => diskFinding(disk, facts.tools)),
  memoryFinding(facts.memory),
  toolFinding(facts),
  ...certificateFindings(facts),
  clockFinding(facts),
  userNamespaceFindings[facts.userNamespaces],
  wallFinding(facts),
]

const restart = (home: string): string => `restart it (${invocation(home, 'down')}, then ${invocation(home, 'up')})`

const ok = (check: string, what: string): Finding => ({ check, level: 'ok', what, todo: '' })

function portFinding({ part, port, runs, problem }: PortFact, home: string): Finding {
  if (runs) return ok('ports', `the ${part} listens on ${port}`)
  if (problem === null) return ok('ports', `${port} is free for the ${part}`)
  // The registry's is chosen anew by itself.
  if (part === 'registry')
    return {
      check: 'ports',
      level: 'note',
      what: `${port}: ${problem}`,
      todo: 'nothing: the registry takes another one',
    }
  const todo = `end what uses port ${port} (ss -ltnp 'sport = :${port}'), or choose another: ${invocation(home, 'up --port N')}`
  return { check: 'ports', level: 'wrong', what: `${port}: ${problem}`, todo }
}

function diskFinding({ path, freeBytes, use }: DiskFact, tools: Facts['tools']): Finding {
  const what = `${(freeBytes / GIB).toFixed(1)} GiB free for ${path}`
  // What is there already takes no more room.
  const bytes = use === 'home' ? needed.homeBytes : tools.missing.length > 0 ? needed.toolBytes : 0
  if (freeBytes >= bytes) return ok('disk', what)
  const elsewhere = use === 'home' ? 'another --home' : 'another folder by ATRIUM_CACHE'
  return { check: 'disk', level: 'wrong', what, todo: `free ${bytes / GIB} GiB there, or choose ${elsewhere}` }
}

function memoryFinding({ availableBytes, totalBytes }: Facts['memory']): Finding {
  const what = `${(availableBytes / GIB).toFixed(1)} of ${(totalBytes / GIB).toFixed(1)} GiB available; a cluster takes about half a GiB`
  if (availableBytes >= needed.memoryBytes) return ok('memory', what)
  return { check: 'memory', level: 'wrong', what, todo: 'end other programs, or delete clusters' }
}

function toolFinding({ home, tools: { missing, total, go, problem } }: Facts): Finding {
  const up = invocation(home, 'up')
  if (problem !== null)
    return { check: 'binaries', level: 'wrong', what: problem, todo: 'correct the variable, or unset it' }
  if (missing.length === 0) return ok('binaries', `${total} found`)
  const what = `${missing.join(', ')} not here yet; ${go === null ? 'there is no Go to build them with' : `${go} can build them`}`
  const todo =
    go === null
      ? `${up} downloads them; where their publishers cannot be reached: ${GO_ADVICE}`
      : `nothing: ${up} obtains them`
  return { check: 'binaries', level: 'note', what, todo }
}

function certificateFindings({ home, certificates, nowMs }: Facts): Finding[] {
  if (certificates.length === 0) return [ok('certificates', 'made at the first start')]
  const daysOf = ({ expiresMs }: CertificateFact): number => Math.floor((expiresMs - nowMs) / DAY_MS)
  const wrong = certificates.filter((one) => daysOf(one) < needed.certificateDays)
  if (wrong.length === 0) {
    const first = Math.min(...certificates.map(daysOf))
    return [ok('certificates', `all ${certificates.length} are valid for ${first} more days at least`)]
  }
  return wrong.map((one) => {
    const days = daysOf(one)
    return {
      check: 'certificates',
      level: 'wrong',
      what: days < 0 ? `${one.name} expired ${-days} days ago` : `${one.name} expires in ${days} days`,
      todo: one.byOperator
        ? `put a new one at ATRIUM_TLS_CERT_FILE and ATRIUM_TLS_KEY_FILE, then ${restart(home)}`
        : `${restart(home)}: what the platform issued itself it renews then`,
    }
  })
}

/** This clock beside the server's: certificates and leases depend on both. */
function clockFinding({ home, server, nowMs }: Facts): Finding {
  const now = new Date(nowMs).toISOString()
  if (server.state === 'none') return ok('clock', `${now}; no server runs to compare it with`)
  if (server.state === 'silent') {
    const what = `the server runs and does not answer: ${server.why}`
    return {
      check: 'clock',
      level: 'wrong',
      what,
      todo: `look at ${invocation(home, 'logs')}, or ${restart(home)}`,
    }
  }
  if (server.dateMs === null) return ok('clock', `${now}; the server does not tell its own`)
  const aheadMs = server.dateMs - nowMs
  if (Math.abs(aheadMs) <= CLOCK_TOLERANCE_MS) return ok('clock', `${now}, as the server's`)
  return {
    check: 'clock',
    level: 'wrong',
    what: `the server's clock is ${Math.round(Math.abs(aheadMs) / 1000)} s ${aheadMs > 0 ? 'ahead of' : 'behind'} this one`,
    todo: `set the clock (timedatectl set-ntp true), then ${restart(home)}`,
  }
}

const userNamespaceFindings: Record<Facts['userNamespaces'], Finding> = {
  'not needed': ok('user namespaces', 'not needed by a user with an account'),
  allowed: ok('user namespaces', 'allowed: the database runs in one, as neither root nor a user without an account'),
  'refused to root': {
    check: 'user namespaces',
    level: 'note',
    what: 'refused by this kernel',
    todo: 'nothing: as root the database runs as nobody below a system folder instead',
  },
  'refused to a user without an account': {
    check: 'user namespaces',
    level: 'wrong',
    what: 'refused by this kernel, and this user id has no account: PostgreSQL starts with neither',
    todo: 'give the user id an account (useradd), or allow user namespaces (sysctl user.max_user_namespaces)',
  },
}

function wallFinding({ wall, isolation }: Facts): Finding {
  const check = 'isolation'
  const how = `what strangers wrote is read and rendered with ${describeWall(wall)}`
  if (wall === 'whole') return ok(check, how)
  const wants =
    wall === 'none' ? 'use a Linux machine with util-linux' : 'allow user namespaces (sysctl user.max_user_namespaces)'
  if (isolation === 'best-effort')
    return { check, level: 'note', what: `${how}; ATRIUM_ISOLATION=best-effort accepts that`, todo: wants }
  return {
    ...{ check, level: 'note' },
    what: `packs of tenants' registries are not read, and archives not rendered: there is only ${describeWall(wall)}`,
    todo: `${wants}, or accept what there is: ATRIUM_ISOLATION=best-effort`,
  }
}
