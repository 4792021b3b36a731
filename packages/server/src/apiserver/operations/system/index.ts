import type { RegisteredOperation } from '../../operation.ts'
import { V1HealthPing } from './V1HealthPing.ts'
import { V1HealthReady } from './V1HealthReady.ts'
import { V1SystemFeaturesGet } from './V1SystemFeaturesGet.ts'
import { V1SystemVersionInstalled } from './V1SystemVersionInstalled.ts'
import { V1SystemVersionLatest } from './V1SystemVersionLatest.ts'
import { v1FeaturesList } from './v1FeaturesList.ts'
import { v1UsersSystemFeature } from './v1UsersSystemFeature.ts'

export const systemOperations: RegisteredOperation[] = [
  v1FeaturesList,
  V1HealthPing,
  V1HealthReady,
  V1SystemFeaturesGet,
  V1SystemVersionInstalled,
  V1SystemVersionLatest,
  v1UsersSystemFeature,
]
