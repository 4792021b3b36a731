import type { RegisteredOperation } from '../../operation.ts'

export const authOperations: RegisteredOperation[] = []
