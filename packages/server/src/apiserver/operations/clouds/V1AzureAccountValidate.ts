import { azure } from '../accounts/clouds.ts'
import { defineAccountValidate } from './validate.ts'

export const V1AzureAccountValidate = defineAccountValidate('V1AzureAccountValidate', azure)
