import type { v1Team } from '@atrium/api/generated/operations.d.ts'
import { checkMeta } from '../../../admission/validations/meta.ts'
import { parseMeta } from '../../shapes/meta.ts'

/** Name, labels and annotations of a team, bounded. */
export function parseTeamMeta({ metadata }: v1Team): ReturnType<typeof parseMeta> {
  const meta = parseMeta(metadata)
  checkMeta(meta)
  return meta
}
