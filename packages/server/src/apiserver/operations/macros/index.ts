import type { RegisteredOperation } from '../../operation.ts'

export const macrosOperations: RegisteredOperation[] = []
