import type { RegisteredOperation } from '../../operation.ts'

export const usersOperations: RegisteredOperation[] = []
