import { defineImport } from './import-cluster.ts'

export const v1SpectroClustersAwsImport = defineImport('v1SpectroClustersAwsImport', 'aws')
