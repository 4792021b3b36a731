import type { Identity } from './identity.ts'

type Settings = Pick<Identity, 'setting'>

/** What a project says for itself, or else its tenant; null: neither does. */
export async function inheritedSetting(
  identity: Settings,
  tenant: string,
  name: string,
  project: string | null,
): Promise<Record<string, unknown> | null> {
  const own = project === null ? null : await identity.setting(tenant, name, project)
  return own ?? identity.setting(tenant, name)
}

export const upgradeSettingsName = 'upgradeSettings'

/** Whether agents of this project, or of the tenant, stay at their version. */
export const areUpgradesLocked = async (identity: Settings, tenant: string, project: string | null): Promise<boolean> =>
  (await inheritedSetting(identity, tenant, upgradeSettingsName, project))?.['spectroComponents'] === 'lock'
