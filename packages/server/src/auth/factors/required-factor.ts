import type { Sql } from '../../store/database.ts'
import { hasFactors } from '../../store/identity/factors.ts'
import { selectSetting } from '../../store/identity/settings.ts'

/** The setting of a tenant that asks everybody for a second factor: `{ isRequired }`. */
export const mfaSettingName = 'mfa'

const isAsked = async (sql: Sql, tenant: string): Promise<boolean> =>
  (await selectSetting(sql, tenant, null, mfaSettingName))?.['isRequired'] === true

/** Whether a right password is not enough: the user has a second factor, or the tenant asks for one. */
export const needsFactor = async (sql: Sql, tenant: string, userUid: string): Promise<boolean> =>
  (await hasFactors(sql, tenant, userUid)) || isAsked(sql, tenant)

/** Whether the tenant asks for a second factor that the user does not have yet. */
export const lacksFactor = async (sql: Sql, tenant: string, userUid: string): Promise<boolean> =>
  (await isAsked(sql, tenant)) && !(await hasFactors(sql, tenant, userUid))
