import type { Secret } from '@atrium/runtime/base/secret.ts'
import type { ServerContext } from '../../../context.ts'
import { invalid } from '../../invalid.ts'

/** Refuses a password that the tenant's policy or the installation does not allow, and says everything it lacks. */
export async function checkPassword(
  { identity }: ServerContext,
  tenant: string,
  field: string,
  password: Secret<string>,
): Promise<void> {
  const problem = await identity.problemOfPassword(tenant, password)
  if (problem !== null) throw invalid(field, problem)
}

/** A new password is another one: else an expired one would go on. */
export function mustDiffer(current: string | undefined, password: Secret<string>): void {
  if (password.reveal() === current) throw invalid('newPassword', 'is the present one. Choose another one')
}
