import type { PasswordPolicy } from '../../../auth/passwords/policy.ts'
import { problemOfPolicy } from '../../../auth/passwords/rules.ts'
import { invalid } from '../../invalid.ts'

/** Refuses a policy that no password fits, or that cannot be kept to. */
export function checkPolicy(policy: PasswordPolicy): void {
  const problem = problemOfPolicy(policy)
  if (problem) throw invalid(problem.field, problem.text)
}
