import { systemClock } from '@atrium/runtime/base/clock.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import { kubernetesVersions } from '@atrium/toolchain/catalogue.ts'
import { progressLines } from '@atrium/toolchain/progress.ts'
import { ensureTools } from '@atrium/toolchain/tools.ts'

// Obtains the binaries of one Kubernetes version. A process of its own: it goes on when the daemon dies, and its last line
// is what clusters that wait for it show.
const [version = ''] = process.argv.slice(2)
const tools = kubernetesVersions[version]
if (tools === undefined) throw new Error(`usage: bring.ts ${Object.keys(kubernetesVersions).join('|')}`)
const say = (line: string): void => void process.stdout.write(`${line}\n`)
try {
  await ensureTools(Object.values(tools), { onProgress: progressLines(say, systemClock) })
} catch (error) {
  say(messageOf(error))
  process.exitCode = 1
}
