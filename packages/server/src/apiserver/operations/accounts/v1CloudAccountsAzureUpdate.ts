import { azure } from './clouds.ts'
import { defineAccountUpdate } from './define.ts'

export const v1CloudAccountsAzureUpdate = defineAccountUpdate('v1CloudAccountsAzureUpdate', azure)
