import { mfaSettingName } from '../../../auth/factors/required-factor.ts'
import { defineOperation } from '../../operation.ts'
import { getUser } from '../users/load.ts'

/** How the caller signs in: how long the password holds, and which second factors there are. */
export const atriumAccountGet = defineOperation('atriumAccountGet', {
  scope: 'self',
  permission: null,
  async handler({ subject }, context) {
    const { identity } = context
    const user = await getUser(context, subject, subject.userUid)
    const { expiresAt, isReminded } = await identity.passwordAge(subject)
    const factors = await identity.factors(subject)
    return {
      uid: user.uid,
      email: user.email,
      password: { isSet: user.hasPassword, expiresAt, isReminded },
      mfa: {
        isRequired: (await identity.setting(subject.tenant, mfaSettingName))?.['isRequired'] === true,
        devices: factors.map(({ name, kind, createdAt, lastUsedAt }) => ({
          deviceName: name,
          type: kind,
          creationTimestamp: createdAt,
          lastUsed: lastUsedAt,
        })),
        recoveryCodesLeft: await identity.recoveryCodesLeft(subject),
      },
    }
  },
})
