import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { capped } from '../../invalid.ts'
import { defineOperation } from '../../operation.ts'
import { deleteProfile } from './delete-profile.ts'

const mostAtOnce = 100

/** Each by itself: what cannot go stays, is named in the answer, and keeps no other. */
export const v1ClusterProfilesBulkDelete = defineOperation('v1ClusterProfilesBulkDelete', {
  scope: 'object',
  permission: 'clusterProfile.delete',
  async handler({ subject, body }, context) {
    const uids = [...new Set(capped(body.uids, mostAtOnce, 'uids'))]
    const failures: { uid: string; errMsg: string }[] = []
    for (const uid of uids) {
      try {
        await context.admission.run(subject, (tx) => deleteProfile(tx, uid))
      } catch (error) {
        if (!(error instanceof AtriumError)) throw error
        failures.push({ uid, errMsg: error.message })
      }
    }
    const deletedCount = uids.length - failures.length
    const message = `${deletedCount} of ${uids.length} profiles are deleted.`
    return { deletedCount, failures, isSucceeded: failures.length === 0, message }
  },
})
