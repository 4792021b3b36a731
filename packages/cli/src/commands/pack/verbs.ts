import type { Command } from 'commander'
import { registerPackBuild } from './build.ts'
import { registerPackDiff } from './diff.ts'
import { registerPackImport } from './import.ts'
import { registerPackLint } from './lint.ts'
import { registerPackLs } from './ls.ts'
import { registerPackMirror } from './mirror.ts'
import { registerPackNew } from './new.ts'
import { registerPackPull } from './pull.ts'
import { registerPackPush } from './push.ts'
import { registerPackRender } from './render.ts'
import { registerPackShow } from './show.ts'
import { registerPackTag } from './tag.ts'

/** Those of `atrium pack`, in the order help shows them. */
export const registerPackVerbs = (pack: Command): void => {
  registerPackImport(pack)
  registerPackPush(pack)
  registerPackPull(pack)
  registerPackLs(pack)
  registerPackTag(pack)
  registerPackMirror(pack)
  registerPackNew(pack)
  registerPackLint(pack)
  registerPackBuild(pack)
  registerPackShow(pack)
  registerPackDiff(pack)
  registerPackRender(pack)
}
