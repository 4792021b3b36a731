import type { RegisteredOperation } from '../../operation.ts'

export const cloudconfigsOperations: RegisteredOperation[] = []
