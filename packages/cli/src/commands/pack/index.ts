import type { Command } from 'commander'
import { registerPackBuild } from './build.ts'
import { registerPackDiff } from './diff.ts'
import { registerPackLint } from './lint.ts'
import { registerPackNew } from './new.ts'
import { registerPackRender } from './render.ts'
import { registerPackShow } from './show.ts'

/** `atrium pack …` */
export const registerPack = (program: Command): void => {
  const pack = program.command('pack').description('make, check, publish and move packs')
  registerPackNew(pack)
  registerPackLint(pack)
  registerPackBuild(pack)
  registerPackShow(pack)
  registerPackDiff(pack)
  registerPackRender(pack)
}
