import type { Subject } from '../../../auth/rights/subject.ts'
import type { ServerContext } from '../../../context.ts'
import { byPresentPassword, getOtherUser } from '../users/load.ts'

/** Sends another user a link that sets their password; the former one is void. */
export async function mailLinkTo(context: ServerContext, subject: Subject, userUid: string): Promise<void> {
  await getOtherUser(context, subject, userUid, byPresentPassword)
  await context.identity.mails.linkToUser(subject, userUid)
}
