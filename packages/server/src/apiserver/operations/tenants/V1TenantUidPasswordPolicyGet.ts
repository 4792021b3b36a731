import { defineSettingGet } from './setting.ts'

export const V1TenantUidPasswordPolicyGet = defineSettingGet('V1TenantUidPasswordPolicyGet', 'passwordPolicy', {
  expiryDurationInDays: 999,
  firstReminderInDays: 5,
  isRegex: false,
  minLength: 6,
  minNumOfBlockLetters: 0,
  minNumOfDigits: 0,
  minNumOfSmallLetters: 0,
  minNumOfSpecialCharacters: 0,
  regex: '',
})
