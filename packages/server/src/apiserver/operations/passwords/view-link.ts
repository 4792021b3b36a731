import type { AtriumLink } from '@atrium/api/generated/operations.d.ts'
import type { IssuedLink } from '../../../auth/passwords/links.ts'
import type { ServerContext } from '../../../context.ts'
import { linkPath } from '../../http/link-page.ts'

/** The link as a person opens it. The secret is behind `#`: browsers keep it to themselves, so that no log of a server or proxy holds it. */
export const viewLink = ({ imports }: ServerContext, { token, expiresAt }: IssuedLink): AtriumLink => ({
  url: `${imports?.url ?? ''}${linkPath}#${token.reveal()}`,
  expiresAt,
})
