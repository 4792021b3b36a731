import { type ToolName, toolNames } from '@atrium/toolchain/catalogue.ts'
import { findTools } from '@atrium/toolchain/tools.ts'

export type TestTool = ToolName

const found = await findTools(toolNames)

/** Absolute path of an external binary. Throws when this machine has none: `./atrium test` obtains them. */
export function toolPath(tool: TestTool): string {
  const path = found[tool]
  if (path === null) throw new Error(`${tool} is missing: run \`./atrium test integration\`, which obtains it`)
  return path
}
