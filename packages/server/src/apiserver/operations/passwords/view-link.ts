import type { AtriumLink } from '@atrium/api/generated/operations.d.ts'
import { type IssuedLink, linkUrl } from '../../../auth/passwords/issue-link.ts'
import type { ServerContext } from '../../../context.ts'

/** The link as whoever hands it over is shown it. */
export const viewLink = ({ imports }: ServerContext, { token, expiresAt }: IssuedLink): AtriumLink => ({
  url: linkUrl(imports?.url ?? '', token),
  expiresAt,
})
