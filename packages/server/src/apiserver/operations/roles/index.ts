import type { RegisteredOperation } from '../../operation.ts'

export const rolesOperations: RegisteredOperation[] = []
