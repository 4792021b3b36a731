import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

export type TestTool =
  | 'etcd'
  | 'kube-apiserver'
  | 'kube-controller-manager'
  | 'kube-scheduler'
  | 'kubectl'
  | 'helm'
  | 'kwok'
  | 'registry'

const STAGED = join(homedir(), '.cache', 'atrium', 'tools-stage')

/** Absolute path of an external binary. Throws when the machine has none. */
export function toolPath(tool: TestTool): string {
  const path = join(STAGED, tool)
  if (!existsSync(path)) throw new Error(`${tool} is missing: run ./atrium doctor`)
  return path
}
