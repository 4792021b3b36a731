import { findWall, type Isolation, isolations, refusalOf } from '@atrium/runtime/confined/wall.ts'

/** What `ATRIUM_ISOLATION` demands. */
export function isolationIn(env: NodeJS.ProcessEnv): Isolation {
  const isolation = isolations.find((name) => name === (env['ATRIUM_ISOLATION'] || 'required'))
  if (isolation === undefined) throw new Error(`ATRIUM_ISOLATION must be one of ${isolations.join(', ')}.`)
  return isolation
}

/**
 * Why templates are not rendered here; null where they are. A folder is one's own work and may do what one may do oneself; what comes in an
 * archive or from a registry is a stranger's.
 */
export const renderRefusal = (
  isOwnFolder: boolean,
  env: NodeJS.ProcessEnv,
  wall = findWall(env.PATH),
): string | null => (isOwnFolder ? null : refusalOf(wall, isolationIn(env)))
