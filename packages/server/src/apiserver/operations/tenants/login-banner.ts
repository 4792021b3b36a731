import type { v1LoginBannerSettings } from '@atrium/api/generated/operations.d.ts'
import { systemTenant } from '@atrium/runtime/store/store.ts'
import type { ServerContext } from '../../../context.ts'
import { invalid } from '../../invalid.ts'

/** The setting's name, of a tenant and, for the installation, of tenant `system`. */
export const loginBannerName = 'loginBanner'
export const noBanner = { Message: '', isEnabled: false, title: '' } as const satisfies v1LoginBannerSettings

/** It is sent to whoever asks, before they sign in. */
export function checkBanner({ title = '', Message = '' }: v1LoginBannerSettings): void {
  if (title.length > 200) throw invalid('title', 'has more than 200 characters')
  if (Message.length > 10_000) throw invalid('Message', 'has more than 10000 characters')
}

/** What people read before they sign in: the organisation's banner, else the installation's. An unknown organisation has none. */
export async function bannerBefore(
  { identity }: ServerContext,
  org: string | undefined,
): Promise<v1LoginBannerSettings> {
  const tenant = org ? await identity.tenantByName(org) : null
  const own: v1LoginBannerSettings | null = tenant && (await identity.setting(tenant.uid, loginBannerName))
  const shown = own?.isEnabled === true ? own : await identity.setting(systemTenant, loginBannerName)
  return { ...noBanner, ...shown }
}
